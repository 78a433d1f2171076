/**
 * The way to replace a file that cannot be renamed over, such as a single file mounted into a container. The new bytes
 * are durable in a journal beside it before the first byte of the file changes, so a crash in between loses nothing:
 * the journal is what readers take, and the next write finishes it.
 */
import { constants } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Disk, removeFile, syncFolder, withOpened, writeAll } from "./disk.ts";
import { readPlainFile } from "./plain-file.ts";
import { statsOf } from "./target.ts";

export type JournalStep = "journaled" | "written-in-place" | "synced-in-place" | "journal-removed";
type OnStep = (step: JournalStep) => void;

export function journalPath(target: string): string {
	return join(dirname(target), `.${basename(target)}.holdfast-journal`);
}

/** The bytes of an interrupted write, complete by construction; `null` when there is none. */
export function readJournal(target: string, disk: Disk): Buffer | null {
	const path = journalPath(target);
	// Asked for first, because there is hardly ever one, and a failure to open is dear.
	if (statsOf(path, disk) === null) return null;
	return readPlainFile(path, disk, constants.O_NOFOLLOW);
}

function openTarget(target: string, disk: Disk): number {
	return disk.openSync(target, constants.O_WRONLY | constants.O_NOFOLLOW);
}

function overwrite(fd: number, bytes: Buffer, disk: Disk, onStep: OnStep): void {
	writeAll(fd, bytes, disk);
	disk.ftruncateSync(fd, bytes.length);
	onStep("written-in-place");
	disk.fsyncSync(fd);
	onStep("synced-in-place");
}

/** The folder is synced, or a power loss could bring the journal back and, with it, old bytes over newer ones. */
function removeJournal(target: string, disk: Disk, onStep: OnStep): void {
	removeFile(journalPath(target), disk);
	syncFolder(dirname(target), disk);
	onStep("journal-removed");
}

/**
 * Turn a complete, durable temporary file into the journal, then write the target through it. A target that cannot be
 * opened for writing fails before there is a journal.
 */
export function writeInPlace(temp: string, target: string, bytes: Buffer, disk: Disk, onStep: OnStep): void {
	withOpened(openTarget(target, disk), disk, (fd) => {
		disk.renameSync(temp, journalPath(target));
		syncFolder(dirname(target), disk);
		onStep("journaled");
		overwrite(fd, bytes, disk, onStep);
	});
	removeJournal(target, disk, onStep);
}

/** Finish a write in place that was cut short; whether there was one. */
export function finishInterrupted(target: string, disk: Disk, onStep: OnStep): boolean {
	const bytes = readJournal(target, disk);
	if (bytes === null) return false;
	withOpened(openTarget(target, disk), disk, (fd) => overwrite(fd, bytes, disk, onStep));
	removeJournal(target, disk, onStep);
	return true;
}
