import { expect, test } from "vitest";
import { entries, parseDocument, printDocument } from "./document.ts";
import { dotenvValues } from "./reading.ts";

function values(text: string): Record<string, string> {
	return Object.fromEntries(entries(parseDocument(text)).map(({ name, value }) => [name, value]));
}

test.each([
	["KEY=value", "value"],
	["KEY = value  ", "value"],
	["  export KEY=value", "value"],
	["export\tKEY=value", "value"],
	["KEY: value", "value"],
	["KEY=", ""],
	["KEY= # comment", ""],
	["KEY=a # comment", "a"],
	["KEY=a#b", "a"],
	["KEY='a#b' # 'c'", "a#b"],
	["KEY='it's'", "it's"],
	['KEY="a" b', '"a" b'],
	["KEY=it's", "it's"],
	['KEY="a\\nb\\rc\\td"', "a\nb\rc\\td"],
	["KEY='a\\nb'", "a\\nb"],
	["KEY=`a'b\"c`", "a'b\"c"],
	['KEY="a\\"b"', 'a\\"b'],
	["KEY='x\\'\nOTHER='y'", "x\\"],
	["KEY='two\nlines'", "two\nlines"],
	["KEY='two\r\nlines'\r\n", "two\nlines"],
	["\uFEFFKEY=value", "value"],
	["# OTHER=1\u2028KEY=value", "value"],
	["1.a-b=x\nKEY=y", "y"],
])("%j reads as dotenv reads it", (text, value) => {
	expect(values(text).KEY).toBe(value);
	expect(values(text)).toEqual(Object.fromEntries(dotenvValues(text)));
});

test.each(["# KEY=1", "KEY", "export KEY", "KEY VALUE=1", "KEY:value", "=value", "'KEY'=1", "@import=1", "KEY+=1"])(
	"%j is no assignment",
	(text) => {
		expect(values(text)).toEqual({});
	},
);

test("the line of each assignment is told, also after values of several lines", () => {
	const list = entries(parseDocument("A=1\r\n\r\n# x\r\nB='\r\n\r\n'\r\nC=2\r\nA=3\r\n"));
	expect(list.map(({ name, line }) => [name, line])).toEqual([
		["A", 1],
		["B", 4],
		["C", 7],
		["A", 8],
	]);
});

test.each([
	["A=1\nKEY='open\nB=2\n", "line 2: unterminated quote"],
	['KEY="open', "line 1: unterminated quote"],
	["KEY=`open # x` y\n", "line 1: unterminated quote"],
	["A=1\n\nKEY='two\nlines' junk\n", "line 3: unterminated quote"],
	["KEY=\n'value'\n", "line 1: a value that starts on a later line"],
	["KEY:\nvalue\n", "line 1: a value that starts on a later line"],
	["# c\nKEY\n\n=value\n", "line 2: an equals sign on a later line"],
	["A=1\nKEY=a\0b\n", "line 2: a NUL character"],
	["A=1\rB=2\r", "line 1: a carriage return that ends no line"],
	["KEY=a\u2028B=1\n", "line 1: a Unicode line separator in an unquoted value"],
])("FAULTS 4: %j is refused with the line", (text, detail) => {
	expect(() => parseDocument(text, { file: ".env.local" })).toThrow(
		expect.objectContaining({ code: "FILE_UNSAFE", fields: { name: ".env.local", detail } }),
	);
});

test.each([
	["Latin-1", Buffer.from("KEY=caf\xe9\n", "latin1")],
	["UTF-16", Buffer.from("\uFEFFKEY=value\n", "utf16le")],
	["a lone surrogate", "KEY=\ud800"],
])("%s is refused, not damaged", (_, bytes) => {
	expect(() => parseDocument(bytes)).toThrow(expect.objectContaining({ code: "FILE_UNSAFE" }));
});

test("a shell's quotes are read as a shell reads them, when a shell is the only reader", () => {
	const text = "A='it'\\''s\nB=1'\nB='x'\\'''\\'\nC=\"y\"\nD='x'$HOME # z\n";
	const list = entries(parseDocument(text, { readers: ["sh"] }));
	expect(list.map(({ name, value }) => [name, value])).toEqual([
		["A", "it's\nB=1"],
		["B", "x''"],
		["C", "y"],
		["D", "x$HOME"],
	]);
	expect(() => parseDocument("A='it'\\''s\n", { readers: ["sh"] })).toThrow(/unterminated quote/);
});

test.each([
	["assignments", "SOME_KEY_NAME='abcdefghijklmnopqrstuvwxyz'\n"],
	["newlines", "\n"],
	["spaces", " "],
	["names without end", "A"],
	["exports", "export "],
	["colons", "A:"],
	["escaped quotes that end nothing", "A='\\' x\n"],
	["empty assignments", "A=\n \n"],
	["blank comments", " #\n"],
	["names with blanks", "A \t \t "],
])("FAULTS 38: a megabyte of %s is parsed without going back", (_, piece) => {
	const text = piece.repeat(2 ** 20 / piece.length);
	expect(printDocument(parseDocument(text))).toBe(text);
});

test.each(["A='", 'A="\\"', "A=`\n", "A='\\' "])(
	"FAULTS 38: a megabyte of %j is refused without going back",
	(piece) => {
		const text = `${piece.repeat(2 ** 20 / piece.length)}\nA='`;
		expect(() => parseDocument(text)).toThrow(expect.objectContaining({ code: "FILE_UNSAFE" }));
	},
);
