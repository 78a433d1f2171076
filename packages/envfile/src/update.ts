/**
 * Bringing a `.env` file in line with settings: read, plan, edit, verify, replace. Nothing is written that was not read
 * back right first, and nothing at all when the file says it all already.
 */
import { basename } from "node:path";
import { AppError } from "@holdfast/contract";
import { onDisk, realDisk } from "./disk.ts";
import { type EnvDocument, editDocument, entries, isPlain, parseDocument, printDocument } from "./document.ts";
import { finishInterrupted } from "./journal.ts";
import type { Entry } from "./parse.ts";
import { type Form, misreaders, type Plan, planLine, READERS, type Reader } from "./plan.ts";
import { readBytes, stampOf } from "./read.ts";
import { type ReplaceOptions, type ReplaceStatus, replaceFile } from "./replace.ts";
import { findTarget } from "./target.ts";
import { verifyEdit } from "./verify.ts";

export interface UpdateOptions extends ReplaceOptions {
	path: string;
	/** What each managed name must be; `null` to take it out. Names that are not here are left alone. */
	values: ReadonlyMap<string, string | null>;
	/** Names in `values` that are left as the file has them. */
	keep?: ReadonlySet<string>;
	/** The programs that read this file; all known ones when omitted. */
	readers?: readonly Reader[];
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

/** Whether a line gives this value to every reader as it stands. */
function givesAlready(entry: Entry, value: string, readers: readonly Reader[]): boolean {
	if (entry.value !== value || !isPlain(entry)) return false;
	const form = QUOTES.find((quote) => entry.raw === quote + value + quote) ?? "";
	if (form === "" && entry.raw !== value) return false;
	return misreaders(value, form, readers).length === 0;
}

/** The names whose every line is right as it stands, so that a line someone wrote by hand keeps its style. */
function settledNames(doc: EnvDocument, values: UpdateOptions["values"], readers: readonly Reader[]): Set<string> {
	const settled = new Map<string, boolean>();
	for (const segment of doc.segments) {
		if (segment.kind === "other") continue;
		const value = values.get(segment.name);
		const right = typeof value === "string" && segment.kind === "entry" && givesAlready(segment, value, readers);
		settled.set(segment.name, right && settled.get(segment.name) !== false);
	}
	return new Set([...settled.keys()].filter((name) => settled.get(name)));
}

interface Planned {
	edits: Map<string, Plan | null>;
	/** What a reader must find: `null` for what the file does not hold. */
	expected: Map<string, string | null>;
	vaultOnly: UpdateResult["vaultOnly"];
}

function plan(doc: EnvDocument, { values, keep, readers = READERS }: UpdateOptions): Planned {
	const planned: Planned = { edits: new Map(), expected: new Map(), vaultOnly: [] };
	const settled = settledNames(doc, values, readers);
	for (const [name, value] of values) {
		if (keep?.has(name)) continue;
		const line = value === null ? null : planLine(name, value, readers);
		const isVaultOnly = line !== null && "vaultOnly" in line;
		if (isVaultOnly) planned.vaultOnly.push({ name, readers: line.vaultOnly });
		if (!settled.has(name)) planned.edits.set(name, line);
		planned.expected.set(name, isVaultOnly ? null : value);
	}
	return planned;
}

/** Why an edit is not written, with the line to mend where the cause is known. */
function disagreement(doc: EnvDocument, wrong: readonly string[]): string {
	const hiding = entries(doc).find(
		({ name, raw, tail }) => wrong.includes(name) && raw === "" && /^[ \t]+$/.test(tail),
	);
	if (hiding === undefined) return `readers would not agree on ${wrong.join(", ")}`;
	return `line ${hiding.line}: blanks after ${hiding.name}= make Node take the next line for its value`;
}

/**
 * Make a file give these values to its readers.
 *
 * A missing file is made, with a header, unless there is nothing to write into it. A value without a portable line
 * becomes a comment and is named in the answer.
 *
 * @throws AppError `FILE_UNSAFE` when the file cannot be edited safely, or when the edit, read back, would give a name
 * another value. `MIRROR_FAILED` when it cannot be written, or when it was changed while this ran. In each case the
 * file is as it was.
 */
export function updateEnvFile(options: UpdateOptions): UpdateResult {
	const { path, root, readers = READERS, onStep = () => {}, fs: disk = realDisk } = options;
	const file = basename(path);
	return onDisk(file, () => {
		const target = findTarget(path, root, disk);
		finishInterrupted(target.path, disk, onStep);
		const expected = stampOf(target.path, disk);
		const before = readBytes(target.path, disk);
		const doc = parseDocument(before ?? HEADER, { file, readers });
		const planned = plan(doc, options);
		const { vaultOnly } = planned;
		const after = editDocument(doc, planned.edits);
		if (after === printDocument(doc)) return { status: "unchanged", vaultOnly };
		const wrong = verifyEdit({ before: before ?? "", after, expected: planned.expected, readers });
		if (wrong.length > 0) throw new AppError("FILE_UNSAFE", { name: file, detail: disagreement(doc, wrong) });
		return { ...replaceFile(path, Buffer.from(after), { root, onStep, fs: disk, expected }), vaultOnly };
	});
}
