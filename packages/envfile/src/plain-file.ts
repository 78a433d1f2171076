/** Reading a plain file, and nothing that only looks like one. */
import { constants } from "node:fs";
import { basename } from "node:path";
import { AppError } from "@holdfast/contract";
import { type Disk, errnoOf, withOpened } from "./disk.ts";
import { kindProblem } from "./target.ts";

/**
 * A plain file's bytes; `null` when there is no file. Opened so that a FIFO does not hold this process.
 *
 * @param flags further flags to open it with, as `O_NOFOLLOW`.
 * @throws AppError `FILE_UNSAFE` for anything but a plain file.
 */
export function readPlainFile(path: string, disk: Disk, flags = 0): Buffer | null {
	let opened: number;
	try {
		opened = disk.openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | flags);
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return null;
		throw error;
	}
	return withOpened(opened, disk, (fd) => {
		const problem = kindProblem(disk.fstatSync(fd));
		if (problem !== null) throw new AppError("FILE_UNSAFE", { name: basename(path), detail: problem });
		return disk.readFileSync(fd);
	});
}
