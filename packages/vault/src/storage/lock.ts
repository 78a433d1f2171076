/**
 * A lock between the processes of one machine that share a folder. It is SQLite's own lock on an otherwise empty database
 * file: the operating system drops it when its holder dies, so none is ever left behind.
 */
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";

/** How long to wait for another process, in milliseconds. What is done under a lock takes a few. */
const WAIT = 60_000;

export interface FolderLock {
	/** Run `act` while neither another process nor another call in this one is inside the lock. */
	run<T>(act: () => Promise<T>): Promise<T>;
	close(): void;
}

export function openLock(folder: string, name: string): FolderLock {
	const path = join(folder, `${name}.lock`);
	closeSync(openSync(path, "a", 0o600));
	const database = new Database(path, { timeout: WAIT });
	const begin = database.prepare("BEGIN EXCLUSIVE");
	const end = database.prepare("COMMIT");
	let last: Promise<unknown> = Promise.resolve();

	async function locked<T>(act: () => Promise<T>): Promise<T> {
		begin.run();
		try {
			return await act();
		} finally {
			end.run();
		}
	}

	return {
		run(act) {
			const turn = last.then(
				() => locked(act),
				() => locked(act),
			);
			last = turn;
			return turn;
		},
		close: () => database.close(),
	};
}
