/**
 * The processes that hold saved values: which there are, what each holds, and whether that is what is saved. Guards the rule
 * that a process is counted as having a value only when it said so itself.
 */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { AppError, DEFAULT_ENVIRONMENT, may } from "@holdfast/contract";
import type { ListWorkers, RemovedWorker, RemoveWorker, ReportWorker, WorkerView } from "@holdfast/contract/schemas";
import { authorize, type Caller } from "./access.ts";
import type { LiveEnvironment } from "./live.ts";
import type { Storage, VersionRow, WorkerRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** In milliseconds: a process that was not heard of for so long is taken for gone, where that cannot be seen. */
const SILENT = 30_000;
/** When one that is gone leaves the table. */
const CLEAR = 24 * 60 * 60 * 1000;
/** When any one does. Whoever took its values once and runs on reports no more. */
export const FORGET = 30 * CLEAR;

/** The live processes that the caller may know of: of an environment and the servers, or all. */
export async function list(vault: Vault, caller: Caller, input: ListWorkers): Promise<WorkerView[]> {
	const { environment = null, name = null } = input;
	await authorize(vault, caller, { action: "workers.list", target: name, environment });
	const asked = environment === null ? null : await vault.live.require(environment);
	const all = await liveRows(vault.storage);
	// After they were read, so that none is ahead that was only quicker.
	await vault.live.refresh();
	const rows = all.filter((row) => {
		if (row.environment === null) return true;
		const of = vault.live.get(row.environment)?.name ?? "";
		return (asked === null || row.environment === asked.id) && may(caller.access, "settings.see", of);
	});
	const versionsOf = name === null ? null : await histories(vault, name, [...rows, { environment: asked?.id ?? null }]);
	const views = rows.map((row): WorkerView => {
		const inherited = name !== null && row.inherited.includes(name);
		if (!versionsOf) return { ...toView(vault, row), version: null, current: null, inherited };
		const held = (revision: number) => versionsOf(row.environment ?? asked?.id ?? DEFAULT_ENVIRONMENT, revision);
		const version = held(knownBy(vault, row));
		return { ...toView(vault, row), version: version?.version ?? 0, current: version === held(Infinity), inherited };
	});
	const order = ({ kind, host, pid }: WorkerView) => [kind === "server" ? "0" : "1", host, String(pid).padStart(10)];
	return views.sort((a, b) => order(a).join(" ").localeCompare(order(b).join(" ")));
}

/**
 * Take down what a process says it holds.
 *
 * @throws AppError `ENVIRONMENT_NOT_FOUND`; `INPUT_INVALID` for an id that another environment's process has.
 */
export async function report(vault: Vault, caller: Caller, input: ReportWorker): Promise<WorkerView> {
	const { environment, ...worker } = input;
	await authorize(vault, caller, { action: "workers.report", target: worker.program, environment });
	const { id } = await vault.live.require(environment);
	const row = await takeDown(vault, caller, { ...worker, environment: id });
	return { ...toView(vault, row), version: null, current: null, inherited: false };
}

/** The same, of a caller who may say so, with the environment's id. Names that are not given stay as they were. */
export async function takeDown(
	{ storage, reporters }: Vault,
	caller: Caller,
	worker: Omit<ReportWorker, "inherited"> & { inherited?: string[]; environment: string },
) {
	const now = Date.now();
	const row = { ...worker, kind: "application", remote: caller.address !== null, seenAt: now } as const;
	if (await storage.reportWorker(row, now - FORGET)) {
		const surplus = reporters.note(caller.actor, worker.id);
		if (surplus !== null) await storage.removeWorker(surplus);
		return row;
	}
	throw new AppError("INPUT_INVALID", { detail: "the id is that of another environment's process" });
}

/** Forget a process that says it is about to end. */
export async function remove(vault: Vault, caller: Caller, { id }: RemoveWorker): Promise<RemovedWorker> {
	await authorize(vault, caller, { action: "workers.remove", target: id, environment: null });
	await vault.live.refresh();
	const row = (await vault.storage.workers()).find((each) => each.id === id && each.kind === "application");
	const of = vault.live.get(row?.environment ?? "")?.name ?? "";
	if (!row || !may(caller.access, "settings.see", of)) return { removed: false };
	await vault.storage.removeWorker(id);
	vault.reporters.removed(id);
	return { removed: true };
}

/** How many live processes an environment's values are for, servers included, and how many of them hold what is saved. */
export async function count(vault: Vault, environment: string): Promise<{ live: number; converged: number }> {
	const all = await liveRows(vault.storage);
	await vault.live.refresh();
	const rows = all.filter(
		// What is saved in `default` is for all that inherit from it.
		(row) => row.environment === null || row.environment === environment || environment === DEFAULT_ENVIRONMENT,
	);
	return { live: rows.length, converged: rows.filter((row) => isConverged(vault, row)).length };
}

/** Take the processes that are gone from the table, sooner or later. */
export async function clearAway(storage: Storage, now: number): Promise<void> {
	for (const row of await storage.workers()) {
		const isGone = canBeSeen(row) ? !isRunning(row.pid) : row.seenAt < now - CLEAR;
		if (isGone) await storage.removeWorker(row.id);
	}
}

/** The revision that last touched what an environment's processes have, its own or inherited; or any, for a server. */
export function touchedAt({ live }: Pick<Vault, "live">, environment: string | null): number {
	const has = ({ id }: LiveEnvironment) => environment === null || id === environment || id === DEFAULT_ENVIRONMENT;
	return Math.max(0, ...live.withRemoved().flatMap((each) => (has(each) ? each.revision : [])));
}

export async function liveRows(storage: Storage): Promise<WorkerRow[]> {
	const now = Date.now();
	const places = new Map<string, WorkerRow>();
	const rows = (await storage.workers()).filter((row) => {
		const isHeard = row.seenAt >= now - SILENT;
		// A server goes on reporting: one that does not has ended, and another process has its number.
		return canBeSeen(row) ? isRunning(row.pid) && (row.kind === "application" || isHeard) : isHeard;
	});
	// Of several with one number, as a container has after each start, only the last can still be running.
	for (const row of rows) {
		const { id, host, pid, kind, environment, remote } = row;
		const place = remote ? id : JSON.stringify([host, pid, kind, environment]);
		if ((places.get(place)?.seenAt ?? -1) <= row.seenAt) places.set(place, row);
	}
	return [...places.values()];
}

/** Whether it can be seen from here if a process still runs. */
function canBeSeen({ host, remote }: WorkerRow): boolean {
	return !remote && host === hostname();
}

function isRunning(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		// It is someone else's: https://man7.org/linux/man-pages/man2/kill.2.html
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

/** What a process holds. The one that is asked holds what it has just looked up, whatever it reported last. */
function heldBy({ live, worker }: Vault, row: Pick<WorkerRow, "id" | "revision">): number {
	return row.id === worker?.id ? live.revision : row.revision;
}

/** The same, where it is one of this database's: who is ahead has what there was before a backup was brought back. */
function knownBy(vault: Vault, row: Pick<WorkerRow, "id" | "revision">): number {
	const held = heldBy(vault, row);
	return held > vault.live.revision ? -1 : held;
}

function isConverged(vault: Vault, row: Pick<WorkerRow, "id" | "revision" | "environment">): boolean {
	return knownBy(vault, row) >= touchedAt(vault, row.environment);
}

/** How others are told of a process. Whoever knows its id can report in its place, and take it out of the table. */
export function shownId(id: string): string {
	return createHash("sha256").update(`worker ${id}`).digest("hex").slice(0, 32);
}

function toView(
	vault: Vault,
	row: Omit<WorkerRow, "inherited">,
): Omit<WorkerView, "version" | "current" | "inherited"> {
	const { id, host, pid, program, kind, environment, seenAt } = row;
	const name = environment && (vault.live.get(environment)?.name ?? environment);
	const held = { revision: heldBy(vault, row), converged: isConverged(vault, row) };
	return { id: shownId(id), host, pid, program, kind, environment: name, ...held, seenAt };
}

type VersionAt = (environment: string, revision: number) => VersionRow | null;

/** The version of a setting that was an environment's at a revision, its own or inherited. */
async function histories(
	{ storage }: Vault,
	name: string,
	places: ReadonlyArray<Pick<WorkerRow, "environment">>,
): Promise<VersionAt> {
	const rows = new Map<string, VersionRow[]>();
	for (const environment of new Set([DEFAULT_ENVIRONMENT, ...places.flatMap(({ environment: id }) => id ?? [])]))
		rows.set(environment, await storage.history(environment, "shared", name));
	const at = (environment: string, revision: number) => {
		const row = rows.get(environment)?.find((each) => each.revision <= revision);
		return row && row.fingerprint !== null ? row : null;
	};
	return (environment, revision) => at(environment, revision) ?? at(DEFAULT_ENVIRONMENT, revision);
}
