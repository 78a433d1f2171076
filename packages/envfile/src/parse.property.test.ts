/** Any text at all: what is not refused reads as dotenv reads it, and prints as it was. */
import { AppError } from "@holdfast/contract";
import dotenv from "dotenv";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EnvDocument, entries, parseDocument, printDocument } from "./document.ts";

const PIECES = ["A", "B=", "=", "'", '"', "`", "\\", "\\n", "#", " ", "\t", "\n", "\n", "\r\n", "export ", ":", ": "];
const RARE = ["\u2028", "\u00a0", "\uFEFF", "$", "x", "\nB='", "# A is kept in Holdfast", "é", "🔑"];
/** Milliseconds: only to end a test that hangs. */
const PATIENT = { timeout: 600_000 };
const RUNS = process.env.SLOW === undefined ? 5_000 : 100_000;

const text = fc
	.array(fc.constantFrom(...PIECES, ...RARE), { maxLength: 24, size: "max" })
	.map((pieces) => pieces.join(""));

function parsed(source: string): EnvDocument | null {
	try {
		return parseDocument(source);
	} catch (error) {
		if (error instanceof AppError && error.code === "FILE_UNSAFE") return null;
		throw error;
	}
}

test("a text reads as dotenv's regular expression reads it, or is refused; and it prints as it was", PATIENT, () => {
	const property = fc.property(text, (source) => {
		const doc = parsed(source);
		if (doc === null) return;
		expect(printDocument(doc)).toBe(source);
		const found = Object.fromEntries(entries(doc).map(({ name, value }) => [name, value]));
		expect(found).toEqual(dotenv.parse(source));
	});
	fc.assert(property, { numRuns: RUNS });
});

test("dotenv's scanning parser, which the proof uses, reads as its regular expression does", PATIENT, () => {
	const property = fc.property(text, (source) => {
		expect(dotenv.parse(source, { fast: true })).toEqual(dotenv.parse(source));
	});
	fc.assert(property, { numRuns: RUNS });
});
