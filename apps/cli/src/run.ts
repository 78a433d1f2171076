/** `holdfast run`: a program with the saved values in its environment. Its exit is this command's exit. */
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { hydrate } from "@holdfast/config";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

/** A program that did not begin. Exits as shells do: 127 when it is not there, 126 when it cannot be executed. */
class NotRun extends Error {
	readonly exitCode: 126 | 127;

	constructor(command: string, cause: NodeJS.ErrnoException) {
		super(`${command} could not be run: ${cause.code}.`, { cause });
		this.exitCode = cause.code === "ENOENT" ? 127 : 126;
	}
}

export async function run([command = "", ...args]: string[], { environment }: { environment: string }): Promise<void> {
	const env = { ...process.env };
	hydrate({ env, environment, needsVault: true });
	const child = begin(command, args, env);
	for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
	await new Promise<void>((resolve, reject) => {
		child.once("error", (error) => reject(new NotRun(command, error)));
		child.once("exit", (code, signal) => {
			// As shells have it: 128 and the signal's number.
			process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
			resolve();
		});
	});
}

/** Node tells of what most often goes wrong by an event, and throws the rest, as a path through what is no folder. */
function begin(command: string, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
	try {
		return spawn(command, args, { env, stdio: "inherit" });
	} catch (error) {
		throw new NotRun(command, error as NodeJS.ErrnoException);
	}
}
