/**
 * Where a quoted value ends. This is the one place where text that looks like an assignment may be part of a value, so
 * a wrong answer here would edit inside somebody's key. The rules are dotenv's regular expression (`LINE`) as a single
 * pass: between two openings of the same quote nothing is read twice, which keeps the whole parse linear.
 */
import { isLineEnd, isSpace, skipBlanks } from "./scan.ts";

/** A value found in a text: it ends before `end`, closing quote included. */
export interface QuotedValue {
	end: number;
	value: string;
}

/** Whether nothing but blanks and a comment follows on the line. */
function endsLine(text: string, at: number): boolean {
	const next = skipBlanks(text, at);
	return text[next] === "#" || isLineEnd(text, next);
}

/**
 * The value that opens with the quote at `start`, or `null` when it has no end.
 *
 * It ends at the first quote without a backslash before it. When something other than a comment follows there, or there
 * is none, the last quote after a backslash that does end its line counts.
 */
export function readQuoted(text: string, start: number): QuotedValue | null {
	const quote = text.charAt(start);
	let close = -1;
	for (let at = text.indexOf(quote, start + 1); at !== -1; at = text.indexOf(quote, at + 1)) {
		if (endsLine(text, at + 1)) close = at;
		if (text[at - 1] !== "\\" || at - 1 === start) break;
	}
	return close === -1 ? null : { end: close + 1, value: unescapeQuoted(text.slice(start, close + 1)) };
}

/**
 * What dotenv makes of a trimmed value that begins with a quote: the pair is dropped, `\n` and `\r` are read within
 * `"`.
 */
export function unescapeQuoted(raw: string): string {
	const paired = raw.length > 1 && raw[0] === raw.at(-1);
	const inner = (paired ? raw.slice(1, -1) : raw).replaceAll("\r\n", "\n");
	return raw.startsWith('"') ? inner.replaceAll("\\n", "\n").replaceAll("\\r", "\r") : inner;
}

/**
 * The same for a shell: `'…'`, `\'` and other characters side by side, up to a blank. What a shell would expand in
 * between is taken as it stands. Source: POSIX.1-2024, 2.2 Quoting.
 */
export function readShellQuoted(text: string, start: number): QuotedValue | null {
	let value = "";
	let at = start;
	while (at < text.length && !isSpace(text, at)) {
		if (text[at] === "'") {
			const close = text.indexOf("'", at + 1);
			if (close === -1) return null;
			value += text.slice(at + 1, close);
			at = close + 1;
		} else {
			if (text.startsWith("\\'", at)) at += 1;
			value += text.charAt(at);
			at += 1;
		}
	}
	return { end: at, value: value.replaceAll("\r\n", "\n") };
}
