/**
 * A lock between the processes of one machine that share a folder. It is SQLite's own lock on an otherwise empty database
 * file: the operating system drops it when its holder dies, so none is ever left behind.
 */
import { join } from "node:path";
import Database from "better-sqlite3";

/** How long to wait for the holder, in milliseconds. What is done under a lock takes a few. */
const WAIT = 60_000;

export interface FolderLock {
	/** Run `act` while no other process runs one under this lock. */
	run<T>(act: () => T): T;
	close(): void;
}

export function openLock(folder: string, name: string): FolderLock {
	const database = new Database(join(folder, `${name}.lock`), { timeout: WAIT });
	const begin = database.prepare("BEGIN EXCLUSIVE");
	const end = database.prepare("COMMIT");
	return {
		run(act) {
			begin.run();
			try {
				return act();
			} finally {
				end.run();
			}
		},
		close: () => database.close(),
	};
}
