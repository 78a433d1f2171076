/**
 * The way to replace a file that cannot be renamed over, such as a single file mounted into a container. The new bytes
 * are durable in a journal beside it before the first byte of the file changes, so a crash in between loses nothing:
 * the journal is what readers take, and the next write finishes it. A failure is undone: the old bytes go back.
 */
import { constants } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AFTER_ALL, type Disk, errnoOf, failure, removeFile, syncFolder, withOpened, writeAll } from "./disk.ts";
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

interface Writing {
	target: string;
	disk: Disk;
	onStep: OnStep;
}

/** For reading too, because what stands there is put back after a failure. */
function openTarget({ target, disk }: Writing): number {
	return disk.openSync(target, constants.O_RDWR | constants.O_NOFOLLOW);
}

function setBytes(fd: number, bytes: Buffer, disk: Disk): void {
	writeAll(fd, bytes, disk);
	disk.ftruncateSync(fd, bytes.length);
}

function overwrite(fd: number, bytes: Buffer, { disk, onStep }: Writing): void {
	setBytes(fd, bytes, disk);
	onStep("written-in-place");
	disk.fsyncSync(fd);
	onStep("synced-in-place");
}

/** The folder is synced, or a power loss could bring the journal back and, with it, old bytes over newer ones. */
function removeJournal({ target, disk }: Writing): void {
	removeFile(journalPath(target), disk);
	syncFolder(dirname(target), disk);
}

/** After a failure: the old bytes, and no journal. When that fails too, the journal is what stands, and the error says so. */
function putBack(fd: number, old: Buffer, { cause, ...writing }: Writing & { cause: unknown }): void {
	const { target, disk } = writing;
	try {
		setBytes(fd, old, disk);
		disk.fsyncSync(fd);
		removeJournal(writing);
	} catch (error) {
		if (errnoOf(error) === null || errnoOf(cause) === null) throw new AggregateError([cause, error]);
		throw failure(basename(target), cause, "; it may be torn, and the next write finishes it from its journal");
	}
}

/** Write an open target through the journal, which the temporary file becomes. */
function writeThrough(fd: number, { temp, bytes, ...writing }: Writing & { temp: string; bytes: Buffer }): void {
	const { target, disk, onStep } = writing;
	const old = disk.readFileSync(fd);
	disk.renameSync(temp, journalPath(target));
	try {
		syncFolder(dirname(target), disk);
		onStep("journaled");
		overwrite(fd, bytes, writing);
		removeJournal(writing);
	} catch (cause) {
		putBack(fd, old, { ...writing, cause });
		throw cause;
	}
}

/**
 * Turn a complete, durable temporary file into the journal, then write the target through it. A target that cannot be
 * opened for writing fails before there is a journal.
 */
export function writeInPlace(temp: string, bytes: Buffer, writing: Writing): void {
	let isWritten = false;
	try {
		withOpened(openTarget(writing), writing.disk, (fd) => {
			writeThrough(fd, { temp, bytes, ...writing });
			isWritten = true;
		});
	} catch (error) {
		throw isWritten ? failure(basename(writing.target), error, AFTER_ALL) : error;
	}
	writing.onStep("journal-removed");
}

/** Finish a write in place that was cut short; whether there was one. When that fails, the journal stays. */
export function finishInterrupted(target: string, disk: Disk, onStep: OnStep): boolean {
	const bytes = readJournal(target, disk);
	if (bytes === null) return false;
	const writing = { target, disk, onStep };
	withOpened(openTarget(writing), disk, (fd) => overwrite(fd, bytes, writing));
	removeJournal(writing);
	onStep("journal-removed");
	return true;
}
