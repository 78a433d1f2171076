/**
 * Reading a `.env` file for its values. Content never makes this throw: a file that cannot be parsed still gives what
 * dotenv sees, with the problem beside it, so that one bad line does not take an application's other keys away.
 */
import type { BigIntStats } from "node:fs";
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
	/** Of the file that was found, from before it was read. */
	stats: BigIntStats | null;
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
	return { bytes: journal ?? (stats && readPlainFile(real, realDisk)), stats };
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
	const { bytes, stats } = found;
	try {
		const text = bytes && decode(bytes, file);
		const { ours, document } = readText(text ?? "", readers === undefined ? { file } : { file, readers });
		const noted = document.segments.flatMap((segment) => (segment.kind === "note" ? [segment.name] : []));
		return { entries: new Map(ours), notes: new Set(noted), problem: null, state: { text, stamp: stampOf(stats) } };
	} catch (error) {
		const seen = dotenvValues(bytes?.toString() ?? "");
		return { entries: seen, notes: new Set(), problem: problemOf(error, file), state: null };
	}
}

/**
 * The values in a file, as `readEnvFile` gives them, and nothing else: for an application that boots. What our parser reads
 * is what dotenv reads, and where ours refuses, dotenv's reading is given as well; so dotenv alone is asked.
 */
export function readEnvValues(path: string): Map<string, string> {
	let text: string;
	try {
		text = find(path).bytes?.toString() ?? "";
	} catch (error) {
		// Throws what is no failure of the file.
		problemOf(error, basename(path));
		return new Map();
	}
	return plainValues(text) ?? dotenvValues(text);
}

/**
 * A comment, an empty line, or a name with its value bare or in single quotes, which dotenv reads as it stands. A name
 * without a value is none of these: dotenv looks for the value on the lines that follow.
 */
const PLAIN_LINE = /^(?:#.*|([A-Z][A-Z0-9_]*)=(?:'([^'\\\r\u2028\u2029]*)'|([\w.,:/@%+=-]+)))?$/;

/** The values of a text that has plain lines only; `null` for any other. Spares a start the loading of dotenv. */
function plainValues(text: string): Map<string, string> | null {
	const values = new Map<string, string>();
	for (const line of text.split("\n")) {
		const found = PLAIN_LINE.exec(line);
		if (found === null) return null;
		const [, name, quoted, bare] = found;
		if (name !== undefined) values.set(name, quoted ?? bare ?? "");
	}
	return values;
}
