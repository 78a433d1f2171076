import { expect, test } from "vitest";
import { editDocument, parseDocument, printDocument } from "./document.ts";
import { type Plan, planLine } from "./plan.ts";
import { dotenvValues } from "./reading.ts";

const NOTE = "# KEY is kept in Holdfast: no quoting reads the same everywhere";
const VAULT_ONLY = "it's $5";

function edited(text: string, values: Record<string, string | null>): string {
	const plans = Object.entries(values).map(([name, value]): [string, Plan | null] => [
		name,
		value === null ? null : planLine(name, value),
	]);
	return editDocument(parseDocument(text), new Map(plans));
}

test.each([
	["KEY=old\n", "KEY='new'\n"],
	["KEY=old", "KEY='new'"],
	["  export KEY=old\n", "  export KEY='new'\n"],
	["export\t KEY=old\n", "export\t KEY='new'\n"],
	["KEY = old\n", "KEY = 'new'\n"],
	["KEY =\told\n", "KEY =\t'new'\n"],
	["KEY='old' # why\n", "KEY='new' # why\n"],
	["KEY=old   # it's why\n", "KEY='new'   # it's why\n"],
	["KEY='old'# why\n", "KEY='new' # why\n"],
	["KEY= # why\n", "KEY='new' # why\n"],
	["KEY =\t# why\n", "KEY ='new'\t# why\n"],
	["KEY=\n", "KEY='new'\n"],
	["KEY= reboot\n", "KEY='new'\n"],
	["KEY=old#est secret\n", "KEY='new'\n"],
	["KEY=#secret\n", "KEY='new'\n"],
	["KEY: old\n", "KEY='new'\n"],
	["KEY\u00a0=\u00a0old\u00a0# why\n", "KEY='new' # why\n"],
	["\u00a0KEY=old\u00a0\n", "KEY='new'\n"],
	["KEY='a\nKEY=b\n# c' # why\nB=1\n", "KEY='new' # why\nB=1\n"],
	["KEY=old\r\nB=1\r\n", "KEY='new'\r\nB=1\r\n"],
	["A=1\r\nKEY=old", "A=1\r\nKEY='new'"],
	["\uFEFFKEY=old\n", "KEY='new'\n"],
	["\uFEFFA=1\nKEY=old\n", "A=1\nKEY='new'\n"],
])("%j is replaced in place", (before, after) => {
	expect(edited(before, { KEY: "new" })).toBe(after);
});

test.each([
	["", "KEY='new'\n"],
	["A=1\n", "A=1\nKEY='new'\n"],
	["A=1", "A=1\nKEY='new'\n"],
	["A=1\r\nB=2", "A=1\r\nB=2\r\nKEY='new'\r\n"],
	["# KEY=old\n", "# KEY=old\nKEY='new'\n"],
	["A='\nKEY=old\n'\n", "A='\nKEY=old\n'\nKEY='new'\n"],
	["KEYS=1\nMY_KEY=1\nkey=1\n", "KEYS=1\nMY_KEY=1\nkey=1\nKEY='new'\n"],
	["\n\n", "\n\nKEY='new'\n"],
])("%j has no line of the name: it is added at the end", (before, after) => {
	expect(edited(before, { KEY: "new" })).toBe(after);
});

test.each([
	["A=1\nKEY=old\nB=2\n", "A=1\nB=2\n"],
	["KEY='a\nb'\n", ""],
	["A=1\nKEY=old", "A=1\n"],
	["KEY=1\n# x\nKEY=2\n", "# x\n"],
	["A=1\n", "A=1\n"],
	[`${NOTE}\nA=1\n`, "A=1\n"],
	["KEY=1\n\uFEFFA=1\n", "A=1\n"],
])("%j loses the name's lines and no other", (before, after) => {
	expect(edited(before, { KEY: null })).toBe(after);
});

test("of a name's several lines the first is replaced and the others go", () => {
	expect(edited("KEY=1\nA=a\nexport KEY=2\nKEY='3\n4'\n", { KEY: "new" })).toBe("KEY='new'\nA=a\n");
});

test("a value without a portable form becomes a comment, which never piles up and goes again", () => {
	const once = edited("A=1\nexport KEY=old # why\nKEY=older\nB=2\n", { KEY: VAULT_ONLY });
	expect(once).toBe(`A=1\n${NOTE}\nB=2\n`);
	expect(edited(once, { KEY: VAULT_ONLY })).toBe(once);
	expect(edited(once, { KEY: "new" })).toBe("A=1\nKEY='new'\nB=2\n");
	expect(edited(once, { KEY: null })).toBe("A=1\nB=2\n");
	expect(edited("A=1\r\n", { KEY: VAULT_ONLY })).toBe(`A=1\r\n${NOTE}\r\n`);
});

test("a value of several lines takes the file's line ends, and still reads with plain ones", () => {
	const after = edited("A=1\r\nKEY=old\r\n", { KEY: "two\nlines", NEW: "two\nlines" });
	expect(after).toBe("A=1\r\nKEY='two\r\nlines'\r\nNEW='two\r\nlines'\r\n");
	expect(dotenvValues(after).get("KEY")).toBe("two\nlines");
});

test("a value with characters that a replacement pattern would expand is written as it is", () => {
	expect(edited("KEY=old\n", { KEY: "$&$1$$`" })).toBe("KEY='$&$1$$`'\n");
});

test("a document without an edit prints as it was read, byte order mark included", () => {
	const text = "\uFEFF\r\n A = 1 # x\r\n\n# KEY is kept in Holdfast\n\t\nB='\n'  \nno newline";
	expect(printDocument(parseDocument(Buffer.from(text)))).toBe(text);
});
