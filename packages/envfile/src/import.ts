/**
 * Reading `.env` text that someone brings, to be looked at before anything of it is saved. Content never makes this throw.
 * A line is taken as dotenv takes it, or refused with the reason: what programs cut short at different places is not
 * guessed at.
 */
import { forbiddenBecause, NAME_PATTERN, type ValueProblem, valueProblem } from "@holdfast/contract";
import { withoutBom } from "./document.ts";
import { isEncrypted } from "./encrypted-value.ts";
import { readQuoted } from "./quoted.ts";
import { isName, isSpace, skipBlanks, skipName, skipSpace } from "./scan.ts";

/** Why an assignment is not taken, each as a clause that says nothing of the value. */
const BECAUSE = {
	NAME_INVALID: "its name is not upper-case letters, digits and underscores",
	NAME_FORBIDDEN: "its name may not be saved",
	QUOTE_OPEN: "its quote is never closed",
	QUOTE_TRAILED: "there is more after its closing quote",
	HASH_GLUED: "programs differ on whether its # begins a comment, so it needs quotes",
	LINE_SPLIT: "its value begins on a later line",
	VALUE_ENCRYPTED: "it is encrypted by dotenvx",
	VALUE_EMPTY: "it has no value",
	VALUE_HAS_NUL: "its value has a NUL character",
	VALUE_HAS_CR: "its value has a carriage return",
	VALUE_NOT_UNICODE: "its value has half of a surrogate pair",
	VALUE_TOO_LONG: "its value is longer than 64 KiB",
	VALUE_IS_MASK: "its value is a mask, as lists show in the place of a secret",
} as const satisfies Record<ValueProblem, string> & Record<string, string>;

export type ImportProblem = keyof typeof BECAUSE;

/** Lines count from 1, and are those a value begins on. */
interface Line {
	line: number;
	name: string;
}

export interface Import {
	/** One for each name, in the order of the text. */
	accepted: Array<Line & { value: string }>;
	/** `name` is `null` where what stands for it may be a piece of a value. `because` is a clause: "it has no value". */
	refused: Array<{ line: number; name: string | null; problem: ImportProblem; because: string }>;
	/** Assignments that a later line repeats: the last one counts, as dotenv, Node and shells have it. */
	superseded: Array<Line & { by: number }>;
}

interface Found extends Line {
	value: string;
	problem: ImportProblem | null;
	/** Whether its quote is never closed, whatever else there is to say. */
	isOpen: boolean;
	end: number;
}

const EXPORT = "export";
const QUOTES = "'\"`";
/** The names of other conventions: shown when refused. Anything else could be a line of a key that lost its quotes. */
const NAME_LIKE = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
/** What is behind the first equals sign at the end of base64, whose last line looks like a name. */
const PADDING = /^=?$/;

/**
 * Every assignment in a text, in time linear in its length.
 *
 * A quote that is never closed ends with its own line, as dotenv has it: that name is refused, and reading goes on with the
 * next line. What follows may yet be the rest of the broken value, so from there on only legal names are told.
 */
export function readImport(text: string): Import {
	const found: Found[] = [];
	const body = withoutBom(text).replaceAll("\r\n", "\n");
	let openFrom = Number.POSITIVE_INFINITY;
	let line = 1;
	for (let at = 0; at < body.length; ) {
		const assignment = readAssignment(body, at, line);
		if (assignment) found.push(assignment);
		if (assignment?.isOpen) openFrom = Math.min(openFrom, line);
		const newline = body.indexOf("\n", assignment?.end ?? at);
		const next = newline === -1 ? body.length : newline + 1;
		for (let seen = body.indexOf("\n", at); seen !== -1 && seen < next; seen = body.indexOf("\n", seen + 1)) line += 1;
		at = next;
	}
	return sorted(found, openFrom);
}

function sorted(found: readonly Found[], openFrom: number): Import {
	const last = new Map(found.map(({ name, line }) => [name, line]));
	const sorted: Import = { accepted: [], refused: [], superseded: [] };
	for (const { name, line, value, problem } of found) {
		const by = last.get(name) ?? line;
		const isLikely = NAME_LIKE.test(name) && line <= openFrom && !(problem === "NAME_INVALID" && PADDING.test(value));
		const isTold = NAME_PATTERN.test(name) || isLikely;
		if (problem !== null) {
			sorted.refused.push({ line, name: isTold ? name : null, problem, because: becauseOf(name, problem) });
		} else if (by !== line) sorted.superseded.push({ line, name, by });
		else sorted.accepted.push({ line, name, value });
	}
	return sorted;
}

