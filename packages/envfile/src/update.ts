/**
 * Bringing a `.env` file in line with settings: read, plan, edit, verify, replace. Nothing is written that was not read
 * back right first, and nothing at all when the file says it all already.
 */
import { basename } from "node:path";
import { AppError, NAME_PATTERN } from "@holdfast/contract";
import { onDisk, realDisk } from "./disk.ts";
import { decode, editDocument, isPlain, withoutBom } from "./document.ts";
import { finishInterrupted } from "./journal.ts";
import type { Entry } from "./parse.ts";
import { readPlainFile } from "./plain-file.ts";
import { type Form, misreaders, type Plan, planLine, READERS, type Reader } from "./plan.ts";
import type { EnvFile } from "./read.ts";
import { keepReading, type Reading, readText } from "./reading.ts";
import { changedMeanwhile, type ReplaceOptions, type ReplaceStatus, replaceTarget } from "./replace.ts";
import { findTarget, stampOf, type Target } from "./target.ts";
import { wrongReadings } from "./verify.ts";

export interface UpdateOptions extends ReplaceOptions {
	path: string;
	/** What each managed name must be; `null` to take it out. Names that are not here are left alone. */
	values: ReadonlyMap<string, string | null>;
	/** Names in `values` that are left as the file has them. */
	keep?: ReadonlySet<string>;
	/** The programs that read this file; all known ones when omitted. */
	readers?: readonly Reader[];
	/** What `readEnvFile` gave for this path: the update goes on from there, and a change since is not written over. */
	from?: EnvFile;
}

export interface UpdateResult {
	status: ReplaceStatus;
	/** The names that stand in the file as a comment only, with the readers that would misread their values. */
	vaultOnly: { name: string; readers: Reader[] }[];
}

const HEADER = `# Settings of this project, mirrored by Holdfast. Programs read them from here as from any .env file.
# Edit by hand as you like: Holdfast respects hand edits and shows them as drift. Keep this file out of version control.
`;

const QUOTES: readonly Form[] = ["'", '"', "`"];

/** Whether a line, of a name that may be planned, gives this value to every reader as it stands. */
function givesAlready(entry: Entry, value: string, readers: readonly Reader[]): boolean {
	if (entry.value !== value || !isPlain(entry) || !NAME_PATTERN.test(entry.name)) return false;
	const form = QUOTES.find((quote) => entry.raw === quote + value + quote) ?? "";
	if (form === "" && entry.raw !== value) return false;
	return misreaders(value, form, readers).length === 0;
}

/** The names whose every line is right as it stands, so that a line someone wrote by hand keeps its style. */
function settledNames({ document }: Reading, values: UpdateOptions["values"], readers: readonly Reader[]): Set<string> {
	const settled = new Set<string>();
	const wrong = new Set<string>();
	for (const segment of document.segments) {
		if (segment.kind === "other") continue;
		const value = values.get(segment.name);
		const right = typeof value === "string" && segment.kind === "entry" && givesAlready(segment, value, readers);
		(right ? settled : wrong).add(segment.name);
	}
	for (const name of wrong) settled.delete(name);
	return settled;
}

interface Planned {
	edits: Map<string, Plan | null>;
	/** What a reader must find: `null` for what the file does not hold. */
	expected: Map<string, string | null>;
	vaultOnly: UpdateResult["vaultOnly"];
}

function plan(before: Reading, { values, keep, readers = READERS }: UpdateOptions): Planned {
	const planned: Planned = { edits: new Map(), expected: new Map(), vaultOnly: [] };
	const settled = settledNames(before, values, readers);
	for (const [name, value] of values) {
		if (keep?.has(name)) continue;
		planned.expected.set(name, value);
		if (settled.has(name)) continue;
		const line = value === null ? null : planLine(name, value, readers);
		planned.edits.set(name, line);
		if (line === null || "text" in line) continue;
		planned.vaultOnly.push({ name, readers: line.vaultOnly });
		planned.expected.set(name, null);
	}
	return planned;
}

/** Why an edit is not written, with the line to mend where the cause is known. */
function disagreement(before: Reading, wrong: readonly string[]): string {
	const hiding = before.entries.find(
		({ name, raw, tail }) => wrong.includes(name) && raw === "" && /^[ \t]+$/.test(tail),
	);
	if (hiding === undefined) return `readers would not agree on ${wrong.join(", ")}`;
	return `line ${hiding.line}: blanks after ${hiding.name}= make Node take the next line for its value`;
}

interface Start {
	target: Target;
	/** The file's text; `null` for no file. */
	text: string | null;
}

/** The file and its text, read now or by the caller. */
function start(options: UpdateOptions): Start {
	const { path, root, from, onStep = () => {}, fs: disk = realDisk } = options;
	const file = basename(path);
	if (from && from.problem !== null) throw from.problem;
	const found = findTarget(path, root, disk);
	const isFinished = finishInterrupted(found.path, disk, onStep);
	const target = isFinished ? findTarget(path, root, disk) : found;
	if (from && !isFinished) {
		if (from.state.stamp !== stampOf(target.stats)) throw changedMeanwhile(file);
		return { target, text: from.state.text };
	}
	const bytes = readPlainFile(target.path, disk);
	const text = bytes && decode(bytes, file);
	if (from && from.state.text !== text) throw changedMeanwhile(file);
	return { target, text };
}

/**
 * Make a file give these values to its readers.
 *
 * A missing file is made, with a header, unless there is nothing to write into it. A value without a portable line
 * becomes a comment and is named in the answer.
 *
 * @throws AppError `FILE_UNSAFE` when the file cannot be edited safely, or when the edit, read back, would give a name
 * another value. `MIRROR_FAILED` when it cannot be written, or when it was changed while this ran or after `from` was
 * read. In each case the file is as it was.
 */
export function updateEnvFile(options: UpdateOptions): UpdateResult {
	const { path, readers = READERS, onStep = () => {}, fs: disk = realDisk } = options;
	const file = basename(path);
	return onDisk(file, () => {
		const { target, text } = start(options);
		const before = readText(withoutBom(text ?? HEADER), { file, readers });
		const planned = plan(before, options);
		const { vaultOnly } = planned;
		const edited = editDocument(before.document, planned.edits);
		if (edited === (text ?? HEADER)) return { status: "unchanged", vaultOnly };
		const after = readText(edited, { file, readers });
		const wrong = wrongReadings(before, after, planned.expected);
		if (wrong.length > 0) throw new AppError("FILE_UNSAFE", { name: file, detail: disagreement(before, wrong) });
		const bytes = Buffer.from(edited);
		const expected = stampOf(target.stats);
		const status = replaceTarget({ name: file, target, bytes, expected, disk, onStep });
		keepReading(after);
		return { status, vaultOnly };
	});
}
