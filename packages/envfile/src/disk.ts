/**
 * The file system as this package uses it, so that a test can make any one call fail, and the one place where an errno
 * becomes an `AppError`. Messages name the file and the errno, never a path or content.
 */
import {
	closeSync,
	fchmodSync,
	fchownSync,
	fstatSync,
	fsyncSync,
	ftruncateSync,
	lstatSync,
	lutimesSync,
	openSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	realpathSync,
	renameSync,
	symlinkSync,
	unlinkSync,
	writeSync,
} from "node:fs";
import { AppError } from "@holdfast/contract";

export const realDisk = {
	closeSync,
	fchmodSync,
	fchownSync,
	fstatSync,
	fsyncSync,
	ftruncateSync,
	lstatSync,
	lutimesSync,
	openSync,
	readFileSync,
	readdirSync,
	readlinkSync,
	realpathSync: realpathSync.native,
	renameSync,
	symlinkSync,
	unlinkSync,
	writeSync,
};

export type Disk = typeof realDisk;

/** The errno name of a failed system call, such as "ENOSPC"; `null` for any other error. */
export function errnoOf(error: unknown): string | null {
	return error instanceof Error && "code" in error && "syscall" in error && typeof error.code === "string"
		? error.code
		: null;
}

/** "ENOSPC: no space left on device": Node's message without the system call and the path. */
export function errnoText(error: unknown): string | null {
	return error instanceof Error && errnoOf(error) !== null ? (error.message.split(", ")[0] ?? null) : null;
}

/** Ends the sentence of a failure after which the file has its new bytes, but may lose them with the power. */
export const AFTER_ALL = " after it was replaced";

/** `MIRROR_FAILED` for a file, of a system call that failed; `more` ends its sentence. Any other error as it is. */
export function failure(name: string, error: unknown, more = ""): unknown {
	const detail = errnoText(error);
	return detail === null ? error : new AppError("MIRROR_FAILED", { name, detail: detail + more }, { cause: error });
}

/** Run `work`; a system call that fails in it becomes `MIRROR_FAILED` for the file `name`. Other errors pass. */
export function onDisk<T>(name: string, work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw failure(name, error);
	}
}

/** Remove a file; whether it was there. */
export function removeFile(path: string, disk: Disk): boolean {
	try {
		disk.unlinkSync(path);
		return true;
	} catch (error) {
		if (errnoOf(error) !== "ENOENT") throw error;
		return false;
	}
}

/** Run `work` on an opened file and close it. A failure to close counts: it may be a failure to write. */
export function withOpened<T>(opened: number, disk: Disk, work: (fd: number) => T): T {
	let result: T;
	try {
		result = work(opened);
	} catch (error) {
		closeAfter(opened, disk, error);
		throw error;
	}
	disk.closeSync(opened);
	return result;
}

/** Close after a failure. When that fails too, the first failure is the one to tell. */
function closeAfter(opened: number, disk: Disk, cause: unknown): void {
	try {
		disk.closeSync(opened);
	} catch (error) {
		if (errnoOf(error) === null) throw new AggregateError([cause, error]);
	}
}

export function writeAll(fd: number, bytes: Buffer, disk: Disk): void {
	for (let at = 0; at < bytes.length; ) at += disk.writeSync(fd, bytes, at, bytes.length - at, at);
}

/** Make the names in a folder durable. */
export function syncFolder(folder: string, disk: Disk): void {
	withOpened(disk.openSync(folder, "r"), disk, (fd) => disk.fsyncSync(fd));
}
