import { NAME_PATTERN, valueProblem } from "@holdfast/contract";
import dotenv from "dotenv";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readImport } from "./import.ts";
import { planLine } from "./plan.ts";

const numRuns = process.env.SLOW ? 200_000 : 2_000;
const name = fc.constantFrom("A", "B", "KEY_2", "lower", "PATH");
const piece = fc.constantFrom(
	"A",
	"=",
	"'",
	'"',
	"`",
	"\\",
	"#",
	" ",
	"\n",
	"\\n",
	"$",
	"export ",
	": ",
	"B=",
	"x",
	"é",
);
const rest = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
const text = fc.array(fc.tuple(name, rest).map(([key, value]) => `${key}=${value}`)).map((lines) => lines.join("\n"));

test("what is accepted of any text is what dotenv reads", () => {
	fc.assert(
		fc.property(text, (given) => {
			const read = new Map(Object.entries(dotenv.parse(given)));
			for (const { name, value } of readImport(given).accepted) expect([name, read.get(name)]).toEqual([name, value]);
		}),
		{ numRuns },
	);
});

test("what is planned is accepted as it was", () => {
	fc.assert(
		fc.property(
			fc.uniqueArray(fc.tuple(name, fc.string({ unit: "binary" })), { selector: ([key]) => key }),
			(pairs) => {
				const fit = pairs.filter(
					([key, value]) => NAME_PATTERN.test(key) && key !== "PATH" && valueProblem(value) === null,
				);
				const lines = fit.flatMap(([key, value], i) => {
					const plan = planLine(key, value);
					return "text" in plan ? [{ line: i, name: key, value, text: plan.text }] : [];
				});
				const { accepted } = readImport(lines.map((line) => line.text).join("\n"));
				expect(accepted.map(({ name, value }) => [name, value])).toEqual(lines.map(({ name, value }) => [name, value]));
			},
		),
		{ numRuns },
	);
});
