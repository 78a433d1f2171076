/**
 * A `.env` file that can be edited without touching what is not edited. Only the lines of the names in an edit change;
 * every other byte is printed as it was read.
 */
import { isUtf8 } from "node:buffer";
import { AppError } from "@holdfast/contract";
import { type Entry, type Note, noteText, parseSegments, type Segment, segmentText } from "./parse.ts";
import { isShellOnly, type Plan, READERS, type Reader } from "./plan.ts";

export interface EnvDocument {
	/**
	 * Whether the file began with a byte order mark. It is printed back, but not by an edit: Node loses the key after it.
	 */
	bom: boolean;
	segments: Segment[];
	/** The file's line end, taken from its first line. */
	eol: "\n" | "\r\n";
}

export interface ParseOptions {
	/** What a refusal calls the file. */
	file?: string;
	readers?: readonly Reader[];
}

const BOM = "\uFEFF";
/** Blanks that every reader skips around a value. */
const PLAIN_BLANKS = /^[ \t]*$/;

/**
 * The text of a file.
 *
 * @throws AppError `FILE_UNSAFE` when it is not UTF-8.
 */
export function decode(bytes: Buffer | string, file = ".env"): string {
	const intact = typeof bytes === "string" ? bytes.isWellFormed() : isUtf8(bytes);
	if (!intact) throw new AppError("FILE_UNSAFE", { name: file, detail: "it is not UTF-8" });
	return bytes.toString();
}

export function withoutBom(text: string): string {
	return text.startsWith(BOM) ? text.slice(BOM.length) : text;
}

/**
 * Read a file without losing anything of it: `printDocument` gives the same bytes back.
 *
 * @throws AppError `FILE_UNSAFE` when it cannot be edited safely, with the line: an unterminated quote, bytes that are
 * not UTF-8, NUL, a carriage return that ends no line, or a value that dotenv would take from a later line.
 */
export function parseDocument(bytes: Buffer | string, options: ParseOptions = {}): EnvDocument {
	const { file = ".env", readers = READERS } = options;
	const text = decode(bytes, file);
	const bom = text.startsWith(BOM);
	const body = withoutBom(text);
	const firstEnd = body.indexOf("\n");
	const eol = firstEnd > 0 && body[firstEnd - 1] === "\r" ? "\r\n" : "\n";
	return { bom, segments: parseSegments(body, file, isShellOnly(readers)), eol };
}

export function printDocument(doc: EnvDocument): string {
	return (doc.bom ? BOM : "") + doc.segments.map(segmentText).join("");
}

/** Every assignment in the order of the file. Where a name is there twice, dotenv, Node and shells take the last. */
export function entries(doc: EnvDocument): Entry[] {
	return doc.segments.filter((segment) => segment.kind === "entry");
}

/** A comment needs a blank before it, or a shell takes it for a part of the value. */
function safeTail(tail: string): string {
	const comment = tail.trimStart();
	const blanks = tail.slice(0, tail.length - comment.length);
	const plain = PLAIN_BLANKS.test(blanks) ? blanks : "";
	if (comment === "") return plain;
	return comment.startsWith("#") ? (plain === "" ? " " : plain) + comment : "";
}

/** `KEY =` keeps its blanks. `KEY= ` does not: there a shell would take the value for a command, and run it. */
function safeGap(gap: string): string {
	const [before = "", after = ""] = gap.split("=");
	const keeps = before !== "" && PLAIN_BLANKS.test(before);
	return keeps ? `${before}=${PLAIN_BLANKS.test(after) ? after : ""}` : "=";
}

function safeHead(head: string): string {
	return PLAIN_BLANKS.test(head.replace("export", "")) ? head : "";
}

/** Whether every reader takes what stands around the value for what it is. */
export function isPlain({ head, gap, tail }: Entry): boolean {
	return (
		(head === "" || safeHead(head) === head) &&
		(gap === "=" || safeGap(gap) === gap) &&
		(tail === "" || safeTail(tail) === tail)
	);
}

/** A name's line with another value, or the note in its place: what stands around the value is kept where it is safe. */
export function placed(at: Entry | Note, plan: Plan, eol: string): string {
	if ("vaultOnly" in plan) return noteText(at.name) + at.eol;
	const value = plan.text.slice(at.name.length + 1).replaceAll("\n", eol);
	if (at.kind === "note") return `${at.name}=${value}${at.eol}`;
	return safeHead(at.head) + at.name + safeGap(at.gap) + value + safeTail(at.tail) + at.eol;
}

/**
 * The file's text after an edit: each name gets its planned line, or goes when its plan is `null`.
 *
 * The first line of a name is replaced in place, keeping `export `, the blanks around `=` and a comment behind; its
 * other lines go, so that first-wins and last-wins readers agree. A name without a line is added at the end. A value
 * that is kept in Holdfast only leaves a comment, which the next edit of that name replaces. Line ends stay as the
 * file's are, also within a value; a byte order mark is dropped.
 */
export function editDocument(doc: EnvDocument, edits: ReadonlyMap<string, Plan | null>): string {
	const waiting = new Map(edits);
	const printed: string[] = [];
	for (const segment of doc.segments) {
		const plan = segment.kind === "other" ? undefined : edits.get(segment.name);
		if (segment.kind === "other" || plan === undefined) printed.push(segmentText(segment));
		else if (waiting.delete(segment.name) && plan !== null) printed.push(placed(segment, plan, doc.eol));
	}
	for (const [name, plan] of waiting) {
		if (plan === null) continue;
		if (printed.length > 0 && !printed.at(-1)?.endsWith("\n")) printed.push(doc.eol);
		const line = "vaultOnly" in plan ? noteText(name) : plan.text;
		printed.push(line.replaceAll("\n", doc.eol) + doc.eol);
	}
	// What stood in the middle is a mark as soon as it comes first.
	return withoutBom(printed.join(""));
}
