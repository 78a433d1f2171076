/** Every value through the readers that run in this process. `test/readers.test.ts` has all programs. */
import { parseEnv } from "node:util";
import dotenv from "dotenv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entries, parseDocument } from "./document.ts";
import { planLine, READERS, type Reader } from "./plan.ts";

type Read = (text: string) => Record<string, string | undefined>;

/** Milliseconds: only to end a test that hangs. */
const PATIENT = { timeout: 600_000 };
const SLOW = process.env.SLOW !== undefined;
const ALPHABET = [..."'\"`$\\#\n n{}"];

function ours(shell: boolean): Read {
	return (text) => {
		const doc = parseDocument(text, shell ? { readers: ["sh"] } : {});
		return Object.fromEntries(entries(doc).map(({ name, value }) => [name, value]));
	};
}

const regular: Read = (text) => dotenv.parse(text);
const scanning: Read = (text) => dotenv.parse(text, { fast: true });
const node: Read = (text) => parseEnv(text);

/** The values, planned and written into one file; those without a form are left out. */
function written(values: readonly string[], readers: readonly Reader[]): { text: string; wanted: Map<string, string> } {
	const lines: string[] = [];
	const wanted = new Map<string, string>();
	for (const [index, value] of values.entries()) {
		const plan = planLine(`K${index}`, value, readers);
		if (!("text" in plan)) continue;
		lines.push(`${plan.text}\n`);
		wanted.set(`K${index}`, value);
	}
	return { text: lines.join(""), wanted };
}

function misread(read: Read, { text, wanted }: ReturnType<typeof written>): unknown[] {
	const found = read(text);
	const names = new Set([...wanted.keys(), ...Object.keys(found)]);
	return [...names].filter((name) => found[name] !== wanted.get(name));
}

function exhaustive(): string[] {
	let values = [""];
	for (let length = 0; length < 4; length += 1) values = values.flatMap((head) => ALPHABET.map((char) => head + char));
	return values;
}

describe("all 14,641 strings of four awkward characters", () => {
	const portable = written(exhaustive(), READERS);
	const javascript = written(exhaustive(), ["node", "dotenv"]);
	const shellOnly = written(exhaustive(), ["sh"]);

	test("the portable forms cover as many as the table says", () => {
		expect(exhaustive()).toHaveLength(14_641);
		expect(shellOnly.wanted.size).toBe(14_641);
		expect(portable.wanted.size).toBe(exhaustive().filter(isPortable).length);
	});

	test.each([
		["our parser", ours(false)],
		["dotenv", regular],
		["dotenv's scanning parser", scanning],
		["Node's parseEnv", node],
	])("%s reads each planned value back, and no other key", (_, read) => {
		expect(misread(read, portable)).toEqual([]);
		expect(misread(read, javascript)).toEqual([]);
	});

	test("our parser reads as a shell does what is written for one", () => {
		expect(misread(ours(true), shellOnly)).toEqual([]);
	});
});

/** The table of portable forms, said a second time. */
function isPortable(value: string): boolean {
	const single = !value.includes("'") && !value.includes("\\\\") && !value.endsWith("\\") && !value.includes("$" + "{");
	return single || ![...value].some((char) => '"`$\\'.includes(char));
}

const value = fc
	.oneof(
		fc.string({ unit: "binary" }),
		fc.string({ unit: "grapheme" }),
		fc.string({ unit: fc.constantFrom(...ALPHABET) }),
	)
	.map((text) => text.replace(/[\0\r]/g, ""));

test("random Unicode values read back alike in every JavaScript reader", PATIENT, () => {
	const values = fc.array(value, { minLength: 40, maxLength: 60, size: "max" });
	const property = fc.property(values, fc.constantFrom([...READERS], ["node" as const]), (list, readers) => {
		const file = written(list, readers);
		for (const read of [ours(false), regular, scanning, node]) expect(misread(read, file)).toEqual([]);
	});
	fc.assert(property, { numRuns: SLOW ? 2_000 : 20 });
});