function becauseOf(name: string, problem: ImportProblem): string {
	const why = problem === "NAME_FORBIDDEN" ? forbiddenBecause(name) : null;
	return why === null ? BECAUSE[problem] : `${BECAUSE[problem]}: ${why}`;
}

/** The assignment that begins on the line at `at`; `null` when there is none. It ends on the line of `end`. */
function readAssignment(text: string, at: number, line: number): Found | null {
	const start = nameStart(text, at);
	const nameEnd = skipName(text, start);
	if (nameEnd === start) return null;
	const name = text.slice(start, nameEnd);
	const valueAt = valueStart(text, nameEnd);
	const read = valueAt === -1 ? readBelow(text, skipBlanks(text, nameEnd)) : readValue(text, valueAt);
	if (read === null) return null;
	const problem = nameProblem(name) ?? read.problem ?? contentProblem(read.value);
	return { ...read, name, line, problem, isOpen: read.problem === "QUOTE_OPEN" };
}

/** Where the name begins: after indentation, and after `export` when another name follows it. */
function nameStart(text: string, at: number): number {
	const start = skipBlanks(text, at);
	if (!text.startsWith(EXPORT, start)) return start;
	const next = skipBlanks(text, start + EXPORT.length);
	return next > start + EXPORT.length && isName(text, next) ? next : start;
}

/** The first position of the value after `=`, or after dotenv's `: `; -1 when the line assigns nothing. */
function valueStart(text: string, nameEnd: number): number {
	const at = skipBlanks(text, nameEnd);
	const isColon = text[at] === ":" && at === nameEnd && isSpace(text, at + 1);
	return text[at] === "=" || isColon ? skipBlanks(text, at + 1) : -1;
}

function isQuote(text: string, at: number): boolean {
	return at < text.length && QUOTES.includes(text.charAt(at));
}

type Value = Pick<Found, "value" | "problem" | "end">;

/** What dotenv makes of a name alone on its line with an equals sign below: nothing that may be taken. */
function readBelow(text: string, lineEnd: number): Value | null {
	const later = skipSpace(text, lineEnd);
	return later > lineEnd && text[later] === "=" ? splitValue(text, skipSpace(text, later + 1)) : null;
}

/** A value on a line below its name: it is refused, and what is between its quotes is no assignment. */
function splitValue(text: string, start: number): Value {
	const quoted = isQuote(text, start) ? readQuoted(text, start) : null;
	return { value: "", problem: "LINE_SPLIT", end: quoted?.end ?? start - 1 };
}

function readValue(text: string, start: number): Value {
	const newline = text.indexOf("\n", start);
	const lineEnd = newline === -1 ? text.length : newline;
	if (isQuote(text, start)) {
		const quoted = readQuoted(text, start);
		if (quoted) return { ...quoted, problem: null };
		const isClosed = text.slice(start + 1, lineEnd).includes(text.charAt(start));
		return { value: "", problem: isClosed ? "QUOTE_TRAILED" : "QUOTE_OPEN", end: lineEnd };
	}
	const later = skipSpace(text, start);
	if (lineEnd === start && isQuote(text, later)) return splitValue(text, later);
	const rest = text.slice(start, lineEnd);
	const hash = rest.indexOf("#");
	const isGlued = hash > 0 && !isSpace(rest, hash - 1);
	const value = (hash === -1 ? rest : rest.slice(0, hash)).trimEnd();
	return { value, problem: isGlued ? "HASH_GLUED" : null, end: lineEnd };
}

function nameProblem(name: string): ImportProblem | null {
	if (NAME_PATTERN.test(name.toUpperCase()) && forbiddenBecause(name) !== null) return "NAME_FORBIDDEN";
	return NAME_PATTERN.test(name) ? null : "NAME_INVALID";
}

function contentProblem(value: string): ImportProblem | null {
	return isEncrypted(value) ? "VALUE_ENCRYPTED" : valueProblem(value);
}
