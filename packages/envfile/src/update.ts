/**
 * Bringing a `.env` file in line with settings: read, plan, edit, verify, replace. Nothing is written that was not read
 * back right first, and nothing at all when the file says it all already.
 */
import { basename } from "node:path";
import { AppError, NAME_PATTERN } from "@holdfast/contract";
import { onDisk, realDisk } from "./disk.ts";
import { decode, editDocument, isPlain, withoutBom } from "./document.ts";
import { finishInterrupted } from "./journal.ts";
import type { Entry, Segment } from "./parse.ts";
import { readPlainFile } from "./plain-file.ts";
import { expansionWarnings, type Form, misreaders, type Plan, planLine, READERS, type Reader } from "./plan.ts";
import type { EnvFile } from "./read.ts";
import { keepReading, type Reading, readBytes, readText, SEVERAL } from "./reading.ts";
import { changedMeanwhile, type ReplaceOptions, type ReplaceStatus, replaceTarget } from "./replace.ts";
import { splice } from "./splice.ts";
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
	/** The names whose values have a `$`, with the readers that expand one wherever it leaves its single quotes. */
	warned: { name: string; readers: Reader[] }[];
}

const HEADER = `# Settings of this project, mirrored by Holdfast. Programs read them from here as from any .env file.
# Edit by hand as you like: Holdfast overwrites no hand edit. Keep this file out of version control.
`;

const QUOTES: readonly Form[] = ["'", '"', "`"];

/** Whether a line, of a name that may be planned, gives its value to every reader as it stands. */
function readsAlike(entry: Entry, readers: readonly Reader[]): boolean {
	const { name, value, raw } = entry;
	if (!isPlain(entry) || !NAME_PATTERN.test(name)) return false;
	const form = QUOTES.find((quote) => raw === quote + value + quote) ?? "";
	if (form === "" && raw !== value) return false;
	return misreaders(value, form, readers).length === 0;
}

/** Whether a line is right as it stands, so that one that someone wrote by hand keeps its style. */
function isRight(line: Segment | undefined, value: string, readers: readonly Reader[]): boolean {
	return line?.kind === "entry" && line.value === value && readsAlike(line, readers);
}

/** Whether a name's every line is right. */
function isSettled(
	{ document, places }: Reading,
	[name, value]: [string, string],
	readers: readonly Reader[],
): boolean {
	const at = places.get(name);
	if (at === undefined) return false;
	if (at !== SEVERAL) return isRight(document.segments[at], value, readers);
	return document.segments.every(
		(line) => line.kind === "other" || line.name !== name || isRight(line, value, readers),
	);
}

/** Names whose lines in one reading are known to give these values to these readers. */
interface Settled {
	reading: Reading;
	audience: string;
	values: Map<string, string>;
}

/** What is known of the reading last written or found right, so that a name that stays is looked up once per update. */
let settled: Settled | null = null;

function settledIn(reading: Reading, readers: readonly Reader[]): Map<string, string> {
	const audience = readers.join();
	if (settled?.reading !== reading || settled.audience !== audience) {
		settled = { reading, audience, values: new Map() };
	}
	return settled.values;
}

/** Pass on what is known to the reading after an edit, which changed no other line and wrote those of its names right. */
function settleEdited(after: Reading, edits: Planned["edits"], values: UpdateOptions["values"]): void {
	if (settled === null) return;
	settled.reading = after;
	for (const [name, plan] of edits) {
		const value = values.get(name);
		if (typeof value === "string" && plan !== null && "text" in plan) settled.values.set(name, value);
	}
}

interface Planned {
	edits: Map<string, Plan | null>;
	vaultOnly: UpdateResult["vaultOnly"];
}

function plan(before: Reading, { values, keep, readers = READERS }: UpdateOptions): Planned {
	const planned: Planned = { edits: new Map(), vaultOnly: [] };
	const known = settledIn(before, readers);
	for (const [name, value] of values) {
		if (keep?.has(name) || (value !== null && known.get(name) === value)) continue;
		if (value !== null && isSettled(before, [name, value], readers)) {
			known.set(name, value);
			continue;
		}
		known.delete(name);
		const line = value === null ? null : planLine(name, value, readers);
		planned.edits.set(name, line);
		if (line !== null && "vaultOnly" in line) planned.vaultOnly.push({ name, readers: line.vaultOnly });
	}
	return planned;
}

