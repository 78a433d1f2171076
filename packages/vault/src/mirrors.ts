/**
 * The `.env` files that follow the environments. The database is the truth and a file its projection: it is written after
 * the commit, from the values in memory, under a lock between processes. Guards two invariants: a save never fails because
 * a file cannot be written, and a line that someone edited by hand is never overwritten.
 *
 * What is still to be written is not kept in a list of its own: a file is behind when its environment's revision is above
 * the one the file is known to hold. Both are in the database, so that a crash loses neither.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { AppError, envFileName, looksMasked } from "@holdfast/contract";
import type { MirrorStatus } from "@holdfast/contract/schemas";
import { type EnvFile, planLine, type Step as ReplaceStep, readEnvFile, updateEnvFile } from "@holdfast/envfile";
import type { Live, LiveEnvironment } from "./live.ts";
import type { Snapshot } from "./snapshot.ts";
import type { MirrorRow, Storage } from "./storage/storage.ts";
import type { VaultOptions } from "./vault.ts";

export type MirrorStep = ReplaceStep;

/** The first and the longest wait before a failed file is tried again, in milliseconds. */
const RETRY_FIRST = 1_000;
const RETRY_LONGEST = 60_000;

interface MirrorParts {
	options: VaultOptions;
	storage: Storage;
	live: Live;
	fingerprint: (name: string, value: string) => string;
	/** The project folder, relative to the data folder, so that the two can be moved together. */
	folder: string;
}

export class Mirrors {
	readonly #parts: MirrorParts;
	/** Revisions that files are known to hold and that are not written down yet: a save does not wait for that. */
	readonly #held = new Map<string, MirrorRow>();
	/** What each file was last made to say. A line that still does is Holdfast's own without asking the history. */
	readonly #written = new Map<string, Snapshot>();
	readonly #failing = new Map<string, { status: MirrorStatus; wait: number; timer: NodeJS.Timeout }>();

	constructor(parts: MirrorParts) {
		this.#parts = parts;
	}

