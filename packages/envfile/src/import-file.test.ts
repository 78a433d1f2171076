import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../test/temp-folder.ts";
import { readImportFile } from "./import-file.ts";

test("a file's text is given, also when an open quote keeps it from being edited", () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	expect(readImportFile(path)).toBe("");
	for (const text of ["A=1\n", "A='open\nB=2\n"]) {
		writeFileSync(path, text);
		expect(readImportFile(path)).toBe(text);
	}
});

test("what is no text of a plain file is refused", () => {
	using folder = tempFolder();
	const [bytes, below, pipe] = ["bytes", "below", "pipe"].map((name) => join(folder.path, name)) as [
		string,
		string,
		string,
	];
	writeFileSync(bytes, Buffer.from([65, 61, 0xff]));
	mkdirSync(below);
	execFileSync("mkfifo", [pipe]);
	for (const path of [bytes, below, pipe]) {
		expect(() => readImportFile(path)).toThrow(expect.objectContaining({ code: "FILE_UNSAFE" }));
	}
});
