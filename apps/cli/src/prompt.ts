/** A value from a person or a pipe, never from the command line, where other processes could read it. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";

/**
 * Ask without echo on a terminal; otherwise take all of standard input, without the line end that `echo` adds. Ctrl-C ends
 * the process by SIGINT, as it would anywhere else.
 */
export async function askHidden(question: string): Promise<string> {
	if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, "");
	process.stderr.write(question);
	const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
	lines.once("SIGINT", () => {
		lines.close();
		process.stderr.write("\n");
		process.kill(process.pid, "SIGINT");
	});
	try {
		return await lines.question("");
	} finally {
		lines.close();
		process.stderr.write("\n");
	}
}