/** The names that stand in the file with a value in which some reader could see a variable. */
function warnings({ values, keep, readers = READERS }: UpdateOptions, { vaultOnly }: Planned): UpdateResult["warned"] {
	const warned: UpdateResult["warned"] = [];
	for (const [name, value] of values) {
		if (value === null || !value.includes("$") || keep?.has(name)) continue;
		const seen = expansionWarnings(value, readers);
		if (seen.length > 0 && !vaultOnly.some((only) => only.name === name)) warned.push({ name, readers: seen });
	}
	return warned;
}

/** What a reader must find: `null` for what the file does not hold. */
function expectedOf({ values, keep }: UpdateOptions, { vaultOnly }: Planned): Map<string, string | null> {
	const expected = new Map([...values].filter(([name]) => !keep?.has(name)));
	for (const { name } of vaultOnly) expected.set(name, null);
	return expected;
}

/** The text after the edits, read back right by every reader; `before` itself when they change nothing. */
function prove(before: Reading, planned: Planned, options: UpdateOptions): Reading {
	const { path, readers = READERS, values } = options;
	if (planned.edits.size === 0) return before;
	const spliced = splice(before, planned.edits, values);
	if (spliced !== null) return spliced;
	const file = basename(path);
	const edited = editDocument(before.document, planned.edits);
	if (edited === before.text) return before;
	const after = readText(edited, { file, readers });
	const wrong = wrongReadings(before, after, expectedOf(options, planned));
	if (wrong.length > 0) throw new AppError("FILE_UNSAFE", { name: file, detail: disagreement(before, wrong) });
	return after;
}

/** Why an edit is not written, with the line to mend where the cause is known. */
function disagreement(before: Reading, wrong: readonly string[]): string {
	const hiding = before.entries.find(
		({ name, raw, tail }) => wrong.includes(name) && raw === "" && /^[ \t]+$/.test(tail),
	);
	if (hiding === undefined) return `readers would not agree on ${wrong.join(", ")}`;
	return `line ${hiding.line}: blanks after an equals sign make Node take the next line for the value`;
}

interface Start {
	target: Target;
	/** `null` for no file. */
	found: Reading | null;
	/** Whether the file begins with a byte order mark, which is not in `found`. */
	bom: boolean;
}

/** The file and what it says, read now or by the caller. */
function start(options: UpdateOptions): Start {
	const { path, root, from, readers = READERS, onStep = () => {}, fs: disk = realDisk } = options;
	const file = basename(path);
	if (from && from.problem !== null) throw from.problem;
	const first = findTarget(path, root, disk);
	const isFinished = finishInterrupted(first.path, disk, onStep);
	const target = isFinished ? findTarget(path, root, disk) : first;
	if (from && !isFinished) {
		const { text, stamp } = from.state;
		if (stamp !== stampOf(target.stats)) throw changedMeanwhile(file);
		const found = text === null ? null : readText(withoutBom(text), { file, readers });
		return { target, found, bom: text !== null && withoutBom(text) !== text };
	}
	const bytes = readPlainFile(target.path, disk);
	if (from && from.state.text !== (bytes && decode(bytes, file))) throw changedMeanwhile(file);
	const found = bytes && readBytes(bytes, { file, readers });
	return { target, found, bom: bytes !== null && found !== null && found.bytes.length !== bytes.length };
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
		const { target, found, bom } = start(options);
		const before = found ?? readText(HEADER, { file, readers });
		const planned = plan(before, options);
		const said = { vaultOnly: planned.vaultOnly, warned: warnings(options, planned) };
		const after = prove(before, planned, options);
		if (after === before && !bom) return { status: "unchanged", ...said };
		const expected = stampOf(target.stats);
		const status = replaceTarget({ name: file, target, bytes: after.bytes, expected, disk, onStep });
		keepReading(after);
		settleEdited(after, planned.edits, options.values);
		return { status, ...said };
	});
}
