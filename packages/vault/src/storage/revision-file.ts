/**
 * Waking the other processes of this machine: a small file beside the database that is written after each commit worth knowing
 * of, and watched by whoever waits. Guards two rules: the file changes only once what it tells of can be read, and nothing
 * depends on it. Where it cannot be written or watched, looking now and then finds the same.
 */
import { closeSync, constants, type FSWatcher, openSync, statSync, watch, writeSync } from "node:fs";
import { join } from "node:path";
import { REVISION_FILE } from "../snapshot.ts";

/** In milliseconds. */
const LOOK_EVERY = 500;

export class RevisionFile {
	readonly #path: string;
	readonly #stampOf: () => number;
	readonly #makes: boolean;
	readonly #listeners = new Set<() => void>();
	#watched: { watcher: FSWatcher; inode: number } | null = null;
	#timer: NodeJS.Timeout | undefined;
	/** `null` when the database could not be asked. */
	#stamp: number | null = null;
	#telling = false;

	/**
	 * `stampOf` gives a number that moves with each commit of any other process. Who only waits may be another user than who
	 * commits, and makes no file that the other could not write to.
	 */
	constructor(folder: string, stampOf: () => number, { makes = true } = {}) {
		this.#path = join(folder, REVISION_FILE);
		this.#stampOf = stampOf;
		this.#makes = makes;
	}

	/** Tell every process, this one included, of a commit that can be read by now. */
	announce(revision: number): void {
		this.#write(revision);
		if (this.#telling || this.#listeners.size === 0) return;
		this.#telling = true;
		// Whoever has just committed takes that in first.
		setImmediate(() => {
			this.#telling = false;
			this.#tell();
		});
	}

	onChange(listener: () => void): () => void {
		const own = () => listener();
		this.#listeners.add(own);
		if (this.#listeners.size === 1) this.#begin();
		return () => {
			if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#end();
		};
	}

	close(): void {
		this.#listeners.clear();
		this.#end();
	}

	#begin(): void {
		// A folder that was made before there was such a file has none to watch.
		if (this.#makes && inodeOf(this.#path) === null) this.#write(0);
		this.#attend();
		this.#stamp = this.#moved();
		this.#timer = setInterval(() => {
			this.#attend();
			this.#look();
		}, LOOK_EVERY);
		this.#timer.unref();
	}

	#end(): void {
		clearInterval(this.#timer);
		this.#release();
	}

	/** In place, so that watchers keep their hold of it, and without a sync: after a crash nobody waits for it any more. */
	#write(revision: number): void {
		try {
			const file = openSync(this.#path, constants.O_WRONLY | constants.O_CREAT, 0o600);
			try {
				writeSync(file, `${revision}\n`, 0);
			} finally {
				closeSync(file);
			}
		} catch (error) {
			// The folder may be full or not be writable: the commit stands, and others find it when they look.
			if ((error as NodeJS.ErrnoException).code === undefined) throw error;
		}
	}

	/** Watch the file that is there now, which may be another than before. */
	#attend(): void {
		const inode = inodeOf(this.#path);
		if (inode !== null && this.#watched?.inode === inode) return;
		this.#release();
		if (inode === null) return;
		try {
			const watcher = watch(this.#path, { persistent: false }, (event) => {
				// It was moved or removed: a number that is used again would look like the same file.
				if (event === "rename") {
					this.#release();
					this.#attend();
				}
				this.#look();
			});
			watcher.on("error", () => this.#release());
			this.#watched = { watcher, inode };
		} catch (error) {
			// The system has no more watchers to give, or the file is just gone.
			if ((error as NodeJS.ErrnoException).code === undefined) throw error;
		}
	}

	#release(): void {
		this.#watched?.watcher.close();
		this.#watched = null;
	}

	/** Tell the listeners, unless there is nothing from elsewhere: what this process commits it announces itself. */
	#look(): void {
		const stamp = this.#moved();
		if (stamp === this.#stamp) return;
		this.#stamp = stamp;
		this.#tell();
	}

	/** `null` when the database cannot be asked, of which the listeners learn by asking. */
	#moved(): number | null {
		try {
			return this.#stampOf();
		} catch {
			return null;
		}
	}

	#tell(): void {
		for (const listener of [...this.#listeners]) listener();
	}
}

/** `null` when there is no such file, or none that may be looked at. */
function inodeOf(path: string): number | null {
	try {
		return statSync(path, { throwIfNoEntry: false })?.ino ?? null;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === undefined) throw error;
		return null;
	}
}
