/**
 * The `.env` files that follow the environments. The database is the truth and a file its projection: it is written after
 * the commit, from the values in memory, under a lock between processes. Guards two invariants: a save never fails because
 * a file cannot be written, and a line that someone edited by hand is never overwritten.
 *
 * What is still to be written is not kept in a list of its own: a file is behind when its environment's revision is above
 * the one the file is known to hold. Both are in the database, so that a crash loses neither.
 */
import { type BigIntStats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError } from "@holdfast/contract";
import type { MirrorOptions, MirrorStatus } from "@holdfast/contract/schemas";
import { moveEnvFile, type Step as ReplaceStep } from "@holdfast/envfile";
import { type Compare, type Compared, compare, isDrift, type Known, type Line } from "./drift.ts";
import type { Live, LiveEnvironment } from "./live.ts";
import { fileFormat, type MirrorFile } from "./mirror-format.ts";
import { mirrorOptions } from "./mirror-options.ts";
import { describe } from "./mirror-words.ts";
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

/** A file that could not be written, and is tried again. */
interface Failing {
	status: MirrorStatus;
	failures: number;
	/** Milliseconds since 1970. */
	retryAt: number;
	timer: NodeJS.Timeout;
}

interface Written {
	revision: number;
	values: ReadonlyMap<string, string | null>;
}

/** A file as it was found, with how each of its lines stands. */
export interface Look extends Compared, Pick<Compare, "misreaders"> {
	path: string;
	options: MirrorOptions;
	known: Known | null;
	file: MirrorFile;
}

export class MirrorFiles {
	readonly #parts: MirrorParts;
	/** What files are known to hold and is not written down yet: a save does not wait for that. */
	readonly #held = new Map<string, MirrorRow>();
	/** What each file was last made to say, by path, and the revision that was. */
	readonly #written = new Map<string, Written>();
	readonly #failing = new Map<string, Failing>();
	/** The state each file was last found in by `changed`, and whether that one has been dealt with. */
	readonly #found = new Map<string, { stamp: string; seen: boolean }>();

	constructor(parts: MirrorParts) {
		this.#parts = parts;
	}

