/**
 * The `.env` files that follow the environments. The database is the truth and a file its projection: it is written after
 * the commit, from the values in memory, under a lock between processes. Guards two invariants: a save never fails because
 * a file cannot be written, and a line that someone edited by hand is never overwritten.
 *
 * What is still to be written is not kept in a list of its own: a file is behind when its environment's revision is above
 * the one the file is known to hold. Both are in the database, so that a crash loses neither.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { AppError, DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { MirrorStatus } from "@holdfast/contract/schemas";
import { planLine, type Step as ReplaceStep, readEnvFile, updateEnvFile } from "@holdfast/envfile";
import type { Live, LiveEnvironment } from "./live.ts";
import type { MirrorRow, Storage } from "./storage/storage.ts";
import type { VaultOptions } from "./vault.ts";

export type MirrorStep = ReplaceStep;

/** The `.env` file of an environment, relative to the project folder. */
export function mirrorPath(environment: string): string {
	return environment === DEFAULT_ENVIRONMENT ? ".env" : `.env.${environment}`;
}

/** The first and the longest wait before a failed file is tried again, in milliseconds. */
const RETRY_FIRST = 1_000;
const RETRY_LONGEST = 60_000;

interface MirrorParts {
	options: VaultOptions;
	storage: Storage;
	live: Live;
	fingerprint: (name: string, value: string) => string;
	host: string;
}

export class Mirrors {
	readonly #parts: MirrorParts;
	/** Revisions that files are known to hold, to be written with the next commit: a write of their own would cost one more. */
	readonly #held = new Map<string, MirrorRow>();
	readonly #failing = new Map<string, { status: MirrorStatus; wait: number; timer: NodeJS.Timeout }>();

	constructor(parts: MirrorParts) {
		this.#parts = parts;
	}

	/** Bring an environment's file up to what is saved, and say how that went. Never throws for what a file can do. */
	async sync(environment: string): Promise<MirrorStatus> {
		try {
			const status = await this.#parts.storage.exclusive(() => this.#write(environment));
			this.#recovered(environment);
			return status;
		} catch (error) {
			if (!(error instanceof AppError)) throw error;
			const status: MirrorStatus = {
				target: mirrorPath(environment),
				status: "pending",
				names: [],
				reason: error.message,
			};
			this.#retryLater(environment, status);
			return status;
		}
	}

	async syncAll(): Promise<void> {
		for (const { name } of this.#parts.live.environments()) {
			const status = await this.sync(name);
			if (status.reason) this.#parts.options.warn(status.reason);
		}
	}

