/**
 * Files of many styles, built from parts that are known, so that the right answer to an edit is known byte for byte.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { editDocument, entries, parseDocument, printDocument } from "./document.ts";
import { type Plan, planLine } from "./plan.ts";
import { verifyEdit } from "./verify.ts";

const NAMES = ["KEY", "MY_KEY", "KEY_2", "A", "OTHER"];
/** Milliseconds: only to end a test that hangs. */
const PATIENT = { timeout: 600_000 };
const RUNS = process.env.SLOW === undefined ? 1_000 : 100_000;

interface Line {
	/** `null` for what is no assignment. */
	name: string | null;
	head: string;
	gap: string;
	raw: string;
	tail: string;
}

const raw = fc.constantFrom(
	"",
	"plain",
	"sk-0123",
	"'single'",
	'"double"',
	"`back`",
	"'KEY=inside'",
	"'two\nKEY=inside\nlines'",
	'"\n# KEY=inside\n\nMY_KEY=inside\n"',
	'"a\\nb"',
	"'it's'",
	"$HOME",
);
const assignment: fc.Arbitrary<Line> = fc
	.record({
		name: fc.constantFrom(...NAMES),
		head: fc.constantFrom("", "", "export ", "  ", "\texport  "),
		gap: fc.constantFrom("=", "=", "=", " = ", "= ", " ="),
		raw,
		tail: fc.constantFrom("", "", " ", " # why", '\t# it\'s "why"'),
	})
	// Blanks after an empty value hide the next line from Node: the update refuses them, and has a test for that.
	.map((line) => (line.raw === "" && line.tail.trim() === "" ? { ...line, gap: line.gap.trimEnd(), tail: "" } : line));
const other: fc.Arbitrary<Line> = fc
	.constantFrom("", "  ", "# comment", "# KEY=old", "#KEY='old", "not an assignment", "KEY_WITHOUT_VALUE", "é=1")
	.map((text) => ({ name: null, head: text, gap: "", raw: "", tail: "" }));

const file = fc.record({
	lines: fc.array(fc.oneof({ weight: 3, arbitrary: assignment }, { weight: 2, arbitrary: other }), { maxLength: 12 }),
	eol: fc.constantFrom("\n", "\r\n"),
	ended: fc.boolean(),
	bom: fc.boolean(),
});
type File = typeof file extends fc.Arbitrary<infer T> ? T : never;

const wanted = fc.option(fc.constantFrom("new", "it's", "two\nlines", "# no comment", "it's $5", "ends\\"), {
	nil: null,
});
const edits = fc.dictionary(fc.constantFrom(...NAMES, "NEW"), wanted, { maxKeys: 3, noNullPrototype: true });

function lineText({ name, head, gap, raw, tail }: Line): string {
	return head + (name ?? "") + gap + raw + tail;
}

function fileText({ lines, eol, ended, bom }: File): string {
	const text = lines.map(lineText).join("\n") + (ended && lines.length > 0 ? "\n" : "");
	return (bom ? "\uFEFF" : "") + text.replaceAll("\n", eol);
}

function planText(name: string, plan: Plan): string {
	return "text" in plan ? plan.text : `# ${name} is kept in Holdfast: no quoting reads the same everywhere`;
}

/** What stays before and behind a value. Not the blanks of `KEY= `, after which a shell would run it. */
function keptParts({ gap, raw, tail }: Line): [string, string] {
	if (raw === "") return [gap.trimEnd(), gap.slice(gap.trimEnd().length) + tail];
	return [gap.startsWith("=") ? "=" : gap, tail];
}

/** The edited file by the rules, made from the parts. */
function expectedText({ lines, eol, ended }: File, plans: ReadonlyMap<string, Plan | null>): string {
	const seen = new Set<string>();
	const kept = lines.flatMap((line, index) => {
		const end = index < lines.length - 1 || ended ? "\n" : "";
		const plan = line.name === null ? undefined : plans.get(line.name);
		if (line.name === null || plan === undefined) return [lineText(line) + end];
		if (plan === null || seen.has(line.name)) return [];
		seen.add(line.name);
		if ("vaultOnly" in plan) return [planText(line.name, plan) + end];
		return [line.head + line.name + keptParts(line).join(plan.text.slice(line.name.length + 1)) + end];
	});
	const added = [...plans].flatMap(([name, plan]) => (plan === null || seen.has(name) ? [] : [planText(name, plan)]));
	const body = kept.join("");
	const joint = added.length > 0 && body !== "" && !body.endsWith("\n") ? "\n" : "";
	const hasLineEnd = lines.length > 1 || ended || lines.some((line) => line.raw.includes("\n"));
	const text = body + joint + added.map((line) => `${line}\n`).join("");
	return text.replaceAll("\n", hasLineEnd && lines.length > 0 ? eol : "\n");
}

test("an edit changes its names' lines and leaves every other byte", PATIENT, () => {
	const property = fc.property(file, edits, (source, values) => {
		const text = fileText(source);
		const doc = parseDocument(text);
		expect(printDocument(doc)).toBe(text);
		const named = Object.entries(values);
		const plans = new Map(named.map(([name, value]) => [name, value === null ? null : planLine(name, value)]));
		expect(editDocument(doc, plans)).toBe(expectedText(source, plans));
	});
	fc.assert(property, { numRuns: RUNS });
});

test("what an edit gives proves right in every reader, and a second one changes nothing", PATIENT, () => {
	const property = fc.property(file, edits, (source, values) => {
		const before = fileText(source);
		const named = Object.entries(values);
		const plans = new Map(named.map(([name, value]) => [name, value === null ? null : planLine(name, value)]));
		const after = editDocument(parseDocument(before), plans);
		expect(editDocument(parseDocument(after), plans)).toBe(after);
		const expected = new Map(
			named.map(([name, value]) => {
				const plan = plans.get(name);
				return [name, plan && "text" in plan ? value : null];
			}),
		);
		const found = new Map(entries(parseDocument(after)).map(({ name, value }) => [name, value]));
		for (const [name, value] of expected) expect(found.get(name) ?? null).toBe(value);
		expect(verifyEdit({ before, after, expected })).toEqual([]);
	});
	fc.assert(property, { numRuns: RUNS });
});
