/**
 * A key that comes back in what a provider says is covered, in every spelling that a text may have it in, also where it is
 * cut by the border of two pieces. Errors need none of this: they are made of our own words (failure.ts).
 */

/** What stands in the key's place. */
export const COVER = "••••";

/** Shorter keys, which only local AI takes, would cover what is no key. */
const KEY_MIN = 8;

/**
 * Covers a key in a text that comes in pieces. A piece's end is held back while it may be the beginning of the key, so that
 * what is given out never lags by more than the longest spelling.
 */
export class Scrubber {
	readonly #spellings: readonly string[];
	#held = "";

	constructor(key: string | null) {
		this.#spellings = key === null || key.length < KEY_MIN ? [] : spellingsOf(key);
	}

	/** The text so far that cannot become a part of the key any more. */
	push(piece: string): string {
		const text = this.#covered(this.#held + piece);
		const held = Math.max(0, ...this.#spellings.map((spelling) => overlap(text, spelling)));
		this.#held = text.slice(text.length - held);
		return text.slice(0, text.length - held);
	}

	/** What is left when the text has ended. */
	end(): string {
		const rest = this.#held;
		this.#held = "";
		return rest;
	}

	#covered(text: string): string {
		return this.#spellings.reduce((left, spelling) => left.replaceAll(spelling, COVER), text);
	}
}

/** How many characters at the end of a text are the beginning of a spelling, but not all of it. */
function overlap(text: string, spelling: string): number {
	for (let length = Math.min(spelling.length - 1, text.length); length > 0; length--)
		if (text.endsWith(spelling.slice(0, length))) return length;
	return 0;
}

/** The key as it is, URL-encoded, escaped for JSON and HTML, in hex, and in base64 wherever it stands in what was encoded. */
function spellingsOf(key: string): string[] {
	const bytes = Buffer.from(key);
	const hex = bytes.toString("hex");
	const percent = encodeURIComponent(key);
	const every = hex.replace(/../g, "%$&");
	const all = [
		key,
		percent,
		percent.replace(/%../g, (code) => code.toLowerCase()),
		every,
		every.toUpperCase(),
		JSON.stringify(key).slice(1, -1),
		JSON.stringify(key).slice(1, -1).replaceAll("/", "\\/"),
		Array.from(key, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
		key.replace(/[&<>"'/=]/g, (char) => `&#${char.charCodeAt(0)};`),
		key.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;"),
		hex,
		hex.toUpperCase(),
		...[0, 1, 2].flatMap((offset) => inBase64(bytes, offset)),
	];
	// The longest first: a part of one may be the whole of another.
	return [...new Set(all)].sort((a, b) => b.length - a.length);
}

/** What base64 has of these bytes for certain when so many others stand before them, in both of its alphabets. */
function inBase64(bytes: Buffer, before: number): string[] {
	const text = Buffer.concat([Buffer.alloc(before), bytes])
		.toString("base64")
		.replace(/=+$/, "");
	const sure = text.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
	return [sure, sure.replaceAll("+", "-").replaceAll("/", "_")];
}
