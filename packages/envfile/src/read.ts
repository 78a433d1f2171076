/**
 * Reading a `.env` file for its values. Content never makes this throw: a file that cannot be parsed still gives what
 * dotenv sees, with the problem beside it, so that one bad line does not take an application's other keys away.
 */
import { basename } from "node:path";
import { AppError } from "@holdfast/contract";
import { errnoText, realDisk } from "./disk.ts";
import { decode } from "./document.ts";
import { readJournal } from "./journal.ts";
import { readPlainFile } from "./plain-file.ts";
import type { Reader } from "./plan.ts";
import { dotenvValues, readText } from "./reading.ts";
import { stampOf, statsOf } from "./target.ts";

/** The state in which a file was read, for an update to go on from. */
interface FileState {
	/** `null` for no file. */
	text: string | null;
	/** From `stampOf`, taken before the text was read, so that a change in between shows. */
	stamp: string | null;
}

export type EnvFile = {
	/** The last assignment of each name. */
	entries: Map<string, string>;
	/** The names that stand there as a note only, because their values have no form that all readers agree on. */
	notes: ReadonlySet<string>;
} & (
	| {
			/** Why the file cannot be edited; `null` when it can, and when there is none. */
			problem: null;
			state: FileState;
	  }
	| { problem: AppError; state: null }
);

function problemOf(error: unknown, file: string): AppError {
	if (error instanceof AppError) return error;
	const errno = errnoText(error);
	if (errno === null) throw error;
	return new AppError("FILE_UNSAFE", { name: file, detail: `it cannot be read (${errno})` }, { cause: error });
}

interface Found {
	bytes: Buffer | null;
	stamp: string | null;
}

/** What a path leads to, links followed: the journal's bytes where there is one, else the file's. */
function find(path: string): Found {
	let real = path;
	let stats = statsOf(path, realDisk);
	if (stats?.isSymbolicLink()) {
		real = realDisk.realpathSync(path);
		stats = statsOf(real, realDisk);
	}
	const journal = readJournal(real, realDisk);
	return { bytes: journal ?? (stats && readPlainFile(real, realDisk)), stamp: stampOf(stats) };
}

/**
 * The values in a file, as dotenv reads them, or as a shell does when `readers` is a shell alone. A file that is
 * missing is empty. After a write in place that was cut short, the journal's values are given, never the torn file's.
 */
export function readEnvFile(path: string, readers?: readonly Reader[]): EnvFile {
	const file = basename(path);
	let found: Found;
	try {
		found = find(path);
	} catch (error) {
		return { entries: new Map(), notes: new Set(), problem: problemOf(error, file), state: null };
	}
	const { bytes, stamp } = found;
	try {
		const text = bytes && decode(bytes, file);
		const { ours, document } = readText(text ?? "", readers === undefined ? { file } : { file, readers });
		const noted = document.segments.flatMap((segment) => (segment.kind === "note" ? [segment.name] : []));
		return { entries: new Map(ours), notes: new Set(noted), problem: null, state: { text, stamp } };
	} catch (error) {
		const seen = dotenvValues(bytes?.toString() ?? "");
		return { entries: seen, notes: new Set(), problem: problemOf(error, file), state: null };
	}
}