	/** The files that could not be written, with the reason. */
	pending(): MirrorStatus[] {
		return Array.from(this.#failing.values(), ({ status }) => status);
	}

	/** What the next commit has to record about files. */
	held(): MirrorRow[] {
		return [...this.#held.values()];
	}

	recorded(rows: readonly MirrorRow[]): void {
		for (const row of rows) if (this.#held.get(row.environment) === row) this.#held.delete(row.environment);
	}

	async stop(): Promise<void> {
		for (const { timer } of this.#failing.values()) clearTimeout(timer);
		const rows = this.held();
		if (rows.length > 0) await this.#parts.storage.commit({ audit: [], mirrored: rows });
	}

	async #write(environment: string): Promise<MirrorStatus> {
		const { options, storage, live, host } = this.#parts;
		await live.refresh();
		const target = mirrorPath(environment);
		const saved = live.find(environment);
		if (!saved) return { target, status: "off", names: [], reason: null };
		const path = join(options.projectDir, target);
		const stored = await storage.mirror(environment, host);
		const known = this.#held.get(environment)?.revision ?? stored?.revision ?? 0;
		const { values, drift } = await this.#compare(saved, path, known);
		const written =
			values.size > 0
				? updateEnvFile({ path, root: options.projectDir, values, ...(options.onStep && { onStep: options.onStep }) })
				: null;
		if (known !== saved.revision) {
			this.#held.set(environment, { environment, host, path: target, revision: saved.revision });
		}
		return describe(target, { drift, vaultOnly: written?.vaultOnly ?? [], exposed: isExposed(path) });
	}

	/** Compare what was last written, what is saved and what the file says, and choose the lines to write. */
	async #compare(
		saved: LiveEnvironment,
		path: string,
		known: number,
	): Promise<{ values: Map<string, string | null>; drift: string[] }> {
		const exists = existsSync(path);
		const file = readEnvFile(path);
		if (file.problem) throw file.problem;
		const values = new Map<string, string | null>();
		const drift: string[] = [];
		for (const [name, { value }] of saved.values) {
			const line = file.entries.get(name);
			const lineless = line === undefined && (!exists || "vaultOnly" in planLine(name, value));
			if (line === value || lineless || (await this.#isOurs(saved.name, name, line, known))) values.set(name, value);
			else drift.push(name);
		}
		for (const [name, line] of file.entries) {
			if (saved.values.has(name) || saved.damaged.has(name)) continue;
			const row = await this.#parts.storage.setting(saved.name, "shared", name);
			if (row && (await this.#isOurs(saved.name, name, line, known))) values.set(name, null);
		}
		return { values, drift };
	}

	/**
	 * Whether a line, or its absence, is as Holdfast left it: one of the values it has had since the revision that the file
	 * was last known to hold. Anything else was typed by someone.
	 */
	async #isOurs(environment: string, name: string, line: string | undefined, known: number): Promise<boolean> {
		const since = await this.#parts.storage.history(environment, "shared", name, known);
		if (line !== undefined) {
			const mark = this.#parts.fingerprint(name, line);
			return since.some((version) => version.fingerprint === mark);
		}
		const then = since.find((version) => version.revision <= known);
		return then === undefined || then.sealed === null || since.length > 1;
	}

	#retryLater(environment: string, status: MirrorStatus): void {
		const before = this.#failing.get(environment);
		if (before) clearTimeout(before.timer);
		const wait = Math.min(before ? before.wait * 2 : RETRY_FIRST, RETRY_LONGEST);
		const timer = setTimeout(() => {
			this.sync(environment).catch((error: Error) => this.#parts.options.warn(error.message));
		}, wait);
		timer.unref();
		this.#failing.set(environment, { status, wait, timer });
	}

	#recovered(environment: string): void {
		clearTimeout(this.#failing.get(environment)?.timer);
		this.#failing.delete(environment);
	}
}

interface Findings {
	drift: readonly string[];
	vaultOnly: ReadonlyArray<{ name: string; readers: readonly string[] }>;
	/** Whether other users of the machine can read the file. */
	exposed: boolean;
}

function describe(target: string, { drift, vaultOnly, exposed }: Findings): MirrorStatus {
	if (drift.length > 0) {
		const reason = `${drift.join(", ")} was edited by hand in ${target} since Holdfast last wrote it; the line was left alone.`;
		return { target, status: "drift", names: [...drift], reason };
	}
	if (vaultOnly.length > 0) {
		const names = vaultOnly.map(({ name }) => name);
		const readers = [...new Set(vaultOnly.flatMap((each) => each.readers))].join(", ");
		const reason = `${names.join(", ")} has no form in a .env file that ${readers} would read rightly; Holdfast keeps it.`;
		return { target, status: "vault-only", names, reason };
	}
	const reason = exposed ? `Other users of this machine can read ${target}. Run \`chmod 600 ${target}\`.` : null;
	return { target, status: "mirrored", names: [], reason };
}

/** A file keeps the mode it had. One that others can read is theirs to keep so, but not without a word. */
function isExposed(path: string): boolean {
	const stats = statSync(path, { throwIfNoEntry: false });
	return stats !== undefined && (stats.mode & 0o077) !== 0;
}
