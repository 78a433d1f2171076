/**
 * Replacing a file so that, at any moment and after any crash, it has either all of its old bytes or all of its new
 * ones. A temporary file in the same folder is written and synced, then renamed over the old one, and the folder is
 * synced.
 *
 * Writers of one file take turns above this: two at once leave one of the two whole, and no more is promised.
 */
import { basename, dirname } from "node:path";
import { AppError } from "@holdfast/contract";
import { AFTER_ALL, type Disk, errnoOf, failure, onDisk, realDisk, syncFolder } from "./disk.ts";
import { finishInterrupted, type JournalStep, writeInPlace } from "./journal.ts";
import { readPlainFile } from "./plain-file.ts";
import { findTarget, stampOf, statsOf, type Target } from "./target.ts";
import { discardTemp, leaveFolder, sweepTemps, type TempStep, writeTemp } from "./temp.ts";

/**
 * What has just been done. A write by rename takes the first five in this order; the rest belong to a write in place.
 */
export type Step = TempStep | "renamed" | "folder-synced" | JournalStep;

/** `in-place`: the file could not be renamed over, and was written through a journal. */
export type ReplaceStatus = "replaced" | "unchanged" | "in-place";

export interface ReplaceOptions {
	/** The folder the file must be in, after every link is followed. */
	root: string;
	/** Called after each step, so that a test can end the process there. */
	onStep?: (step: Step) => void;
	fs?: Disk;
}

/** A file that cannot be renamed over: a mount point, or a file on another file system. */
function isImmovable(error: unknown): boolean {
	const errno = errnoOf(error);
	return errno === "EBUSY" || errno === "EXDEV";
}

function holds(target: Target, bytes: Buffer, disk: Disk): boolean {
	return target.stats?.size === BigInt(bytes.length) && readPlainFile(target.path, disk)?.equals(bytes) === true;
}

interface Work {
	/** What the file is called in a refusal. */
	name: string;
	target: Target;
	bytes: Buffer;
	/** The state the caller read, from `stampOf`. When the file has another one by then, nothing is written. */
	expected: string | null | undefined;
	disk: Disk;
	onStep: (step: Step) => void;
}

/** The refusal to write over what someone else wrote. */
export function changedMeanwhile(name: string): AppError {
	return new AppError("MIRROR_FAILED", { name, detail: "someone changed it in the same moment" });
}

/** Rename over the target; whether it could be. */
function moved(temp: string, { name, target, disk, onStep }: Work): boolean {
	const folder = dirname(target.path);
	try {
		disk.renameSync(temp, target.path);
	} catch (error) {
		if (!isImmovable(error) || target.stats === null) throw error;
		return false;
	}
	onStep("renamed");
	try {
		syncFolder(folder, disk);
	} catch (error) {
		throw failure(name, error, AFTER_ALL);
	}
	leaveFolder(folder, disk);
	onStep("folder-synced");
	return true;
}

/** Write a file that is known to hold other bytes. Promises and failures are those of `replaceFile`. */
export function replaceTarget(work: Work): ReplaceStatus {
	const { name, target, bytes, expected, disk, onStep } = work;
	sweepTemps(dirname(target.path), disk);
	const temp = writeTemp(work);
	try {
		const stands = expected === undefined || expected === stampOf(statsOf(target.path, disk));
		if (!stands) throw changedMeanwhile(name);
		if (temp.faithful && moved(temp.path, work)) return "replaced";
		writeInPlace(temp.path, bytes, { target: target.path, disk, onStep });
		return "in-place";
	} catch (error) {
		discardTemp(temp.path, disk, error);
		throw error;
	}
}

/**
 * Make the file at `path` hold exactly `bytes`, durably.
 *
 * An existing file keeps its mode and owner; one that is made is for the owner alone (0600). A link inside the root is
 * followed and stays. Two fsyncs, none when the bytes are there already. What dead processes left in the folder is
 * removed, and a write in place that was cut short is finished first.
 *
 * @throws AppError `FILE_UNSAFE` for what must not be written to. `MIRROR_FAILED` with the errno for what could not be.
 * The old bytes are then intact, unless the detail goes on: "after it was replaced", when only the folder's fsync failed,
 * or with the journal, when a write in place failed and the old bytes could not be put back either.
 */
export function replaceFile(
	path: string,
	bytes: Buffer,
	options: ReplaceOptions & Partial<Pick<Work, "expected">>,
): { status: ReplaceStatus } {
	const { root, onStep = () => {}, fs: disk = realDisk, expected } = options;
	const name = basename(path);
	return onDisk(name, () => {
		const found = findTarget(path, root, disk);
		const target = finishInterrupted(found.path, disk, onStep) ? findTarget(path, root, disk) : found;
		if (holds(target, bytes, disk)) return { status: "unchanged" };
		return { status: replaceTarget({ name, target, bytes, expected, disk, onStep }) };
	});
}