	/** Bring an environment's file up to what is saved, and say how that went. Never throws: the save it follows stands. */
	async sync(environment: string): Promise<MirrorStatus> {
		try {
			const status = await this.#parts.storage.exclusive(() => this.#write(environment));
			this.#recovered(environment);
			return status;
		} catch (error) {
			const { message: reason } = error instanceof AppError ? error : new AppError("INTERNAL", {}, { cause: error });
			const status: MirrorStatus = { target: envFileName(environment), status: "pending", names: [], reason };
			// A command has its answer to say it in; a server has its log.
			if (this.#parts.options.serves && !this.#failing.has(environment)) this.#parts.options.warn(inLog(error, reason));
			this.#retryLater(environment, status);
			return status;
		}
	}

	/** Bring up every file that is behind its environment, as those are that another process could not write. */
	async syncBehind(): Promise<void> {
		for (const { name, revision } of this.#parts.live.environments()) {
			if (this.#failing.has(name) || (await this.#known(name)) >= revision) continue;
			await this.#syncAloud(name);
		}
	}

	/** Look at every file, whatever it is known to hold: someone may have edited or deleted it meanwhile. */
	async syncAll(): Promise<void> {
		for (const { name } of this.#parts.live.environments()) {
			await this.#syncAloud(name);
		}
		await this.record();
	}

	/** Sync where nobody waits for the answer: what it has to say goes to the log. */
	async #syncAloud(environment: string): Promise<void> {
		const { status, reason } = await this.sync(environment);
		if (reason && status !== "pending") this.#parts.options.warn(reason);
	}

	/** The files that could not be written, with the reason. */
	pending(): MirrorStatus[] {
		return Array.from(this.#failing.values(), ({ status }) => status);
	}

	async stop(): Promise<void> {
		for (const { timer } of this.#failing.values()) clearTimeout(timer);
		await this.record();
	}

	/** Write down which revisions the files hold, so that every process knows. Done off the path of any save. */
	async record(): Promise<void> {
		const rows = [...this.#held.values()];
		if (rows.length === 0) return;
		await this.#parts.storage.commit({ audit: [], mirrored: rows });
		for (const row of rows) if (this.#held.get(row.environment) === row) this.#held.delete(row.environment);
	}

	/** The revision an environment's file is known to hold, 0 for none. */
	async #known(environment: string): Promise<number> {
		const held = this.#held.get(environment);
		if (held) return held.revision;
		return (await this.#parts.storage.mirror(environment, this.#parts.folder))?.revision ?? 0;
	}

	async #write(environment: string): Promise<MirrorStatus> {
		const { options, live, folder } = this.#parts;
		await live.refresh();
		const target = envFileName(environment);
		const saved = live.find(environment);
		if (!saved) return { target, status: "off", names: [], reason: null };
		const path = join(options.projectDir, target);
		const known = await this.#known(environment);
		const file = readEnvFile(path);
		if (file.problem) throw file.problem;
		const { values, drift } = await this.#compare(saved, file, known);
		const rest = { root: options.projectDir, from: file, ...(options.onStep && { onStep: options.onStep }) };
		const written = values.size > 0 ? updateEnvFile({ path, values, ...rest }) : null;
		this.#written.set(environment, saved.values);
		if (known !== saved.revision) {
			this.#held.set(environment, { environment, folder, revision: saved.revision });
		}
		return describe(target, { drift, vaultOnly: written?.vaultOnly ?? [], exposed: isExposed(path) });
	}

	/** Compare what was last written, what is saved and what the file says, and choose the lines to write. */
	async #compare(
		saved: LiveEnvironment,
		file: EnvFile,
		known: number,
	): Promise<{ values: Map<string, string | null>; drift: string[] }> {
		const exists = file.state !== null && file.state.text !== null;
		const values = new Map<string, string | null>();
		const drift: string[] = [];
		const written = this.#written.get(saved.name);
		for (const [name, { value }] of saved.values) {
			// A value that does not open cannot be written; its line, if there is one, may be all that is left of it.
			if (value === null) continue;
			const line = file.entries.get(name);
			const lineless = line === undefined && (!exists || "vaultOnly" in planLine(name, value));
			const settled = line === value || lineless || (line !== undefined && line === written?.get(name)?.value);
			if (settled || (await this.#isOurs(saved.name, name, line, known))) values.set(name, value);
			else drift.push(name);
		}
		for (const [name, line] of file.entries) {
			if (saved.values.has(name)) continue;
			const row = await this.#parts.storage.setting(saved.name, "shared", name);
			if (row && (await this.#isOurs(saved.name, name, line, known))) values.set(name, null);
		}
		return { values, drift };
	}

	/**
	 * Whether a line, or its absence, is as Holdfast left it: one of the values it has had since the revision that the file
	 * was last known to hold. Anything else was typed by someone. A line without a value, as examples have, counts as none.
	 */
	async #isOurs(environment: string, name: string, line: string | undefined, known: number): Promise<boolean> {
		const since = await this.#parts.storage.history(environment, "shared", name, known);
		if (line !== undefined && !isPlaceholder(line)) {
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
		const timer = setTimeout(() => void this.sync(environment), wait);
		timer.unref();
		this.#failing.set(environment, { status, wait, timer });
	}

	#recovered(environment: string): void {
		clearTimeout(this.#failing.get(environment)?.timer);
		this.#failing.delete(environment);
	}
}

/** The reason; of a failure nobody foresaw also its name and first frame, because its message may quote a value. */
function inLog(error: unknown, reason: string): string {
	if (error instanceof AppError || !(error instanceof Error)) return reason;
	const frame = error.stack?.split("\n").find((line) => /^\s+at /.test(line)) ?? "";
	return `${reason} (${error.name}${frame})`;
}

interface Findings {
	drift: readonly string[];
	vaultOnly: ReadonlyArray<{ name: string; readers: readonly string[] }>;
	/** Whether other users of the machine can read the file. */
	exposed: boolean;
}

function describe(target: string, { drift, vaultOnly, exposed }: Findings): MirrorStatus {
	const edited =
		drift.length > 0
			? `${drift.join(", ")} in ${target} is not what Holdfast wrote there: someone edited it, and it was left alone.`
			: null;
	const names = vaultOnly.map(({ name }) => name);
	const readers = [...new Set(vaultOnly.flatMap((each) => each.readers))].join(", ");
	const kept =
		names.length > 0
			? `${names.join(", ")} has no form in a .env file that ${readers} would read rightly; Holdfast keeps it.`
			: null;
	if (edited) return { target, status: "drift", names: [...drift], reason: kept ? `${edited} ${kept}` : edited };
	if (kept) return { target, status: "vault-only", names, reason: kept };
	const reason = exposed ? `Other users of this machine can read ${target}. Run \`chmod 600 ${target}\`.` : null;
	return { target, status: "mirrored", names: [], reason };
}

/** A line that says where a value belongs, and has none: nothing is lost when it is replaced. */
function isPlaceholder(line: string): boolean {
	return line === "" || looksMasked(line);
}

/** A file keeps the mode it had. One that others can read is theirs to keep so, but not without a word. */
function isExposed(path: string): boolean {
	const stats = statSync(path, { throwIfNoEntry: false });
	return stats !== undefined && (stats.mode & 0o077) !== 0;
}
