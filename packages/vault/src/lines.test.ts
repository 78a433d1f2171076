import { renameSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testFolder } from "../test/harness.ts";
import { settableLines } from "./lines.ts";

const seen = (path: string) => Object.fromEntries(settableLines(path));

test("a line that someone edits shows at the next look, however soon and alike it is", () => {
	using folder = testFolder();
	const path = join(folder.path, ".env");
	expect(seen(path)).toEqual({});
	for (let i = 0; i < 500; i++) {
		const value = String(i % 10);
		writeFileSync(path, `KEY=${value}\n`);
		expect(seen(path)).toEqual({ KEY: value });
		expect(seen(path)).toEqual({ KEY: value });
	}
});

test("so does one in a file that was left alone for long, whatever time it is given", () => {
	using folder = testFolder();
	const path = join(folder.path, ".env");
	const long = new Date(Date.now() - 86_400_000);
	for (const value of ["one", "two", "six"]) {
		writeFileSync(`${path}.new`, `KEY=${value}\n`);
		utimesSync(`${path}.new`, long, long);
		renameSync(`${path}.new`, path);
		expect(seen(path)).toEqual({ KEY: value });
		expect(seen(path)).toEqual({ KEY: value });
	}
});

test("a link is followed each time", () => {
	using folder = testFolder();
	const [path, one] = [join(folder.path, ".env"), join(folder.path, "one.env")];
	writeFileSync(one, "KEY=one\nlower=x\nPATH=y\n");
	symlinkSync(one, path);
	expect(seen(path)).toEqual({ KEY: "one" });
	writeFileSync(one, "KEY=two\n");
	expect(seen(path)).toEqual({ KEY: "two" });
});
