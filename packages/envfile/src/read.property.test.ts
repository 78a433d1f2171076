/** Any text at all: the short way to a file's values leads to the same values. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tempFolder } from "../test/temp-folder.ts";
import { readEnvFile, readEnvValues } from "./read.ts";

const LINES = [
	"A='b c'\n",
	"B=b\n",
	"C=''\n",
	"# c\n",
	"#\n",
	"\n",
	"A=\n",
	"D='e",
	"export F=1\n",
	"g=h\n",
	"A=b c\n",
];
const PIECES = [
	"A",
	"=",
	"'",
	'"',
	"\\",
	"#",
	" ",
	"\n",
	"\r\n",
	"\r",
	"\u2028",
	"\u2029",
	"\uFEFF",
	"b",
	"é",
	"$x",
	"\0",
];
/** Milliseconds: only to end a test that hangs. */
const PATIENT = { timeout: 600_000 };
const RUNS = process.env.SLOW === undefined ? 3_000 : 100_000;

const text = fc
	.array(fc.constantFrom(...LINES, ...LINES, ...PIECES), { maxLength: 12, size: "max" })
	.map((pieces) => pieces.join(""));

test("the values alone are those that reading the whole file gives", PATIENT, () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	const property = fc.property(text, (source) => {
		writeFileSync(path, source);
		expect(readEnvValues(path)).toEqual(readEnvFile(path).entries);
	});
	fc.assert(property, { numRuns: RUNS });
});
