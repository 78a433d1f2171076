/**
 * The private folder in which backups are made and drilled. It holds a database for as long as that takes, and is used by one
 * process at a time; what a killed one left in it is removed by the next.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openLock } from "./storage/lock.ts";

const FOLDER = "backup.work";

/**
 * Run `act` with the folder, empty, while nobody else makes or drills a backup of this data folder.
 *
 * @throws AppError `DATABASE_BUSY` when another process does for a long time; `act` was not run.
 */
export async function inWorkFolder<T>(dataDir: string, act: (folder: string) => Promise<T>): Promise<T> {
	const lock = openLock(dataDir, "backup");
	const folder = join(dataDir, FOLDER);
	const clear = () => rmSync(folder, { recursive: true, force: true });
	try {
		return await lock.run(async () => {
			clear();
			mkdirSync(folder, { mode: 0o700 });
			try {
				return await act(folder);
			} finally {
				clear();
			}
		});
	} finally {
		lock.close();
	}
}
