/** `holdfast run`: a program with the saved values in its environment. Its exit is this command's exit. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { hydrate } from "@holdfast/config";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

export async function run([command, ...args]: string[], { environment }: { environment: string }): Promise<void> {
	const env = { ...process.env };
	hydrate({ env, environment, needsVault: true });
	const child = spawn(command ?? "", args, { env, stdio: "inherit" });
	for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
	await new Promise<void>((resolve, reject) => {
		child.once("error", (error) =>
			reject(new Error(`${command} could not be run: ${(error as NodeJS.ErrnoException).code}.`)),
		);
		child.once("exit", (code, signal) => {
			// As shells have it: 128 and the signal's number.
			process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
			resolve();
		});
	});
}
