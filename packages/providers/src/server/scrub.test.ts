import fc from "fast-check";
import { expect, test } from "vitest";
import { COVER, Scrubber } from "./scrub.ts";

const KEY = "sk-canary/+=&<Zq7Wm3kT5x9>";

function scrubbed(key: string | null, pieces: readonly string[]): string {
	const scrubber = new Scrubber(key);
	return pieces.map((piece) => scrubber.push(piece)).join("") + scrubber.end();
}

const key = fc.string({ minLength: 8, maxLength: 60, unit: fc.constantFrom(..."abcXYZ019-_+/=&<>\"'") });
const around = fc.string({ maxLength: 30, unit: fc.constantFrom(..."abcXYZ019-_ .\n") });

/** A text cut at these places. */
function cut(text: string, cuts: readonly number[]): string[] {
	const at = [...new Set(cuts.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
	return [0, ...at].map((from, i) => text.slice(from, at[i] ?? text.length));
}

const ENCODINGS: Record<string, (key: string) => string> = {
	plain: (key) => key,
	"URL-encoded": encodeURIComponent,
	"URL-encoded in lower case": (key) => encodeURIComponent(key).replace(/%../g, (code) => code.toLowerCase()),
	"wholly URL-encoded": (key) => Buffer.from(key).toString("hex").replace(/../g, "%$&"),
	"in JSON": (key) => JSON.stringify(key).slice(1, -1),
	"in hex": (key) => Buffer.from(key).toString("hex"),
	"in upper-case hex": (key) => Buffer.from(key).toString("hex").toUpperCase(),
	"in escapes": (key) => Array.from(key, (char) => `\\u00${char.charCodeAt(0).toString(16)}`).join(""),
};

test.for(Object.entries(ENCODINGS))(
	"FAULTS 24: a key that comes back %s is covered, however it is cut",
	([, encode]) => {
		fc.assert(
			fc.property(key, around, around, fc.array(fc.nat(), { maxLength: 8 }), (secret, before, after, cuts) => {
				const text = `${before}${encode(secret)}${after}`;
				const shown = scrubbed(secret, cut(text, cuts));
				expect(shown).not.toContain(encode(secret));
				expect(shown).toContain(COVER);
			}),
		);
	},
);

test.for(["base64", "base64url"] as const)(
	"FAULTS 24: a key within what is in %s is covered at each offset",
	(form) => {
		for (const before of ["", "a", "ab", "abc", "user:"]) {
			for (const after of ["", "z", "zz"]) {
				const text = Buffer.from(`${before}${KEY}${after}`).toString(form);
				const decoded = Buffer.from(scrubbed(KEY, cut(text, [5, 9, 20])).replaceAll(COVER, ""), form);
				expect(scrubbed(KEY, [text])).toContain(COVER);
				expect(decoded.toString()).not.toContain("Zq7Wm3kT5");
			}
		}
	},
);

test("what is no key passes as it is, and none of it is lost or held back at the end", () => {
	fc.assert(
		fc.property(key, fc.array(around), (secret, pieces) => {
			fc.pre(!pieces.join("").includes(secret));
			const text = pieces.join("");
			const hasNone = Object.values(ENCODINGS).every((encode) => !text.includes(encode(secret)));
			fc.pre(hasNone && scrubbed(secret, [text]) === text);
			expect(scrubbed(secret, pieces)).toBe(text);
		}),
	);
	expect(scrubbed(null, ["any", "thing"])).toBe("anything");
	expect(scrubbed("x", ["a fox"])).toBe("a fox");
	expect(scrubbed(KEY, ["sk-can", "not"])).toBe("sk-cannot");
});
