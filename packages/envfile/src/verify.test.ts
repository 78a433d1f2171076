import { expect, test } from "vitest";
import { verifyEdit } from "./verify.ts";

const before = "A=1\nKEY='old'\n# c\nB='two\nlines'\n";

function wrong(after: string, value: string | null = "new", from = before): string[] {
	return verifyEdit({ before: from, after, expected: new Map([["KEY", value]]) });
}

test("a right edit has nothing wrong, whether the file had a byte order mark or not", () => {
	const after = before.replace("'old'", "'new'");
	expect(wrong(after)).toEqual([]);
	expect(wrong(after, "new", `\uFEFF${before}`)).toEqual([]);
	expect(wrong(before.replace("KEY='old'\n", ""), null)).toEqual([]);
});

test("a reader that lost a line to its own quirk may find it again", () => {
	expect(wrong("KEY='new'\nB=1\n", "new", "KEY= \nB=1\n")).toEqual([]);
	expect(wrong("B=1\n", null, "export KEY=\nB=1\n")).toEqual([]);
});

test.each([
	["the value is another", "A=1\nKEY='nope'\nB='two\nlines'\n", ["KEY"]],
	["the name is not there", "A=1\nB='two\nlines'\n", ["KEY"]],
	["a neighbour changed", "A=2\nKEY='new'\nB='two\nlines'\n", ["A"]],
	["a neighbour is gone", "KEY='new'\nB='two\nlines'\n", ["A"]],
	["a neighbour appeared", "A=1\nKEY='new'\nB='two\nlines'\nINJECT=1\n", ["INJECT"]],
	["an old value is left for first-wins readers", "A=1\nKEY='old'\nKEY='new'\nB='two\nlines'\n", ["KEY"]],
	["Node alone reads another value", "A=1\nKEY=new\u00a0\nB='two\nlines'\n", ["KEY"]],
	[
		"a byte order mark hides the first name from Node",
		"\uFEFFA=1\nKEY='new'\nB='two\nlines'\n",
		["A", "a line that readers understand differently"],
	],
])("FAULTS 4: %s", (_, after, names) => {
	expect(wrong(after)).toEqual(names);
});

test("FAULTS 1: what only Node takes for a name is never repeated, since it may be a piece of a value", () => {
	const from = "KEY='old'\nTWO WORDS='x\n";
	const names = wrong("TWO WORDS='x\nKEY='new'\n", "new", from);
	expect(names.join()).not.toContain("WORDS");
	expect(names.length).toBeGreaterThan(0);
});

test("a file for shells alone is read as a shell reads it", () => {
	const expected = new Map([["KEY", "it's"]]);
	expect(verifyEdit({ before: "", after: "KEY='it'\\''s'\n", expected, readers: ["sh"] })).toEqual([]);
	expect(verifyEdit({ before: "", after: "KEY='it'\\''s'\n", expected })).toEqual(["KEY"]);
});
