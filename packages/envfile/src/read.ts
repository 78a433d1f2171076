/**
 * Reading a `.env` file for its values. Content never makes this throw: a file that cannot be parsed still gives what
 * dotenv sees, with the problem beside it, so that one bad line does not take an application's other keys away.
 */
import { constants } from "node:fs";
import { basename } from "node:path";
import { AppError } from "@holdfast/contract";
import { type Disk, errnoOf, errnoText, realDisk, withOpened } from "./disk.ts";
import { entries, parseDocument } from "./document.ts";
import { readJournal } from "./journal.ts";
import type { Reader } from "./plan.ts";
import { kindProblem } from "./target.ts";
import { dotenvValues } from "./verify.ts";

export interface EnvFile {
	/** The last assignment of each name. */
	entries: Map<string, string>;
	/** Why the file cannot be edited; `null` when it can, and when there is none. */
	problem: AppError | null;
}

/** What identifies a state of a file: its inode, size and times. `null` for no file. */
export function stampOf(path: string, disk: Disk): string | null {
	const stats = disk.lstatSync(path, { bigint: true, throwIfNoEntry: false });
	return stats === undefined ? null : `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
}

/**
 * A plain file's bytes; `null` when there is no file. Opened so that a FIFO does not hold this process.
 *
 * @throws AppError `FILE_UNSAFE` for anything but a plain file.
 */
export function readBytes(path: string, disk: Disk): Buffer | null {
	let opened: number;
	try {
		opened = disk.openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
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

function problemOf(error: unknown, file: string): AppError {
	if (error instanceof AppError) return error;
	const errno = errnoText(error);
	if (errno === null) throw error;
	return new AppError("FILE_UNSAFE", { name: file, detail: `it cannot be read (${errno})` }, { cause: error });
}

/**
 * The values in a file, as dotenv reads them, or as a shell does when `readers` is a shell alone. A file that is
 * missing is empty. After a write in place that was cut short, the journal's values are given, never the torn file's.
 */
export function readEnvFile(path: string, readers?: readonly Reader[]): EnvFile {
	const file = basename(path);
	let bytes: Buffer;
	try {
		const real = realDisk.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()
			? realDisk.realpathSync(path)
			: path;
		bytes = readJournal(real, realDisk) ?? readBytes(real, realDisk) ?? Buffer.alloc(0);
	} catch (error) {
		return { entries: new Map(), problem: problemOf(error, file) };
	}
	try {
		const document = parseDocument(bytes, readers === undefined ? { file } : { file, readers });
		return { entries: new Map(entries(document).map(({ name, value }) => [name, value])), problem: null };
	} catch (error) {
		return { entries: dotenvValues(bytes.toString()), problem: problemOf(error, file) };
	}
}
