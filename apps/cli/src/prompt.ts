/** What is asked of a person: a value, never from the command line where other processes could read it, and a yes. */
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

/** Nobody is there to agree. Exits with 2. */
export class NotAsked extends Error {
	readonly exitCode = 2;

	constructor(otherwise: string) {
		super(`There is no terminal to ask on, and ${otherwise}`);
	}
}

/** @throws NotAsked without a terminal, saying what came of that. */
export async function agreed(question: string, otherwise: string): Promise<boolean> {
	if (!process.stdin.isTTY) throw new NotAsked(otherwise);
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	try {
		return /^y(es)?$/i.test((await lines.question(question)).trim());
	} finally {
		lines.close();
	}
}
