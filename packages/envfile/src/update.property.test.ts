/** What an update remembers of the one before it changes how long it takes, and never what it writes. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@holdfast/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tempFolder } from "../test/temp-folder.ts";
import { realDisk } from "./disk.ts";
import { READERS, type Reader } from "./plan.ts";
import { type UpdateOptions, updateEnvFile } from "./update.ts";

const RUNS = process.env.SLOW === undefined ? 60 : 3_000;
/** Milliseconds: only to end a test that hangs. */
const PATIENT = { timeout: 600_000 };
const NAMES = ["A", "KEY", "B2"];
/** Nothing here is to survive a loss of power. */
const UNSYNCED = { ...realDisk, fsyncSync: () => {} };

const line = fc.constantFrom(
	"A=1",
	"A='1'",
	"export A = '1' # why",
	"KEY=x y",
	"KEY='it\\'s'",
	"KEY=",
	"B2=`1`",
	"B2='two\nlines'",
	"# c",
	"",
	"TWO WORDS=x",
);
const file = fc.array(line, { maxLength: 6 }).map((lines) => lines.map((each) => `${each}\n`).join(""));
const value = fc.constantFrom("1", "x y", "it's", "it's $5", "two\nlines", null);
const step = fc.record({
	values: fc.dictionary(fc.constantFrom(...NAMES), value, { noNullPrototype: true }),
	keep: fc.subarray(["A"]),
	readers: fc.constantFrom<readonly Reader[]>(READERS, READERS, ["node", "dotenv"], ["sh"]),
});

/** What an update says, and what the file is then. */
function done(path: string, options: Omit<UpdateOptions, "path" | "fs">) {
	let said: unknown;
	try {
		said = updateEnvFile({ path, fs: UNSYNCED, ...options });
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		said = error.fields.detail;
	}
	return { said, text: readFileSync(path, "utf8") };
}

test("updates one after another write what each would write that knows of none before", PATIENT, () => {
	using folder = tempFolder();
	const root = folder.path;
	const [path, other] = [join(root, ".env"), join(root, ".env.other")];
	const property = fc.property(file, fc.array(step, { maxLength: 6 }), (text, steps) => {
		const all = steps.map(({ values, keep, readers }) => ({
			root,
			values: new Map(Object.entries(values)),
			keep: new Set(keep),
			readers,
		}));
		writeFileSync(path, text);
		const remembering = all.map((options) => done(path, options));
		writeFileSync(path, text);
		const forgetting = all.map((options, at) => {
			writeFileSync(other, "");
			done(other, { root, values: new Map([["OTHER", String(at)]]) });
			return done(path, options);
		});
		expect(remembering).toEqual(forgetting);
	});
	fc.assert(property, { numRuns: RUNS });
});