	/**
	 * Bring an environment's file up to what is saved, and say how that went. Never throws: the save it follows stands.
	 * The names in `force` get their line again although someone took it out or emptied it.
	 */
	async sync(id: string, force: ReadonlySet<string> = new Set()): Promise<MirrorStatus> {
		try {
			const status = await this.#parts.storage.exclusive(() => this.#write(id, force));
			this.#recovered(id);
			return status;
		} catch (error) {
			const { message: reason } = error instanceof AppError ? error : new AppError("INTERNAL", {}, { cause: error });
			const status: MirrorStatus = { target: this.#target(id), status: "pending", names: [], reason };
			// A command has its answer to say it in; a server has its log.
			if (this.#parts.options.serves && !this.#failing.has(id)) this.#parts.options.warn(inLog(error, reason));
			this.#retryLater(id, status);
			return status;
		}
	}

	/** Bring up every file that is behind its environment, as those are that another process could not write. */
	async syncBehind(): Promise<void> {
		for (const { id, revision } of this.#parts.live.withRemoved()) {
			const held = (await this.#known(id))?.revision ?? 0;
			if (!this.#failing.has(id) && held < revision) await this.syncAloud(id);
		}
	}

	/** Sync where nobody waits for the answer: what it has to say goes to the log. */
	async syncAloud(id: string): Promise<void> {
		const { status, reason } = await this.sync(id);
		if (reason && status !== "pending") this.#parts.options.warn(reason);
	}

	/** How an environment's file stands, without a change to it. */
	async look(environment: LiveEnvironment): Promise<Look> {
		const options = mirrorOptions(environment);
		const path = join(this.#parts.options.projectDir, options.file);
		const known = await this.#known(environment.id);
		const format = await fileFormat(options.format);
		const file = format.read({ path, root: this.#parts.options.projectDir, options });
		if (file.problem) throw file.problem;
		const written = this.#written.get(path);
		// Where another process wrote since, what this one did says nothing any more.
		const isLast = known !== null && written !== undefined && written.revision >= known.revision;
		const misreaders = (name: string, value: string) => format.misreaders(name, value, options);
		const ours = { known, misreaders, written: isLast ? written.values : undefined };
		const compared = await compare(this.#parts, { environment, file, ...ours });
		return { ...compared, path, options, known, file, misreaders };
	}

	/**
	 * The environments whose file is in a state that `seen` was not told of. A file counts only when it is found twice in
	 * the same state, so that nothing is taken for an edit that is still being written.
	 */
	changed(): LiveEnvironment[] {
		return this.#parts.live.environments().filter((environment) => {
			const { enabled, file } = mirrorOptions(environment);
			if (!enabled) return false;
			const stamp = stampAt(join(this.#parts.options.projectDir, file));
			const found = this.#found.get(environment.id);
			if (found?.stamp === stamp) return !found.seen;
			this.#found.set(environment.id, { stamp, seen: false });
			return false;
		});
	}

	/** What `changed` found of an environment's file has been dealt with. */
	seen({ id }: LiveEnvironment): void {
		const found = this.#found.get(id);
		if (found) found.seen = true;
	}

	/** The files that could not be written, with the reason and when they are tried again. */
	pending(): Array<Omit<Failing, "timer">> {
		return [...this.#failing.values()];
	}

	/** Why an environment's file is behind, and when it is tried again; `null` when it is not. */
	failing({ id }: LiveEnvironment): Omit<Failing, "timer"> | null {
		return this.#failing.get(id) ?? null;
	}

	async stop(): Promise<void> {
		for (const { timer } of this.#failing.values()) clearTimeout(timer);
		await this.record();
	}

	/** Write down what the files hold, so that every process knows. Done off the path of any save. */
	async record(): Promise<void> {
		const rows = [...this.#held.values()];
		if (rows.length === 0) return;
		await this.#parts.storage.commit({ audit: [], mirrored: rows });
		for (const row of rows) if (this.#held.get(row.environment) === row) this.#held.delete(row.environment);
	}

	/** Nothing is known of an environment's file any more: that was committed. */
	forget(id: string): void {
		this.#held.delete(id);
	}

	/**
	 * Give an environment's file its new place or format, once that is committed. It moves as a whole, unless one stands in
	 * the new place already; from a file that stays behind, the lines go that say what is saved. Why that could not be done,
	 * or `null`: the choice is made by then and stands.
	 */
	async moved(environment: LiveEnvironment, before: MirrorOptions): Promise<AppError | null> {
		try {
			await this.#parts.storage.exclusive(() => this.#move(environment, before));
			return null;
		} catch (error) {
			if (error instanceof AppError) return error;
			throw error;
		}
	}

	async #move({ values, ...environment }: LiveEnvironment, before: MirrorOptions): Promise<void> {
		const { projectDir: root } = this.#parts.options;
		const after = mirrorOptions(environment);
		const [from, to] = [join(root, before.file), join(root, after.file)];
		// A sealed file stays with its private key, which is in the same folder.
		const mayMove = before.format === "plain" || dirname(from) === dirname(to);
		const isThere = from === to || (mayMove && moveEnvFile({ from, to, root }));
		const old = await fileFormat(before.format);
		const { entries } = old.read({ path: isThere ? to : from, root, options: before });
		const ours = [...entries].filter(([name]) => values.has(name));
		if (isThere) {
			// Each line says the same as before, in the new format and to the new readers.
			const next = await fileFormat(after.format);
			if (ours.length > 0) next.update({ path: to, root, values: new Map(ours), options: after });
			return;
		}
		const said = ours.filter(([name, value]) => values.get(name)?.value === value);
		const gone = new Map(said.map(([name]) => [name, null]));
		if (gone.size > 0) old.update({ path: from, root, values: gone, options: before });
	}

	/** What an environment's file is known to hold, by whoever looked last; `null` when nothing is known. */
	async #known(id: string): Promise<Known | null> {
		const held = this.#held.get(id);
		const stored = await this.#parts.storage.mirror(id, this.#parts.folder);
		const { revision, base } = (held && held.revision >= (stored?.revision ?? 0) ? held : stored) ?? { base: null };
		return base && { revision, base };
	}

	#target(id: string): string {
		const environment = this.#parts.live.get(id);
		return environment ? mirrorOptions(environment).file : id;
	}

	async #write(id: string, force: ReadonlySet<string>): Promise<MirrorStatus> {
		const { options: own, live, folder } = this.#parts;
		await live.refresh();
		const environment = live.get(id);
		if (!environment || !mirrorOptions(environment).enabled || this.#isOthers(environment)) {
			return { target: this.#target(id), status: "off", names: [], reason: null };
		}
		const look = await this.look(environment);
		const { options, file, path } = look;
		const left = look.lines.filter((line) => isDrift(line) && !(force.has(line.name) && saysNothing(line)));
		const leftNames = new Set(left.map((line) => line.name));
		const ours = look.lines.filter((line) => !leftNames.has(line.name));
		const values = new Map(ours.map(({ name, saved }) => [name, saved]));
		const rest = { root: own.projectDir, from: file, ...(own.onStep && { onStep: own.onStep }) };
		const format = await fileFormat(options.format);
		const done = values.size > 0 ? format.update({ path, values, options, ...rest }) : null;
		this.#written.set(path, { revision: environment.revision, values });
		this.#hold(look.known, { environment: id, folder, revision: environment.revision, base: basesOf(left) });
		return describe(look, left, done?.status);
	}

	/** Whether an environment was removed and another is kept in its file by now, which is then to be left alone. */
	#isOthers({ removed, ...environment }: LiveEnvironment): boolean {
		const { file } = mirrorOptions(environment);
		return removed && this.#parts.live.environments().some((each) => mirrorOptions(each).file === file);
	}

	#hold(known: Known | null, row: MirrorRow): void {
		const isKnown = known?.revision === row.revision && JSON.stringify(known.base) === JSON.stringify(row.base);
		if (!isKnown) this.#held.set(row.environment, row);
	}

	#retryLater(id: string, status: MirrorStatus): void {
		const before = this.#failing.get(id);
		if (before) clearTimeout(before.timer);
		const failures = (before?.failures ?? 0) + 1;
		const wait = Math.min(RETRY_FIRST * 2 ** (failures - 1), RETRY_LONGEST);
		const timer = setTimeout(() => void this.sync(id), wait);
		timer.unref();
		this.#failing.set(id, { status, failures, retryAt: Date.now() + wait, timer });
	}

	#recovered(id: string): void {
		clearTimeout(this.#failing.get(id)?.timer);
		this.#failing.delete(id);
	}
}

/** Whether nothing is lost with a line: it was taken out, or has no value. */
function saysNothing({ state, file }: Line): boolean {
	return file === null || state === "blank";
}

/** What Holdfast last wrote for each line that is left alone. */
function basesOf(lines: readonly Line[]): Record<string, string | null> {
	return Object.fromEntries(lines.map(({ name, base }) => [name, base]));
}

/** What tells one state of a file from another; a file that cannot be looked at is in a state of its own. */
function stampAt(path: string): string {
	let stats: BigIntStats | undefined;
	try {
		stats = statSync(path, { bigint: true, throwIfNoEntry: false });
	} catch (error) {
		return String((error as NodeJS.ErrnoException).code);
	}
	return stats ? `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}` : "none";
}

/** The reason; of a failure nobody foresaw also its name and first frame, because its message may quote a value. */
function inLog(error: unknown, reason: string): string {
	if (error instanceof AppError || !(error instanceof Error)) return reason;
	const frame = error.stack?.split("\n").find((line) => /^\s+at /.test(line)) ?? "";
	return `${reason} (${error.name}${frame})`;
}
