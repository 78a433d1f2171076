import { expect, test } from "vitest";
import { expansionWarnings, planLine, READERS, type Reader } from "./plan.ts";
import { dotenvValues } from "./reading.ts";

const JAVASCRIPT: Reader[] = ["node", "dotenv"];

test.each([
	["plain", "K='plain'"],
	["two\nlines", "K='two\nlines'"],
	['say "hi" $HOME `x` # no', `K='say "hi" $HOME \`x\` # no'`],
	["back\\slash", "K='back\\slash'"],
	["it's", `K="it's"`],
	["", "K=''"],
])("%j has a form that all readers read", (value, text) => {
	expect(planLine("K", value)).toEqual({ text });
});

test.each([
	["it's $5", ["dotenvx", "python", "compose", "sh"]],
	["$" + "{HOME}", ["dotenvx", "python", "compose"]],
	["a\\\\b", ["dotenvx", "python", "compose"]],
	["ends\\", ["node", "dotenv", "dotenvx", "python", "compose"]],
])("%j has no form that all readers read, and the answer says which do not", (value, readers) => {
	expect(planLine("K", value)).toEqual({ vaultOnly: readers });
});

test("a shell alone has a form for any value", () => {
	expect(planLine("K", "it's $5 `\\", ["sh"])).toEqual({ text: "K='it'\\''s $5 `\\'" });
});

test("JavaScript readers alone have three quotes to choose from, tried in order", () => {
	expect(planLine("K", "it's $5", JAVASCRIPT)).toEqual({ text: "K=`it's $5`" });
	expect(planLine("K", "it's `5`", JAVASCRIPT)).toEqual({ text: 'K="it\'s `5`"' });
	expect(planLine("K", "it's `5\\n`", JAVASCRIPT)).toEqual({ vaultOnly: JAVASCRIPT });
	expect(planLine("K", "ends\\", JAVASCRIPT)).toEqual({ vaultOnly: JAVASCRIPT });
});

test("a name that is none is refused, or a line could hold two", () => {
	expect(() => planLine("A=1\nB", "x")).toThrow(expect.objectContaining({ code: "NAME_INVALID" }));
});

test.each(["x\nINJECT=1", "x'\nINJECT=1", 'x"\nINJECT=1', "x`\nINJECT=1", "x\\\nINJECT=1", "'\nINJECT='1"])(
	"FAULTS 1: a newline in %j makes no new key",
	(value) => {
		for (const readers of [READERS, JAVASCRIPT]) {
			const plan = planLine("K", value, readers);
			if ("text" in plan) expect(dotenvValues(`${plan.text}\n`)).toEqual(new Map([["K", value]]));
		}
	},
);

test.each([
	["a\0b", "VALUE_HAS_NUL"],
	["a\rb", "VALUE_HAS_CR"],
	["a\r\nb", "VALUE_HAS_CR"],
	["a\ud800b", "VALUE_NOT_UNICODE"],
	["\udc00", "VALUE_NOT_UNICODE"],
])("FAULTS 2: %j is refused with the reason and without the value", (value, code) => {
	const refusal = expect.objectContaining({ code, fields: { name: "K" } });
	expect(() => planLine("K", value)).toThrow(refusal);
	expect(() => planLine("K", value, ["sh"])).toThrow(refusal);
});

test.each([
	["plain", []],
	["$5", ["dotenvx", "compose"]],
	["$(date)", ["dotenvx", "compose"]],
	["$" + "{HOME}", ["dotenvx", "python", "compose"]],
])("FAULTS 3: %j is warned about for the readers that expand what is not in single quotes", (value, readers) => {
	expect(expansionWarnings(value)).toEqual(readers);
	expect(expansionWarnings(value, JAVASCRIPT)).toEqual([]);
});
