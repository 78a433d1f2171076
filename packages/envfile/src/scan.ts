/**
 * Steps through a text by character code. A file is read with these and with no regular expression that could go back,
 * so that no file, however hostile, takes longer than its length allows. What counts as a blank, a line end and a name
 * is what dotenv's regular expression (`LINE`) means by `\s`, `$` and `[\w.-]`.
 */
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const HASH = 35;
const LINE_SEPARATOR = 0x2028;
const PARAGRAPH_SEPARATOR = 0x2029;

const NAME_CODES = new Set([..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"].map(codeOf));
const IS_NAME = Uint8Array.from({ length: 128 }, (_, code) => (NAME_CODES.has(code) ? 1 : 0));

function codeOf(char: string): number {
	return char.charCodeAt(0);
}

function isSeparator(code: number): boolean {
	return code === LINE_SEPARATOR || code === PARAGRAPH_SEPARATOR;
}

/** Whether the line ends at this position: at a line end of any kind, or at the end of the text. */
export function isLineEnd(text: string, at: number): boolean {
	const code = text.charCodeAt(at);
	if (code > RETURN && code < LINE_SEPARATOR) return false;
	return code === NEWLINE || code === RETURN || isSeparator(code) || Number.isNaN(code);
}

/** White space of any kind, line ends included. */
export function isSpace(text: string, at: number): boolean {
	const code = text.charCodeAt(at);
	if (code < 128) return code === SPACE || (code >= TAB && code <= RETURN);
	return code >= 160 && /\s/.test(text.charAt(at));
}

export function isName(text: string, at: number): boolean {
	return IS_NAME[text.charCodeAt(at)] === 1;
}

/** The first position from `at` that is no blank within the line. */
export function skipBlanks(text: string, at: number): number {
	let end = at;
	while (isSpace(text, end) && !isLineEnd(text, end)) end += 1;
	return end;
}

/** The first position from `at` that is no white space, over any number of lines. */
export function skipSpace(text: string, at: number): number {
	let end = at;
	while (isSpace(text, end)) end += 1;
	return end;
}

export function skipName(text: string, at: number): number {
	let end = at;
	while (isName(text, end)) end += 1;
	return end;
}

export function skipLine(text: string, at: number): number {
	let end = at;
	while (!isLineEnd(text, end)) end += 1;
	return end;
}

/** The end of an unquoted value: a `#`, or the line's end, to which Unicode's separators do not count here. */
export function skipUnquoted(text: string, at: number): number {
	let end = at;
	while (end < text.length) {
		const code = text.charCodeAt(end);
		if (code === HASH || code === NEWLINE || code === RETURN) break;
		end += 1;
	}
	return end;
}

/** The line end at this position: one character, or CR and LF; empty at the end of the text. */
export function lineEndAt(text: string, at: number): string {
	return text.slice(at, text.charCodeAt(at) === RETURN ? at + 2 : at + 1);
}

/** How many newlines there are between two positions. */
export function countLines(text: string, from: number, to: number): number {
	let lines = 0;
	for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) lines += 1;
	return lines;
}
