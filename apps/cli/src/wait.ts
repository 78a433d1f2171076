/** What became of a save, and with `--wait` the wait until every process that it is for has it. */
import { setTimeout as sleep } from "node:timers/promises";
import { DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { MirrorStatus, SaveResult, WorkerView } from "@holdfast/contract/schemas";
import type { Client } from "./connect.ts";

/** Milliseconds between two looks. */
const LOOK_EVERY = 100;

export interface WaitOptions {
	environment: string;
	/** Seconds; without it, nothing is waited for. */
	wait?: number;
}

/** Processes that do not have what was saved when the time was over. Exits as comparisons that differ do. */
class NotEverywhere extends Error {
	readonly exitCode = 5;
}

/**
 * Say on standard error what a save came to, and wait if that is asked for.
 *
 * @throws NotEverywhere naming the processes that do not have it in time.
 */
export async function tell(client: Client, result: SaveResult, { environment, wait }: WaitOptions): Promise<void> {
	const reached = wait === undefined ? ` ${liveIn(result.workers)}` : "";
	process.stderr.write(`${saved(result)}${reached}\n`);
	if (wait !== undefined) process.stderr.write(`${await everywhere(client, result.revision, { environment, wait })}\n`);
}

/** "Saved. Revision 42, mirrored to .env.", with whatever there is to know of the file. */
function saved({ revision, mirrors, settings }: SaveResult): string {
	const written = mirrors.filter(({ status }) => status === "mirrored" || status === "vault-only");
	const files = written.map(({ target }) => `, mirrored to ${target}`);
	// What only Holdfast has of other settings was said when they were saved.
	const isNews = ({ status, names }: MirrorStatus) =>
		status !== "vault-only" || settings.some(({ name }) => names.includes(name));
	const reasons = mirrors.filter(isNews).flatMap(({ reason }) => reason ?? []);
	return [`Saved. Revision ${revision}${files.join("")}.`, ...reasons].join(" ");
}

/** Those that watch take it up within milliseconds; any other has what it began with. */
function liveIn({ live, converged }: SaveResult["workers"]): string {
	if (live === 0) return "Programs that are already running need a restart.";
	return `Live in ${converged} of ${processes(live)}; programs that do not watch need a restart.`;
}

export async function everywhere(client: Client, revision: number, given: Required<WaitOptions>): Promise<string> {
	const { environment, wait } = given;
	const end = performance.now() + wait * 1_000;
	for (;;) {
		// What is saved in `default` is for the processes of every environment.
		const all = await client.workers.list.query(environment === DEFAULT_ENVIRONMENT ? {} : { environment });
		const behind = all.filter((worker) => !worker.converged && worker.revision < revision);
		if (behind.length === 0) return all.length === 0 ? "No process is running." : `Live in ${processes(all.length)}.`;
		if (performance.now() >= end) {
			const names = behind.map(nameOf).join("; ");
			throw new NotEverywhere(
				`After ${wait} seconds, ${processes(behind.length)} of ${all.length} without it: ${names}.`,
			);
		}
		await sleep(LOOK_EVERY);
	}
}

function nameOf({ program, host, pid, revision }: WorkerView): string {
	return `${program || "a program"} on ${host}, pid ${pid}, which holds revision ${revision}`;
}

function processes(count: number): string {
	return count === 1 ? "1 process" : `${count} processes`;
}
