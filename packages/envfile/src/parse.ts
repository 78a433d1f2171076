/**
 * The text of a `.env` file as a row of segments that, put side by side, are the text again. It is read as dotenv reads
 * it; wherever a line could belong to a value above it in one reader and not in another, the file is refused, because
 * an edit there could not be safe.
 */
import { AppError } from "@holdfast/contract";
import { readQuoted, readShellQuoted, unescapeQuoted } from "./quoted.ts";
import {
	countLines,
	isLineEnd,
	isName,
	isSpace,
	lineEndAt,
	skipBlanks,
	skipLine,
	skipName,
	skipSpace,
	skipUnquoted,
} from "./scan.ts";

/** An assignment. Its text is `head + name + gap + raw + tail + eol`. */
export interface Entry {
	kind: "entry";
	name: string;
	/** Counts from 1. */
	line: number;
	/** Indentation and `export`. */
	head: string;
	/** From the name to the value: `=`, with the blanks around it. */
	gap: string;
	/** The value as written, with its quotes. */
	raw: string;
	/** Blanks and comment after the value. */
	tail: string;
	eol: string;
	value: string;
}

/** The line that stands in for a value kept in Holdfast only. */
export interface Note {
	kind: "note";
	name: string;
	text: string;
	eol: string;
}

/** Everything between: comments, blank lines, lines that dotenv takes for no assignment, with their line ends. */
export interface Other {
	kind: "other";
	text: string;
}

export type Segment = Entry | Note | Other;

const NOTE_REST = " is kept in Holdfast: no quoting reads the same everywhere";
const NOTE_START = "# ";
const EXPORT = "export";
const QUOTES = "'\"`";

/** Where the text is read, and what a refusal calls the file. */
interface Place {
	text: string;
	file: string;
	shell: boolean;
	line: number;
}

export function noteText(name: string): string {
	return NOTE_START + name + NOTE_REST;
}

export function segmentText(segment: Segment): string {
	if (segment.kind === "other") return segment.text;
	if (segment.kind === "note") return segment.text + segment.eol;
	return segment.head + segment.name + segment.gap + segment.raw + segment.tail + segment.eol;
}

function refuse({ file, line }: Place, why: string): AppError {
	return new AppError("FILE_UNSAFE", { name: file, detail: `line ${line}: ${why}` });
}

/** The position after the `=` (or dotenv's `: `) of an assignment; -1 when the line is none. */
function assignmentEnd(place: Place, nameEnd: number): number {
	const { text } = place;
	const at = skipBlanks(text, nameEnd);
	if (text[at] === "=") return at + 1;
	if (text[at] === ":" && at === nameEnd && isSpace(text, at + 1)) {
		if (isLineEnd(text, at + 1)) throw refuse(place, "a value that starts on a later line");
		return at + 1;
	}
	if (isLineEnd(text, at) && text[skipSpace(text, at)] === "=") throw refuse(place, "an equals sign on a later line");
	return -1;
}

type Value = Pick<Entry, "raw" | "tail" | "value">;

function readUnquoted(place: Place, start: number): Value {
	const { text } = place;
	const hash = skipUnquoted(text, start);
	const lineEnd = skipLine(text, start);
	if (lineEnd < hash) throw refuse(place, "a Unicode line separator in an unquoted value");
	const upToHash = text.slice(start, hash).trimEnd();
	const quote = upToHash.charAt(0);
	const quoted = quote !== "" && QUOTES.includes(quote);
	if (quoted && !upToHash.includes(quote, 1)) throw refuse(place, "unterminated quote");
	// Some readers take a # without a blank before it for a part of the value. It may be a secret's, so it is not kept.
	const glued = hash < lineEnd && !isSpace(text, hash - 1);
	const raw = glued ? text.slice(start, lineEnd).trimEnd() : upToHash;
	const tail = text.slice(start + raw.length, lineEnd);
	return { raw, tail, value: quoted ? unescapeQuoted(upToHash) : upToHash };
}

