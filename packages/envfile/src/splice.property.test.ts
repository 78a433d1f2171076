/** Single lines changed in a text, against the edit and the proof of the whole text. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { editDocument } from "./document.ts";
import { planLine } from "./plan.ts";
import { type Reading, readText } from "./reading.ts";
import { splice } from "./splice.ts";
import { wrongReadings } from "./verify.ts";

const RUNS = process.env.SLOW === undefined ? 1_000 : 100_000;
/** Milliseconds: only to end a test that hangs. */
const PATIENT = { timeout: 600_000 };
const NAMES = ["A", "KEY", "MY_KEY", "B2", "C", "D"];

const raw = fc.constantFrom("'x'", '"x"', "`x`", "x", "sk-0", "'é 🔑'", "'two\nA=inside\nlines'", '"$HOME"', "''");
const odd = fc.constantFrom("", "x y", "'it's'", "'a\\b'", "x#y", '"a\\nb"', "'\u2028'");
const line = fc
	.record({
		head: fc.constantFrom("", "", "export "),
		name: fc.constantFrom(...NAMES),
		gap: fc.constantFrom("=", "=", " = ", "\t="),
		raw: fc.oneof({ weight: 60, arbitrary: raw }, { weight: 1, arbitrary: odd }),
		tail: fc.constantFrom("", "", " ", ' # it\'s "why"', "\t#"),
	})
	.map((parts) => ({ name: parts.name, text: Object.values(parts).join("") }));
const between = fc.constantFrom("# it's `so`", "#A='open", "", " \t", "# é").map((text) => ({ name: text, text }));
const file = fc
	.record({
		// Once each, as a rule: a name with several lines is edited in the whole text.
		lines: fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: line }, { weight: 1, arbitrary: between }), {
			minLength: 2,
			maxLength: 8,
			selector: ({ name }) => name,
		}),
		again: fc.constantFrom("", "", "", "", "", "", "\nA='again'"),
		eol: fc.constantFrom("\n", "\n", "\n", "\n", "\n", "\r\n"),
		end: fc.constantFrom("", "\n", "\n", "\n"),
	})
	.map(({ lines, again, eol, end }) => {
		const text = lines.map((each) => each.text).join("\n");
		return `${text}${again}${end}`.replaceAll("\n", eol);
	});
const value = fc.constantFrom("x", "it's", "# no", "é", "two\nlines", "two\nA=inside\nlines", "a\\b", "$HOME", "", " ");
const rounds = fc.array(fc.dictionary(fc.constantFrom(...NAMES), value, { minKeys: 1, maxKeys: 2 }), { maxLength: 4 });

/** What is read out of a text, and where. */
function seen({ text, bytes, document, ours, others, places }: Reading) {
	return { text, bytes, document, ours, others, places };
}

function tryToRead(text: string): Reading | null {
	try {
		return readText(text, {});
	} catch {
		// Refused, as most texts with an odd line are: there is nothing to edit.
		return null;
	}
}

test(
	"a line that is put in its place gives what an edit of the whole text gives, one edit after another",
	PATIENT,
	() => {
		let spliced = 0;
		const property = fc.property(file, rounds, (text, edits) => {
			let before = tryToRead(text);
			for (const values of edits.map((edit) => new Map(Object.entries(edit)))) {
				if (before === null) return;
				const plans = new Map(Array.from(values, ([name, wanted]) => [name, planLine(name, wanted)]));
				const after = splice(before, plans, values);
				const whole = tryToRead(editDocument(before.document, plans));
				if (after !== null) {
					spliced += 1;
					expect(seen(after)).toEqual(whole && seen(whole));
					expect(wrongReadings(before, readText(after.text, {}), values)).toEqual([]);
				}
				before = after ?? whole;
			}
		});
		fc.assert(property, { numRuns: RUNS });
		expect(spliced).toBeGreaterThan(RUNS / 8);
	},
);
