/**
 * Temporary files beside the file they will replace. They hold secrets, so they are made for the owner alone, their
 * names say which process made them, and what a dead process left behind is removed by the next write into the folder.
 * A folder that nobody changed since this process last wrote there holds nothing to remove, and is not looked through.
 */
import { randomUUID } from "node:crypto";
import { type BigIntStats, constants } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Disk, errnoOf, removeFile, withOpened, writeAll } from "./disk.ts";
import { stampOf, statsOf, type Target } from "./target.ts";

/** Read and write for the owner, nothing for others: the mode of every file made here. */
const PRIVATE = 0o600;
const PERMISSION_BITS = 0o7777;
const TEMP_NAME = /^\..+\.holdfast-(\d+)-[0-9a-f]{12}\.tmp$/;

export interface TempFile {
	path: string;
	/** Whether it has the old file's owner and mode. If not, it must not take the old file's place. */
	faithful: boolean;
}

export type TempStep = "temp-created" | "temp-written" | "temp-synced";

/** Whether a process with this number runs here, whoever it belongs to. */
export function isAlive(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		return errnoOf(error) === "EPERM";
	}
}

/** Whether the process that made it is gone. Containers give the same pid again, so an own one is judged by its age. */
function isLeftover(path: string, pid: number, disk: Disk): boolean {
	if (pid !== process.pid) return !isAlive(pid);
	const stats = disk.lstatSync(path, { throwIfNoEntry: false });
	return stats !== undefined && stats.mtimeMs < performance.timeOrigin;
}

/** The folder last written to, in the state it was left in. */
let left: { folder: string; stamp: string | null } | null = null;

/**
 * Note that a write into a swept folder is done: only a change by another process gives the next sweep something to do.
 * A folder whose state cannot be told is swept.
 */
export function leaveFolder(folder: string, disk: Disk): void {
	left = null;
	try {
		left = { folder, stamp: stampOf(statsOf(folder, disk)) };
	} catch (error) {
		if (errnoOf(error) === null) throw error;
	}
}

/** Remove what dead processes of this host left in a folder. */
export function sweepTemps(folder: string, disk: Disk): void {
	if (left?.folder === folder && left.stamp === stampOf(statsOf(folder, disk))) return;
	for (const name of disk.readdirSync(folder)) {
		const pid = TEMP_NAME.exec(name)?.[1];
		if (pid === undefined) continue;
		const path = join(folder, name);
		if (isLeftover(path, Number(pid), disk)) removeFile(path, disk);
	}
}

/** Give an open file the owner and mode of the old one; whether this process may. */
function carryOver(fd: number, old: BigIntStats, disk: Disk): boolean {
	const made = disk.fstatSync(fd);
	const [uid, gid] = [Number(old.uid), Number(old.gid)];
	try {
		if (made.uid !== uid || made.gid !== gid) disk.fchownSync(fd, uid, gid);
	} catch (error) {
		if (errnoOf(error) !== "EPERM") throw error;
		return false;
	}
	const mode = Number(old.mode) & PERMISSION_BITS;
	if (mode !== PRIVATE) disk.fchmodSync(fd, mode);
	return true;
}

interface Writing {
	target: Target;
	bytes: Buffer;
	disk: Disk;
	onStep: (step: TempStep) => void;
}

/** Write a file beside the target, durable when this returns. When it throws, nothing is left behind. */
export function writeTemp({ target, bytes, disk, onStep }: Writing): TempFile {
	// The last group of a random UUID is twelve digits, all random. Node draws for many of them at once.
	const random = randomUUID().slice(-12);
	const path = join(dirname(target.path), `.${basename(target.path)}.holdfast-${process.pid}-${random}.tmp`);
	const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
	const opened = disk.openSync(path, flags, PRIVATE);
	try {
		const faithful = withOpened(opened, disk, (fd) => {
			onStep("temp-created");
			writeAll(fd, bytes, disk);
			onStep("temp-written");
			const carried = target.stats === null || carryOver(fd, target.stats, disk);
			disk.fsyncSync(fd);
			onStep("temp-synced");
			return carried;
		});
		return { path, faithful };
	} catch (error) {
		discardTemp(path, disk, error);
		throw error;
	}
}

/** Remove a temporary file after a failure. When that fails too, the sweep of a later write removes it. */
export function discardTemp(path: string, disk: Disk, cause: unknown): void {
	try {
		removeFile(path, disk);
	} catch (error) {
		if (errnoOf(error) === null) throw new AggregateError([cause, error]);
	}
}
