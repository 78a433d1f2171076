import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../test/temp-folder.ts";
import { journalPath } from "./journal.ts";
import { readEnvFile } from "./read.ts";

test("a missing file is empty", () => {
	using folder = tempFolder();
	const { entries, problem } = readEnvFile(join(folder.path, ".env"));
	expect({ entries, problem }).toEqual({ entries: new Map(), problem: null });
});

test("the last line of a name counts", () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	writeFileSync(path, "A=1\nexport B='two\nlines'\nA=3\n");
	const entries = new Map([
		["A", "3"],
		["B", "two\nlines"],
	]);
	const { state: _, ...read } = readEnvFile(path);
	expect(read).toEqual({ entries, notes: new Set(), problem: null });
});

test("a file that cannot be parsed gives what dotenv sees, and the problem", () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	writeFileSync(path, "A=1\nB='open\nC=3\n");
	const { entries, problem } = readEnvFile(path);
	expect(Object.fromEntries(entries)).toEqual({ A: "1", B: "'open", C: "3" });
	expect(problem).toMatchObject({
		code: "FILE_UNSAFE",
		fields: { name: ".env", detail: "line 2: unterminated quote" },
	});
	writeFileSync(path, Buffer.from("A=1\nB=caf\xe9\n", "latin1"));
	expect(readEnvFile(path).entries.get("A")).toBe("1");
	expect(readEnvFile(path).problem).toMatchObject({ fields: { detail: "it is not UTF-8" } });
});

test("FAULTS 5: a folder, a FIFO and a link in a circle are a problem, never a wait or a throw", () => {
	using folder = tempFolder();
	const [inner, fifo, circle] = ["folder", "fifo", "circle"].map((name) => join(folder.path, name));
	mkdirSync(String(inner));
	execFileSync("sh", ["-c", 'mkfifo "$0"', String(fifo)]);
	symlinkSync("circle", String(circle));
	for (const path of [inner, fifo, circle]) {
		expect(readEnvFile(String(path))).toMatchObject({ entries: new Map(), problem: { code: "FILE_UNSAFE" } });
	}
});

test("a link is followed; one that leads to nothing is a problem", () => {
	using folder = tempFolder();
	writeFileSync(join(folder.path, "real"), "A=1\n");
	symlinkSync("real", join(folder.path, ".env"));
	symlinkSync("nothing", join(folder.path, ".env.local"));
	expect(readEnvFile(join(folder.path, ".env")).entries.get("A")).toBe("1");
	const dangling = readEnvFile(join(folder.path, ".env.local"));
	expect(dangling).toMatchObject({ entries: new Map(), problem: { code: "FILE_UNSAFE" } });
});

test("after a write in place that was cut short, the journal is read and not the torn file", () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	writeFileSync(path, "A='ne");
	writeFileSync(journalPath(path), "A='new'\n");
	expect(readEnvFile(path).entries.get("A")).toBe("new");
});

test("a file for a shell alone is read as a shell reads it", () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	writeFileSync(path, "A='it'\\''s'\n");
	expect(readEnvFile(path, ["sh"]).entries.get("A")).toBe("it's");
});
