/**
 * Every value through every reader: written by an update into a file in which each has neighbours, then read back by the
 * real programs. A reader finds each written value, each neighbour as it was, and nothing else.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { valueProblem } from "@holdfast/contract";
import naughty from "big-list-of-naughty-strings" with { type: "json" };
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { planLine, READERS, type Reader } from "../src/plan.ts";
import { updateEnvFile } from "../src/update.ts";
import { type Program, programs } from "./readers.ts";
import { tempFolder } from "./temp-folder.ts";

const SLOW = process.env.SLOW !== undefined;
const RANDOM = SLOW ? 100_000 : 3_000;
/** Values in one file. */
const BATCH = 4_000;
/** Milliseconds: only to end a test that hangs. */
const PATIENT = { timeout: 3_600_000 };
const ALPHABET = [..."'\"`$\\#\n n{}"];

const folder = tempFolder();
afterAll(() => folder[Symbol.dispose]());
const everyProgram = programs(folder.path);

function exhaustive(): string[] {
	let values = [""];
	for (let length = 0; length < 4; length += 1) values = values.flatMap((head) => ALPHABET.map((char) => head + char));
	return values;
}

const unicode = fc.oneof(
	fc.string({ unit: "binary", maxLength: 24 }),
	fc.string({ unit: "grapheme", maxLength: 24 }),
	fc.string({ unit: fc.constantFrom(...ALPHABET, "a", "é", "🔑", "\u2028", "\u00a0", "\uFEFF"), maxLength: 24 }),
);

const SOURCES: Record<string, () => string[]> = {
	"14,641 strings of four awkward characters": exhaustive,
	"461 naughty strings": () => naughty,
	"random Unicode": () => fc.sample(unicode, RANDOM).map((value) => value.replace(/[\0\r]/g, "")),
};

interface Written {
	text: string;
	/** What a reader must find: the values that have a form, and every neighbour. */
	wanted: Map<string, string>;
}

/** The values in one file, each between two neighbours, as an update writes them. */
function written(values: readonly string[], readers: readonly Reader[]): Written {
	using place = tempFolder();
	const path = join(place.path, ".env");
	const wanted = new Map<string, string>();
	const lines = [...values, null].map((value, i) => {
		const name = `GUARD_${i}`;
		wanted.set(name, `beside-${i}`);
		const guard = i % 2 === 0 ? `${name}='beside-${i}'\n` : `export ${name}=beside-${i} # ${i}\n`;
		return value === null ? guard : `${guard}VALUE_${i}=old\n`;
	});
	writeFileSync(path, lines.join(""));
	const named = new Map(values.map((value, i) => [`VALUE_${i}`, value]));
	const { vaultOnly } = updateEnvFile({ path, root: place.path, values: named, readers });
	for (const [name, value] of named) wanted.set(name, value);
	for (const { name } of vaultOnly) wanted.delete(name);
	return { text: readFileSync(path, "utf8"), wanted };
}

/** The names that a program reads otherwise than they must be. */
function misread(program: Program, { text, wanted }: Written): string[] {
	const found = program.read(text);
	const names = new Set([...wanted.keys(), ...Object.keys(found)]);
	return [...names].filter((name) => found[name] !== wanted.get(name));
}

function audience(program: Program, readers: readonly Reader[]): boolean {
	if (program.missing !== null) return false;
	const isShellOnly = readers.every((reader) => reader === "sh");
	if (program.reader === null) return !isShellOnly;
	if (program.label === "our parser, as a shell") return isShellOnly;
	return readers.includes(program.reader);
}

/** Those for which a value has the same forms, whichever of them are declared. */
const EXPANDING: readonly Reader[] = ["dotenvx", "python", "compose"];
const DECLARED: readonly (readonly Reader[])[] = [READERS, ["node", "dotenv"], ["sh"], EXPANDING];

describe.each(Object.keys(SOURCES))("%s", (source) => {
	const all = SOURCES[source]?.() ?? [];
	const values = all.filter((value) => valueProblem(value) === null || value === "");

	test.each(DECLARED.map((readers) => [readers.join(), readers] as const))(
		"FAULTS 4: written for %s, every value reads back in each, and no neighbour changes",
		PATIENT,
		(_, readers) => {
			for (let at = 0; at < values.length; at += BATCH) {
				const file = written(values.slice(at, at + BATCH), readers);
				for (const program of everyProgram.filter((each) => audience(each, readers))) {
					expect({ [program.label]: misread(program, file) }).toEqual({ [program.label]: [] });
				}
			}
		},
	);
});

test("what is written for one of dotenvx, python-dotenv and Compose is written for all three", () => {
	for (const value of exhaustive()) {
		const [all, ...alone] = [EXPANDING, ...EXPANDING.map((reader) => [reader])].map((readers) =>
			planLine("A", value, readers),
		);
		for (const plan of alone) expect("text" in plan ? plan : null).toEqual(all && "text" in all ? all : null);
	}
});

test.each(DECLARED.map((readers) => [readers.join(), readers] as const))(
	"FAULTS 3: $, backtick and $(…) are literal in what is written for %s; nothing runs",
	(_, readers) => {
		using place = tempFolder();
		const mark = join(place.path, "ran");
		const values = [`$(touch ${mark})`, `\`touch ${mark}\``, "$HOME", `'; touch ${mark}; '`, `"; touch ${mark}; "`];
		const file = written(values, readers);
		for (const program of everyProgram.filter((each) => audience(each, readers))) {
			expect({ [program.label]: misread(program, file) }).toEqual({ [program.label]: [] });
		}
		expect(readdirSync(place.path)).toEqual([]);
	},
);

describe("the programs", () => {
	for (const { label, missing } of everyProgram) {
		const title = missing === null ? label : `${label} is skipped: ${missing}`;
		test.skipIf(missing !== null)(title, () => {});
	}
});