function readValue(place: Place, start: number): Value {
	const { text, shell } = place;
	const first = text.charAt(start);
	if (isLineEnd(text, start)) {
		const later = text.charAt(skipSpace(text, start));
		if (later !== "" && QUOTES.includes(later)) throw refuse(place, "a value that starts on a later line");
	}
	if (first === "" || !QUOTES.includes(first)) return readUnquoted(place, start);
	const asShell = shell && first === "'";
	const found = asShell ? readShellQuoted(text, start) : readQuoted(text, start);
	if (found === null && asShell) throw refuse(place, "unterminated quote");
	if (found === null) return readUnquoted(place, start);
	const { end, value } = found;
	return { raw: text.slice(start, end), tail: text.slice(end, skipLine(text, end)), value };
}

/** Where the name starts on the line at `at`: after indentation and, when another name follows it, `export`. */
function nameStart(text: string, at: number): number {
	const start = skipBlanks(text, at);
	if (!text.startsWith(EXPORT, start)) return start;
	const next = skipBlanks(text, start + EXPORT.length);
	return next > start + EXPORT.length && isName(text, next) ? next : start;
}

function readEntry(place: Place, at: number): Entry | null {
	const { text, line } = place;
	const from = nameStart(text, at);
	const nameEnd = skipName(text, from);
	const end = nameEnd === from ? -1 : assignmentEnd(place, nameEnd);
	if (end === -1) return null;
	const start = skipBlanks(text, end);
	const { raw, tail, value } = readValue(place, start);
	const eol = lineEndAt(text, start + raw.length + tail.length);
	const head = text.slice(at, from);
	const name = text.slice(from, nameEnd);
	// The blanks of an empty value stand before its comment.
	const gapEnd = raw === "" ? end : start;
	const gap = text.slice(nameEnd, gapEnd);
	return { kind: "entry", name, line, head, gap, raw, tail: text.slice(gapEnd, start) + tail, eol, value };
}

function readNote(text: string, at: number): Note | null {
	if (!text.startsWith(NOTE_START, at)) return null;
	const end = skipLine(text, at);
	const line = text.slice(at, end);
	const name = line.slice(NOTE_START.length, -NOTE_REST.length);
	const named = name !== "" && line.endsWith(NOTE_REST) && skipName(name, 0) === name.length;
	return named ? { kind: "note", name, text: line, eol: lineEndAt(text, end) } : null;
}

/** The length of a segment's text, in characters; 0 for none. */
export function lengthOf(segment: Segment | undefined): number {
	if (segment === undefined) return 0;
	if (segment.kind === "other") return segment.text.length;
	if (segment.kind === "note") return segment.text.length + segment.eol.length;
	const { head, name, gap, raw, tail, eol } = segment;
	return head.length + name.length + gap.length + raw.length + tail.length + eol.length;
}

/**
 * The segments of a text without a byte order mark, in time linear in its length.
 *
 * @param shell whether quotes are read as a shell reads them.
 * @throws AppError `FILE_UNSAFE` with the line number, when an edit could not be safe.
 */
export function parseSegments(text: string, file: string, shell: boolean): Segment[] {
	const segments: Segment[] = [];
	const place: Place = { text, file, shell, line: 1 };
	const stray = /\0|\r(?!\n)/.exec(text);
	if (stray !== null) {
		place.line += countLines(text, 0, stray.index);
		throw refuse(place, stray[0] === "\0" ? "a NUL character" : "a carriage return that ends no line");
	}
	let other = 0;
	for (let at = 0; at < text.length; ) {
		const segment = readEntry(place, at) ?? readNote(text, at);
		let end = at;
		if (segment === null) {
			end = skipLine(text, at);
			end += lineEndAt(text, end).length;
		} else {
			end += lengthOf(segment);
			if (other < at) segments.push({ kind: "other", text: text.slice(other, at) });
			segments.push(segment);
			other = end;
		}
		place.line += countLines(text, at, end);
		at = end;
	}
	if (other < text.length) segments.push({ kind: "other", text: text.slice(other) });
	return segments;
}
