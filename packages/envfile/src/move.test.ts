import fs from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diskWith, errnoLine } from "../test/failing-disk.ts";
import { tempFolder } from "../test/temp-folder.ts";
import { journalPath } from "./journal.ts";
import { moveEnvFile } from "./move.ts";

function project() {
	const folder = tempFolder();
	fs.mkdirSync(join(folder.path, "config"));
	const [from, to] = [join(folder.path, ".env"), join(folder.path, "config", ".env.dev")];
	fs.writeFileSync(from, "A=1\n", { mode: 0o640 });
	return { from, to, root: folder.path, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test("a file moves with its mode, and both folders are synced", () => {
	using it = project();
	let synced = 0;
	const disk = diskWith((call) => {
		if (call === "fsyncSync") synced += 1;
		return null;
	});
	expect(moveEnvFile({ ...it, fs: disk })).toBe(true);
	expect([fs.readFileSync(it.to, "utf8"), fs.statSync(it.to).mode & 0o777]).toEqual(["A=1\n", 0o640]);
	expect([fs.existsSync(it.from), synced]).toEqual([false, 2]);
});

test("nothing moves over a file, and nothing that is not there", () => {
	using it = project();
	fs.writeFileSync(it.to, "B=2\n");
	expect(moveEnvFile(it)).toBe(false);
	expect([fs.readFileSync(it.from, "utf8"), fs.readFileSync(it.to, "utf8")]).toEqual(["A=1\n", "B=2\n"]);
	fs.rmSync(it.from);
	fs.rmSync(it.to);
	expect(moveEnvFile(it)).toBe(false);
	expect(fs.existsSync(it.to)).toBe(false);
});

test("a write in place that was cut short is finished first", () => {
	using it = project();
	fs.writeFileSync(journalPath(it.from), "A='new'\n");
	expect(moveEnvFile(it)).toBe(true);
	expect(fs.readFileSync(it.to, "utf8")).toBe("A='new'\n");
	expect(fs.readdirSync(it.root)).toEqual(["config"]);
});

test("FAULTS 5: a place out of the root, and what is no plain file, are refused", () => {
	using it = project();
	using outside = tempFolder();
	const refusal = expect.objectContaining({ code: "FILE_UNSAFE" });
	expect(() => moveEnvFile({ ...it, to: join(outside.path, ".env") })).toThrow(refusal);
	expect(() => moveEnvFile({ ...it, from: join(it.root, "config") })).toThrow(refusal);
	fs.linkSync(it.from, join(it.root, "second"));
	expect(() => moveEnvFile(it)).toThrow(refusal);
	expect([fs.readdirSync(outside.path), fs.existsSync(it.to)]).toEqual([[], false]);
});

test("FAULTS 6: each call fails once: the file is in one of the two places, whole", () => {
	for (let at = 0; ; at += 1) {
		using it = project();
		let made = 0;
		const disk = diskWith(() => (made++ === at ? "EIO" : null));
		const fields = { name: ".env.dev", detail: errnoLine("EIO") };
		const move = () => moveEnvFile({ ...it, fs: disk });
		try {
			expect(move()).toBe(true);
		} catch (error) {
			expect(error).toMatchObject({ code: "MIRROR_FAILED", fields });
		}
		expect([it.from, it.to].filter(fs.existsSync).map((path) => fs.readFileSync(path, "utf8"))).toEqual(["A=1\n"]);
		if (made <= at) break;
		expect(at).toBeLessThan(30);
	}
});
