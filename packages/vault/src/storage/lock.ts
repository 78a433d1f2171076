/**
 * A lock between the processes of one machine that share a folder. It is SQLite's own lock on an otherwise empty database
 * file: the operating system drops it when its holder dies, so none is ever left behind. Waiting for it blocks nothing else.
 */
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "@holdfast/contract";
import Database from "better-sqlite3";
import { makePrivateFile } from "./private-file.ts";

/** How long to wait for another process, in milliseconds. What is done under a lock takes a few. */
const LONGEST_WAIT = 20_000;
const LONGEST_PAUSE = 20;

/** The last in line for each lock in this process: SQLite would not tell two holders of one process to wait. */
const lines = new Map<string, Promise<unknown>>();

export interface FolderLock {
	/**
	 * Run `act` while neither another process nor another call in this one is inside the lock.
	 *
	 * @throws AppError `DATABASE_BUSY` when the lock cannot be had for a long time; `act` was not run.
	 */
	run<T>(act: () => Promise<T>): Promise<T>;
	close(): void;
}

export function openLock(folder: string, name: string): FolderLock {
	const path = join(realpathSync(folder), `${name}.lock`);
	makePrivateFile(path);
	const database = new Database(path, { timeout: 0 });
	const begin = database.prepare("BEGIN EXCLUSIVE");
	const end = database.prepare("COMMIT");

	function tryBegin(): boolean {
		try {
			begin.run();
			return true;
		} catch (error) {
			if (error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY")) return false;
			throw error;
		}
	}

	async function locked<T>(act: () => Promise<T>): Promise<T> {
		const deadline = performance.now() + LONGEST_WAIT;
		for (let pause = 1; !tryBegin(); pause = Math.min(pause * 2, LONGEST_PAUSE)) {
			if (performance.now() > deadline) throw new AppError("DATABASE_BUSY");
			await sleep(pause * (0.5 + Math.random() / 2));
		}
		try {
			return await act();
		} finally {
			end.run();
		}
	}

	return {
		run(act) {
			const before = lines.get(path) ?? Promise.resolve();
			const turn = before.then(
				() => locked(act),
				() => locked(act),
			);
			lines.set(path, turn);
			return turn;
		},
		close: () => database.close(),
	};
}
