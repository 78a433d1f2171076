/**
 * What is saved in a data folder of this machine, for a process that keeps up with it. Whether anything changed is asked of
 * the database itself, which answers in microseconds; nothing is opened again unless it did.
 */
import { join } from "node:path";
import { RevisionFile } from "@holdfast/vault/revision-file";
import { DATABASE_FILE, KeptRootKeys, readSavedValues } from "@holdfast/vault/snapshot";
import Database from "better-sqlite3";
import type { Options } from "./options.ts";
import { type Report, reportLocally } from "./report.ts";
import { statOf } from "./stat.ts";
import type { Saved, Taken } from "./values.ts";
import type { Source } from "./watch.ts";

interface Connection {
	inode: number;
	version: () => unknown;
	revision: () => unknown;
	close: () => void;
}

/** In milliseconds: how often at most this process says what it holds, which is a commit; and how often it says it again. */
const REPORT_EVERY = 200;
const REPEAT_EVERY = 10_000;

export class LocalSource implements Source {
	readonly #folder: string;
	readonly #path: string;
	readonly #environment: string;
	readonly #rootKeys: KeptRootKeys;
	readonly #wakes: RevisionFile;
	#connection: Connection | null = null;
	/** What the database or its files said when they were last read. */
	#stamp: unknown;
	#revision: number | null;
	#report: Report | null = null;
	#reported = 0;
	#reporting: NodeJS.Timeout | undefined;

	constructor({ dataDir, rootKey }: Options, environment: string, saved: Saved) {
		this.#folder = dataDir;
		this.#path = join(dataDir, DATABASE_FILE);
		this.#environment = environment;
		this.#rootKeys = new KeptRootKeys(rootKey);
		this.#revision = saved.revision;
		this.#connect();
		this.#wakes = new RevisionFile(dataDir, () => Number(this.#connection?.revision() ?? -1), { makes: false });
	}

	/** Be woken by each save, of whatever environment. */
	start(wake: () => void): void {
		this.#wakes.onChange(wake);
	}

	/** Written a moment later, and once for several. */
	holds(revision: number | null, origins: Taken["origins"]): void {
		if (revision === null) return;
		this.#report = { environment: this.#environment, revision, origins };
		this.#reportSoon();
	}

	#repeat(): void {
		if (this.#report && Date.now() - this.#reported >= REPEAT_EVERY) this.#reportSoon();
	}

	#reportSoon(): void {
		this.#reporting ??= setTimeout(
			() => {
				this.#reporting = undefined;
				this.#reported = Date.now();
				if (this.#report) reportLocally({ dataDir: this.#folder }, this.#report);
			},
			Math.max(0, this.#reported + REPORT_EVERY - Date.now()),
		).unref();
	}

	stop(): void {
		clearTimeout(this.#reporting);
		this.#wakes.close();
		this.#release();
	}

	/**
	 * What is saved, if anything was since it was last read; else `null`.
	 *
	 * @throws AppError as `readSavedValues` does. The next look tries again.
	 */
	look(): Saved | null {
		const stamp = this.#connection ? this.#connection.version() : stampOf(this.#path);
		if (stamp === this.#stamp) return null;
		if (this.#connection?.revision() === this.#revision) {
			this.#stamp = stamp;
			return null;
		}
		const saved = readSavedValues(this.#folder, this.#rootKeys, this.#environment);
		// Asked before the values were read: what was saved in between is found by the next look.
		this.#stamp = stamp;
		if (saved.revision === this.#revision) return null;
		this.#revision = saved.revision;
		return saved;
	}

	/** Find out about a database that is another one by now, or that could not be opened before. */
	refresh(): void {
		this.#repeat();
		const inode = statOf(this.#path)?.ino ?? null;
		if (inode !== null && inode === this.#connection?.inode) return;
		if (this.#connection) this.#revision = null;
		this.#connect();
	}

	#connect(): void {
		this.#release();
		this.#stamp = undefined;
		const inode = statOf(this.#path)?.ino;
		if (inode === undefined) return;
		try {
			const database = new Database(this.#path, { readonly: true, fileMustExist: true });
			const version = database.prepare("PRAGMA data_version").pluck();
			const revision = database.prepare("SELECT revision FROM instance").pluck();
			const connection = {
				inode,
				version: () => version.get(),
				revision: () => revision.get(),
				close: () => database.close(),
			};
			connection.version();
			this.#connection = connection;
		} catch (error) {
			// A folder that may not be written to, with nobody in it: its files are looked at instead.
			if (!(error instanceof Error)) throw error;
		}
	}

	#release(): void {
		this.#connection?.close();
		this.#connection = null;
	}
}

/** What a change of the database's files changes. */
function stampOf(path: string): string {
	return [path, `${path}-wal`].map((file) => `${statOf(file)?.mtimeMs}:${statOf(file)?.size}`).join(" ");
}
