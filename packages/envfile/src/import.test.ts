import { FORBIDDEN_NAMES } from "@holdfast/contract";
import { describe, expect, test } from "vitest";
import { readImport } from "./import.ts";

const names = (text: string) => readImport(text).accepted.map(({ name }) => name);
const problems = (text: string) => readImport(text).refused.map(({ line, name, problem }) => [line, name, problem]);

test("every assignment is told with the line it begins on", () => {
	const text =
		"\uFEFF# mine\r\nexport A=one # why\r\n\r\nB='two\r\nlines'\r\nC: three\r\n  D = \"x\\ny\"\r\nnothing here\r\n";
	expect(readImport(text)).toEqual({
		accepted: [
			{ line: 2, name: "A", value: "one" },
			{ line: 4, name: "B", value: "two\nlines" },
			{ line: 6, name: "C", value: "three" },
			{ line: 7, name: "D", value: "x\ny" },
		],
		refused: [],
		superseded: [],
	});
});

test("of a name's several lines the last counts, and the others say which one does", () => {
	const { accepted, superseded } = readImport("A=1\nB=2\nA=3\nA=4\n");
	expect(accepted).toEqual([
		{ line: 2, name: "B", value: "2" },
		{ line: 4, name: "A", value: "4" },
	]);
	expect(superseded).toEqual([
		{ line: 1, name: "A", by: 4 },
		{ line: 3, name: "A", by: 4 },
	]);
});

test("a last line that is refused is not made good by an earlier one", () => {
	expect(names("A=1\nA=\n")).toEqual([]);
	expect(problems("A=1\nA=\n")).toEqual([[2, "A", "VALUE_EMPTY"]]);
});

describe("a line is refused with its reason", () => {
	test.each([
		["lower_case=1", "NAME_INVALID"],
		["A.B=1", "NAME_INVALID"],
		["__proto__=1", "NAME_INVALID"],
		["constructor=1", "NAME_INVALID"],
		["A=", "VALUE_EMPTY"],
		["A=''", "VALUE_EMPTY"],
		["A= # nothing", "VALUE_EMPTY"],
		["A=a\0b", "VALUE_HAS_NUL"],
		["A=a\rB=2", "VALUE_HAS_CR"],
		['A="a\\rb"', "VALUE_HAS_CR"],
		["A=a\ud800", "VALUE_NOT_UNICODE"],
		[`A=${"x".repeat(64 * 1024 + 1)}`, "VALUE_TOO_LONG"],
		["A=••••1234", "VALUE_IS_MASK"],
		["A='********'", "VALUE_IS_MASK"],
		['A="encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadg9K3dAt+Z9HPMfLEIRVz50hmLXPXRuDBXaJi4Q=="', "VALUE_ENCRYPTED"],
		["A='open", "QUOTE_OPEN"],
		["A='one' two", "QUOTE_TRAILED"],
		["A=pass#word", "HASH_GLUED"],
		["A=\n'x'", "LINE_SPLIT"],
		["A\n=x", "LINE_SPLIT"],
	])("%j: %s", (text, problem) => {
		const { accepted, refused } = readImport(`${text}\nNEXT=fine\n`);
		expect(refused).toMatchObject([{ line: 1, problem }]);
		expect(accepted).toMatchObject([{ name: "NEXT", value: "fine" }]);
	});

	test.each(FORBIDDEN_NAMES)("FAULTS 35: $pattern", ({ pattern, because }) => {
		const name = pattern.replace("*", pattern.startsWith("*") ? "HTTPS" : "X1");
		for (const written of [name, name.toLowerCase()]) {
			const { accepted, refused } = readImport(`${written}=one\n`);
			expect(accepted).toEqual([]);
			expect(refused).toEqual([
				{ line: 1, name: written, problem: "NAME_FORBIDDEN", because: `its name may not be saved: ${because}` },
			]);
		}
	});
});

describe("a quote that is never closed", () => {
	test("ends with its line, and takes no other name away", () => {
		const text = 'A=1\nB=\'never closed\nC=3\nD="four"\n';
		expect(readImport(text).accepted).toEqual([
			{ line: 1, name: "A", value: "1" },
			{ line: 3, name: "C", value: "3" },
			{ line: 4, name: "D", value: "four" },
		]);
		expect(problems(text)).toEqual([[2, "B", "QUOTE_OPEN"]]);
	});

	test("keeps what may be the rest of its value untold", () => {
		const text = "lower=1\nKEY='-----BEGIN\nabcDEF0123456789=\n-----END\nA=1\n";
		expect(problems(text)).toEqual([
			[1, "lower", "NAME_INVALID"],
			[2, "KEY", "QUOTE_OPEN"],
			[3, null, "NAME_INVALID"],
		]);
		expect(names(text)).toEqual(["A"]);
		expect(problems(text.replace("KEY", "key"))[2]).toEqual([3, null, "NAME_INVALID"]);
	});
});

test("the last line of a key that lost its quotes is not told as a name", () => {
	const text = "A=-----BEGIN\nMIIEvQcanary0\nu4QuUoobcanary=\nabCDcanary==\n-----END\n";
	expect(problems(text)).toEqual([
		[3, null, "NAME_INVALID"],
		[4, null, "NAME_INVALID"],
	]);
	expect(JSON.stringify(readImport(text).refused)).not.toContain("canary");
});

test("no reason has anything of a value", () => {
	const secret = "sk-canary-0123456789";
	const text = [
		`A='${secret}`,
		`B=${secret}#${secret}`,
		`C='${secret}' ${secret}`,
		`path=${secret}`,
		`D=••••${secret}`,
		`E=${secret}\r${secret}`,
		`${secret.repeat(8)}=`,
	].join("\n");
	const { accepted, ...told } = readImport(text);
	expect(accepted).toEqual([]);
	expect(told.refused).toHaveLength(7);
	expect(JSON.stringify(told)).not.toContain("canary");
});

test.each([
	["lines", "A=1\n"],
	["open quotes", "A='\\'\"\n"],
	["escaped quotes", 'A="\\"'],
	["blanks", " "],
	["names", "A"],
	["names on lines of their own", "A\n"],
	["line ends", "\n"],
	["hashes", "A= #"],
	["export", "export "],
])("FAULTS 38: a megabyte of %s is read to its end", (_, piece) => {
	const text = `FIRST=1\n${piece.repeat(1_000_000 / piece.length)}\nLAST=x\n`;
	expect(readImport(`A='\n${text}`).accepted.length + readImport(text).refused.length).toBeGreaterThan(0);
});
