import fs from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diskWith } from "../test/failing-disk.ts";
import { tempFolder } from "../test/temp-folder.ts";
import { journalPath } from "./journal.ts";
import { readEnvFile } from "./read.ts";
import { type UpdateOptions, type UpdateResult, updateEnvFile } from "./update.ts";

type Rest = Partial<Omit<UpdateOptions, "values">>;

/** A folder with a `.env`, and the update of it. */
function project(text?: string) {
	const folder = tempFolder();
	const path = join(folder.path, ".env");
	if (text !== undefined) fs.writeFileSync(path, text);
	return {
		...folder,
		root: folder.path,
		path,
		[Symbol.dispose]: () => folder[Symbol.dispose](),
		text: () => fs.readFileSync(path, "utf8"),
		update: (values: Record<string, string | null>, rest: Rest = {}): UpdateResult =>
			updateEnvFile({ path, root: folder.path, values: new Map(Object.entries(values)), ...rest }),
	};
}

test("a missing file is made for the owner alone, with two lines that say what it is", () => {
	using it = project();
	expect(it.update({ A: "1", B: null })).toEqual({ status: "replaced", vaultOnly: [], warned: [] });
	expect(it.text()).toMatch(/^# .*Holdfast.*\n# .*hand edit.*\nA='1'\n$/);
	expect(fs.statSync(it.path).mode & 0o777).toBe(0o600);
});

test("a missing file is not made for nothing", () => {
	using it = project();
	expect(it.update({ A: null })).toEqual({ status: "unchanged", vaultOnly: [], warned: [] });
	expect(fs.existsSync(it.path)).toBe(false);
});

test("values are set and taken out; every other line stays", () => {
	using it = project("# mine\nA=1\nexport B = 'old' # why\nC=3\n");
	expect(it.update({ B: "new", C: null, D: "it's" }).status).toBe("replaced");
	expect(it.text()).toBe("# mine\nA=1\nexport B = 'new' # why\nD=\"it's\"\n");
});

test.each(["A=plain-1.0\n", 'A="plain-1.0"\n', "export A='plain-1.0' # mine\n", "A=plain-1.0\nA='plain-1.0'\n"])(
	"%j says it already: nothing is written, not even temporarily",
	(text) => {
		using it = project(text);
		const { ino } = fs.statSync(it.path);
		const disk = diskWith((call) => (call === "writeSync" || call === "fsyncSync" ? "EIO" : null));
		expect(it.update({ A: "plain-1.0", GONE: null }, { fs: disk })).toEqual({
			status: "unchanged",
			vaultOnly: [],
			warned: [],
		});
		expect(it.text()).toBe(text);
		expect(fs.statSync(it.path).ino).toBe(ino);
	},
);

test.each([
	["A=x y\n", "x y"],
	['A="x$y"\n', "x$y"],
	["A=`x`\n", "x"],
	["A=x#y\n", "x"],
	["A= x\n", "x"],
	["A=\u00a0'x'\n", "x"],
	["\u00a0A=x\n", "x"],
	["A='it's'\n", "it's"],
	["A=old\nA='x'\n", "x"],
	["\uFEFFA='x'\n", "x"],
])("%j reads right for some readers only: it is written so that all agree", (text, value) => {
	using it = project(text);
	expect(it.update({ A: value }).status).toBe("replaced");
	expect(it.text()).toMatch(/^A=(['"])[^\n]*\1\n$/);
	expect(it.update({ A: value }).status).toBe("unchanged");
});

test("a value without a portable form is named with its readers, and stands as a comment until it has one", () => {
	using it = project("A=1\nKEY=old\n");
	const vaultOnly = [{ name: "KEY", readers: ["dotenvx", "python", "compose", "sh"] }];
	expect(it.update({ KEY: "it's $5" })).toEqual({ status: "replaced", vaultOnly, warned: [] });
	expect(it.text()).toBe("A=1\n# KEY is kept in Holdfast: no quoting reads the same everywhere\n");
	expect(it.update({ KEY: "it's $5" })).toEqual({ status: "unchanged", vaultOnly, warned: [] });
	expect(it.update({ KEY: "it's $5" }, { readers: ["node", "dotenv"] }).vaultOnly).toEqual([]);
	expect(it.text()).toBe("A=1\nKEY=`it's $5`\n");
	expect(it.update({ KEY: "it's $5" }, { readers: ["sh"] }).status).toBe("replaced");
	expect(it.text()).toBe("A=1\nKEY='it'\\''s $5'\n");
	expect(it.update({ KEY: "it's $5" }, { readers: ["sh"] }).status).toBe("unchanged");
});

test("names to keep are left as the file has them", () => {
	using it = project("A=1\nB=2\n");
	it.update({ A: "new", B: "new" }, { keep: new Set(["A"]) });
	expect(it.text()).toBe("A=1\nB='new'\n");
});

test("FAULTS 1: a value that ends its quote and goes on makes no new key in the file", () => {
	using it = project("A=1\n");
	for (const value of ["x\nINJECT=1", "x'\nINJECT=1", "x'\nINJECT='1", 'x"\nINJECT="1', "x\\'\nINJECT=1 #'"]) {
		it.update({ KEY: value });
		const names = [...readEnvFile(it.path).entries.keys()];
		expect(names.filter((name) => name !== "KEY")).toEqual(["A"]);
	}
});

test.each([
	["x\0", "VALUE_HAS_NUL"],
	["x\r", "VALUE_HAS_CR"],
	["\ud800", "VALUE_NOT_UNICODE"],
])("FAULTS 2: %j is refused and the file stays as it was", (value, code) => {
	using it = project("KEY=old\n");
	expect(() => it.update({ KEY: value })).toThrow(expect.objectContaining({ code }));
	expect(it.text()).toBe("KEY=old\n");
});

test("FAULTS 4: a file that cannot be edited safely is left as it is", () => {
	using it = project("A=1\nB='open\nKEY=old\n");
	const fields = { name: ".env", detail: "line 2: unterminated quote" };
	expect(() => it.update({ KEY: "new" })).toThrow(expect.objectContaining({ code: "FILE_UNSAFE", fields }));
	expect(it.text()).toBe("A=1\nB='open\nKEY=old\n");
});

test("FAULTS 4: an edit that a reader would misread is not written; the refusal names the keys and no text", () => {
	using it = project("TWO WORDS='secret\nKEY=old\n");
	expect(() => it.update({ KEY: "new" })).toThrow(
		expect.objectContaining({ code: "FILE_UNSAFE", message: expect.stringMatching(/KEY(?!.*(secret|WORDS))/) }),
	);
	expect(it.text()).toBe("TWO WORDS='secret\nKEY=old\n");
});

test("FAULTS 4: blanks that make Node take the next line for a value are refused with their line", () => {
	using it = project("A=1\nEMPTY= \n");
	const fields = {
		name: ".env",
		detail: "line 2: blanks after an equals sign make Node take the next line for the value",
	};
	expect(() => it.update({ KEY: "new" })).toThrow(expect.objectContaining({ code: "FILE_UNSAFE", fields }));
	expect(it.update({ EMPTY: "new", KEY: "new" }).status).toBe("replaced");
	expect(it.text()).toBe("A=1\nEMPTY='new' \nKEY='new'\n");
});

test("FAULTS 38: four million blank lines between two lines are gone through and kept", () => {
	const between = "\n".repeat(2 ** 22);
	using it = project(`A='1'\n${between}B='2'\n`);
	expect(it.update({ B: "3" }).status).toBe("replaced");
	expect(it.text() === `A='1'\n${between}B='3'\n`).toBe(true);
});

test("FAULTS 24: what may be a piece of a value is in no refusal, though dotenv takes it for a name", () => {
	using it = project("KEY=-----BEGIN\nabcDEF0123canary= \n");
	const refusal = expect.objectContaining({ message: expect.not.stringContaining("canary") });
	expect(() => it.update({ OTHER: "new" })).toThrow(refusal);
	fs.writeFileSync(it.path, "KEY='old'\nTWO WORDS='x\nabcDEF0123canary=\n");
	expect(() => it.update({ KEY: "new", OTHER: "it's '" })).toThrow(refusal);
});

test.each(["temp-created", "temp-synced"])("FAULTS 7: a hand edit at %s is reported, not clobbered", (at) => {
	using it = project("A=1\nKEY=old\n");
	const byHand = "A=1\nKEY=mine\n";
	const onStep = (step: string): void => {
		if (step === at) fs.writeFileSync(it.path, byHand);
	};
	expect(() => it.update({ KEY: "new" }, { onStep })).toThrow(
		expect.objectContaining({ code: "MIRROR_FAILED", retryable: true }),
	);
	expect(it.text()).toBe(byHand);
	expect(fs.readdirSync(it.root)).toEqual([".env"]);
});

test("FAULTS 7: a file made by hand in the same moment is not clobbered", () => {
	using it = project();
	const onStep = (): void => fs.writeFileSync(it.path, "KEY=mine\n");
	expect(() => it.update({ KEY: "new" }, { onStep })).toThrow(expect.objectContaining({ code: "MIRROR_FAILED" }));
	expect(it.text()).toBe("KEY=mine\n");
});

test("a write in place that was cut short is finished before the file is read", () => {
	using it = project("A='1'\nKEY='ne");
	fs.writeFileSync(journalPath(it.path), "A='1'\nKEY='new'\n");
	expect(it.update({ B: "2" }).status).toBe("replaced");
	expect(it.text()).toBe("A='1'\nKEY='new'\nB='2'\n");
	expect(fs.readdirSync(it.root)).toEqual([".env"]);
});

test("an update goes on from what was read: one line changes, and neither file nor lines are read again", () => {
	using it = project("# mine\nA='1'\nexport KEY = 'old' # why\n");
	const calls: string[] = [];
	const disk = diskWith((call) => {
		calls.push(call);
		return null;
	});
	expect(it.update({ A: "1", KEY: "new" }, { from: readEnvFile(it.path), fs: disk }).status).toBe("replaced");
	expect(it.text()).toBe("# mine\nA='1'\nexport KEY = 'new' # why\n");
	expect(calls).not.toContain("readFileSync");
	expect(calls.filter((call) => call === "fsyncSync")).toHaveLength(2);
	expect(it.update({ KEY: "newer" }, { from: readEnvFile(it.path) }).status).toBe("replaced");
	expect(it.update({ KEY: "newer" }, { from: readEnvFile(it.path) }).status).toBe("unchanged");
	expect(it.text()).toBe("# mine\nA='1'\nexport KEY = 'newer' # why\n");
});

test.each([
	["A=1\nKEY=old\n", "A=1\nKEY=mine\n"],
	["A=1\nKEY=old\n", null],
	[undefined, "KEY=mine\n"],
])(
	"FAULTS 7: %j read, then %j by hand: an update from the first is refused, also when it would change nothing",
	(text, byHand) => {
		using it = project(text);
		const from = readEnvFile(it.path);
		if (byHand === null) fs.rmSync(it.path);
		else fs.writeFileSync(it.path, byHand);
		for (const values of [{ KEY: "new" }, {}]) {
			expect(() => it.update(values, { from })).toThrow(
				expect.objectContaining({ code: "MIRROR_FAILED", retryable: true }),
			);
		}
		expect(fs.readdirSync(it.root)).toEqual(byHand === null ? [] : [".env"]);
		if (byHand !== null) expect(it.text()).toBe(byHand);
		expect(it.update({ KEY: "new" }, { from: readEnvFile(it.path) }).status).toBe("replaced");
	},
);

test("FAULTS 7: a link turned to another file since it was read is refused", () => {
	using it = project();
	for (const name of ["one", "two"]) fs.writeFileSync(join(it.root, name), "KEY=old\n");
	fs.symlinkSync("one", it.path);
	const from = readEnvFile(it.path);
	fs.rmSync(it.path);
	fs.symlinkSync("two", it.path);
	expect(() => it.update({ KEY: "new" }, { from })).toThrow(expect.objectContaining({ code: "MIRROR_FAILED" }));
	expect(it.update({ KEY: "new" }, { from: readEnvFile(it.path) }).status).toBe("replaced");
	expect(fs.readFileSync(join(it.root, "two"), "utf8")).toBe("KEY='new'\n");
});

test("an update from a file with a problem fails with that problem", () => {
	using it = project("A=1\nB='open\n");
	const from = readEnvFile(it.path);
	fs.writeFileSync(it.path, "A=1\n");
	expect(() => it.update({ KEY: "new" }, { from })).toThrow(expect.objectContaining({ code: "FILE_UNSAFE" }));
	expect(it.text()).toBe("A=1\n");
});

test("an update from a journal finishes the write that was cut short and goes on, unless the journal is another", () => {
	using it = project("A='1'\nKEY='ne");
	fs.writeFileSync(journalPath(it.path), "A='1'\nKEY='new'\n");
	const from = readEnvFile(it.path);
	fs.writeFileSync(journalPath(it.path), "A='1'\nKEY='newer'\n");
	expect(() => it.update({ B: "2" }, { from })).toThrow(expect.objectContaining({ code: "MIRROR_FAILED" }));
	expect(it.text()).toBe("A='1'\nKEY='newer'\n");
	fs.writeFileSync(journalPath(it.path), "A='1'\nKEY='new'\n");
	expect(it.update({ B: "2" }, { from: readEnvFile(it.path) }).status).toBe("replaced");
	expect(it.text()).toBe("A='1'\nKEY='new'\nB='2'\n");
});

test("FAULTS 4: a reading that was kept is not taken for a file that a shell reads otherwise", () => {
	using it = project();
	it.update({ A: "1", KEY: "it's $5" }, { readers: ["sh"] });
	expect(readEnvFile(it.path).entries.get("KEY")).not.toBe("it's $5");
	expect(readEnvFile(it.path, ["sh"]).entries.get("KEY")).toBe("it's $5");
});

test("FAULTS 3: a value with a $ is written literally, and named with the readers that would expand it elsewhere", () => {
	using it = project();
	const values = { PLAIN: "x", PRICE: "$5", NESTED: "it's $5", PATHS: "$HOME/x" };
	const readers = ["dotenvx", "compose"];
	const warned = [
		{ name: "PRICE", readers },
		{ name: "PATHS", readers },
	];
	expect(it.update(values).warned).toEqual(warned);
	expect(it.update(values)).toMatchObject({ status: "unchanged", warned });
	expect(it.update(values, { readers: ["node", "sh"] }).warned).toEqual([]);
	expect(it.text()).toContain("PATHS='$HOME/x'\n");
});
