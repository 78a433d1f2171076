/**
 * Every value goes through real readers, many to a file: ours, both of dotenv's parsers, Node, dash or sh, bash,
 * Python.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import dotenv from "dotenv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tempFolder } from "../test/temp-folder.ts";
import { entries, parseDocument } from "./document.ts";
import { planLine, READERS, type Reader } from "./plan.ts";

type Read = (text: string) => Record<string, string | undefined>;

/** Milliseconds: only to end a test that hangs. */
const PATIENT = { timeout: 600_000 };
const SLOW = process.env.SLOW !== undefined;
const ALPHABET = [..."'\"`$\\#\n n{}"];
const PROGRAM = "import dotenv, json, sys; print(json.dumps(dotenv.dotenv_values(sys.argv[1])))";
const hasPython = spawnSync("python3", ["-c", "import dotenv"]).status === 0;
const hasBash = spawnSync("bash", ["-c", "true"]).status === 0;

function ours(shell: boolean): Read {
	return (text) => {
		const doc = parseDocument(text, shell ? { readers: ["sh"] } : {});
		return Object.fromEntries(entries(doc).map(({ name, value }) => [name, value]));
	};
}

/** Runs a program on a file with the text, and gives its output. */
function output(text: string, command: string, args: (file: string) => string[]): string {
	using folder = tempFolder();
	const file = join(folder.path, "env");
	writeFileSync(file, text);
	const done = spawnSync(command, args(file), { encoding: "utf8", maxBuffer: 2 ** 28 });
	expect(done.stderr).toBe("");
	return done.stdout;
}

function shell(command: string): Read {
	return (text) => {
		const listed = output(text, command, (file) => ["-c", 'set -a; . "$0"; exec env -0', file]);
		const split = listed.split("\0").map((line): [string, string] => {
			const at = line.indexOf("=");
			return [line.slice(0, at), line.slice(at + 1)];
		});
		return Object.fromEntries(split.filter(([name]) => /^K\d+$/.test(name)));
	};
}

const python: Read = (text) => JSON.parse(output(text, "python3", (file) => ["-c", PROGRAM, file]));
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

	test("sh reads each planned value back, and no other key", PATIENT, () => {
		expect(misread(shell("sh"), portable)).toEqual([]);
		expect(misread(shell("sh"), shellOnly)).toEqual([]);
		expect(misread(ours(true), shellOnly)).toEqual([]);
	});

	test.skipIf(!hasBash)("bash reads each planned value back (skipped when there is no bash)", PATIENT, () => {
		expect(misread(shell("bash"), portable)).toEqual([]);
		expect(misread(shell("bash"), shellOnly)).toEqual([]);
	});

	test.skipIf(!hasPython)("python-dotenv reads each planned value back (skipped when not importable)", PATIENT, () => {
		expect(misread(python, portable)).toEqual([]);
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

test("FAULTS 3: $, backtick and $(…) are literal in a shell; nothing runs", () => {
	using folder = tempFolder();
	const mark = join(folder.path, "ran");
	const values = [`$(touch ${mark})`, `\`touch ${mark}\``, "$HOME", `'; touch ${mark}; '`, `"; touch ${mark}; "`];
	for (const readers of [READERS, ["sh"] as const]) {
		const file = written(values, readers);
		expect(misread(shell("sh"), file)).toEqual([]);
	}
	expect(written(values, ["sh"]).wanted.size).toBe(values.length);
	expect(spawnSync("ls", [folder.path], { encoding: "utf8" }).stdout).toBe("");
});
