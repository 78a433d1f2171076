/** Giving a file another place under the same root, in one step, and never over a file that stands there. */
import { basename, dirname } from "node:path";
import { type Disk, onDisk, realDisk, syncFolder } from "./disk.ts";
import { finishInterrupted } from "./journal.ts";
import { findTarget } from "./target.ts";

export interface MoveOptions {
	from: string;
	to: string;
	/** The folder both must be in, after every link is followed. */
	root: string;
	fs?: Disk;
}

/**
 * Move a file, durably. False, and nothing done, when there is no file to move or there is one in its new place already.
 * A file that someone makes there in the instant between the look and the rename is written over.
 *
 * @throws AppError `FILE_UNSAFE` for what must not be moved, `MIRROR_FAILED` with the errno for what could not be.
 */
export function moveEnvFile({ from, to, root, fs: disk = realDisk }: MoveOptions): boolean {
	return onDisk(basename(to), () => {
		const found = findTarget(from, root, disk);
		const source = finishInterrupted(found.path, disk, () => {}) ? findTarget(from, root, disk) : found;
		const target = findTarget(to, root, disk);
		if (source.stats === null || target.stats !== null) return false;
		disk.renameSync(source.path, target.path);
		const folders = new Set([source.path, target.path].map((path) => dirname(path)));
		for (const folder of folders) syncFolder(folder, disk);
		return true;
	});
}
