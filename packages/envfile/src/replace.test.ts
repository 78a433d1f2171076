import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { AppError } from "@holdfast/contract";
import { describe, expect, test } from "vitest";
import { type Call, diskWith } from "../test/failing-disk.ts";
import { tempFolder } from "../test/temp-folder.ts";
import { type ReplaceOptions, replaceFile, type Step } from "./replace.ts";

const OLD = "KEY='old value, rather long'\n";
const NEW = "KEY='new'\n";
const RENAME_STEPS: Step[] = ["temp-created", "temp-written", "temp-synced", "renamed", "folder-synced"];
const PLACE_STEPS: Step[] = [
	...RENAME_STEPS.slice(0, 3),
	"journaled",
	"written-in-place",
	"synced-in-place",
	"journal-removed",
];

function replace(path: string, root: string, options: Partial<ReplaceOptions> = {}): string {
	return replaceFile(path, Buffer.from(NEW), { root, ...options }).status;
}

function read(path: string): string {
	return fs.readFileSync(path, "utf8");
}

function refusal(work: () => unknown): AppError | null {
	try {
		work();
	} catch (error) {
		if (error instanceof AppError) return error;
		throw error;
	}
	return null;
}

test("a file is replaced in five steps with two fsyncs, and left alone when it holds the bytes already", () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	fs.writeFileSync(path, OLD);
	const steps: Step[] = [];
	const calls: Call[] = [];
	const disk = diskWith((call) => {
		calls.push(call);
		return null;
	});
	const onStep = (step: Step): number => steps.push(step);
	expect(replace(path, folder.path, { onStep, fs: disk })).toBe("replaced");
	expect(read(path)).toBe(NEW);
	expect(steps).toEqual(RENAME_STEPS);
	expect(calls.filter((call) => call === "fsyncSync")).toHaveLength(2);
	const { ino } = fs.statSync(path);
	expect(replace(path, folder.path, { onStep, fs: disk })).toBe("unchanged");
	expect(calls.filter((call) => call === "fsyncSync")).toHaveLength(2);
	expect(fs.statSync(path).ino).toBe(ino);
	expect(fs.readdirSync(folder.path)).toEqual([".env"]);
});

test("a file that is made is the owner's alone; an existing one keeps its mode", () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	replace(path, folder.path);
	expect(fs.statSync(path).mode & 0o777).toBe(0o600);
	for (const mode of [0o644, 0o640, 0o400, 0o660]) {
		fs.writeFileSync(path, OLD);
		fs.chmodSync(path, mode);
		const onStep = (step: Step): void => {
			const temp = fs.readdirSync(folder.path).find((name) => name.endsWith(".tmp"));
			if (step === "temp-created") expect(fs.statSync(join(folder.path, String(temp))).mode & 0o777).toBe(0o600);
		};
		replace(path, folder.path, { onStep });
		expect(fs.statSync(path).mode & 0o777).toBe(mode);
		fs.chmodSync(path, 0o600);
	}
});

test.skipIf(process.getuid?.() !== 0)("an existing file keeps its owner (needs root)", () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	fs.writeFileSync(path, OLD);
	fs.chownSync(path, 1234, 5678);
	expect(replace(path, folder.path)).toBe("replaced");
	expect(fs.statSync(path)).toMatchObject({ uid: 1234, gid: 5678 });
	fs.writeFileSync(path, OLD);
	const forbidden = diskWith((call) => (call === "fchownSync" ? "EPERM" : null));
	expect(replace(path, folder.path, { fs: forbidden })).toBe("in-place");
	expect(fs.statSync(path)).toMatchObject({ uid: 1234, gid: 5678 });
	expect(read(path)).toBe(NEW);
});

test("a link inside the root is followed and stays a link", () => {
	using folder = tempFolder();
	fs.mkdirSync(join(folder.path, "config"));
	const [link, real] = [join(folder.path, ".env"), join(folder.path, "config", "real.env")];
	fs.writeFileSync(real, OLD);
	fs.symlinkSync("config/real.env", link);
	expect(replace(link, folder.path)).toBe("replaced");
	expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
	expect(read(real)).toBe(NEW);
});

describe("FAULTS 5: what is not a plain file of this project is refused, and nothing is written elsewhere", () => {
	test.each([
		[
			"a link out of the root",
			"a symbolic link that leads out",
			(path: string, out: string) => fs.symlinkSync(out, path),
		],
		["a link to nothing", "leads to no file", (path: string) => fs.symlinkSync("nothing", path)],
		["a link in a circle", "leads to no file", (path: string) => fs.symlinkSync(".env", path)],
		["a link to a folder", "a folder", (path: string) => fs.symlinkSync(".", path)],
		["a hard link", "more than one hard link", (path: string, out: string) => fs.linkSync(out, path)],
		["a folder", "a folder", (path: string) => fs.mkdirSync(path)],
		["a FIFO", "a FIFO", (path: string) => void execFileSync("sh", ["-c", 'mkfifo "$0"', path])],
	])("%s", (_, detail, make) => {
		using folder = tempFolder();
		using outside = tempFolder();
		const [path, out] = [join(folder.path, ".env"), join(outside.path, "other")];
		fs.writeFileSync(out, OLD);
		make(path, out);
		const error = refusal(() => replace(path, folder.path));
		expect(error).toMatchObject({ code: "FILE_UNSAFE", fields: { name: ".env" } });
		expect(error?.fields.detail).toContain(detail);
		expect(read(out)).toBe(OLD);
		expect(fs.readdirSync(folder.path)).toEqual([".env"]);
		expect(fs.readdirSync(outside.path)).toEqual(["other"]);
	});

	test("a socket", async () => {
		using folder = tempFolder();
		const path = join(folder.path, ".env");
		const server = createServer();
		await new Promise<void>((listening) => server.listen(path, listening));
		expect(refusal(() => replace(path, folder.path))?.fields.detail).toContain("a socket");
		await new Promise((closed) => server.close(closed));
	});

	test.each(["../.env", "inner/../../.env", "away/.env"])("a path that leaves the root: %s", (rest) => {
		using outer = tempFolder();
		const root = join(outer.path, "root");
		fs.mkdirSync(join(root, "inner"), { recursive: true });
		fs.symlinkSync(outer.path, join(root, "away"));
		expect(refusal(() => replace(`${root}/${rest}`, root))).toMatchObject({ code: "FILE_UNSAFE" });
		expect(fs.readdirSync(outer.path)).toEqual(["root"]);
	});
});

describe("FAULTS 6: a disk that does less than it was asked", () => {
	test("a write that takes only some bytes at a time is gone on with", () => {
		using folder = tempFolder();
		const path = join(folder.path, ".env");
		const few = (fd: number, bytes: Buffer, offset: number): number => fs.writeSync(fd, bytes, offset, 1);
		const disk = { ...diskWith(() => null), writeSync: few as typeof fs.writeSync };
		replace(path, folder.path, { fs: disk });
		expect(read(path)).toBe(NEW);
	});

	test("a folder that is not there is a typed failure", () => {
		using folder = tempFolder();
		const error = refusal(() => replace(join(folder.path, "none", ".env"), folder.path));
		expect(error).toMatchObject({ code: "MIRROR_FAILED", fields: { detail: "ENOENT: no such file or directory" } });
	});
});

test.each(["EBUSY", "EXDEV"])(
	"a file that cannot be renamed over (%s) is written in place through a journal",
	(errno) => {
		using folder = tempFolder();
		const path = join(folder.path, ".env");
		fs.writeFileSync(path, OLD, { mode: 0o644 });
		const { ino, mode } = fs.statSync(path);
		let renames = 0;
		const disk = diskWith((call) => (call === "renameSync" && renames++ === 0 ? errno : null));
		const steps: Step[] = [];
		expect(replace(path, folder.path, { fs: disk, onStep: (step) => steps.push(step) })).toBe("in-place");
		expect(steps).toEqual(PLACE_STEPS);
		expect(read(path)).toBe(NEW);
		expect(fs.statSync(path)).toMatchObject({ ino, mode });
		expect(fs.readdirSync(folder.path)).toEqual([".env"]);
	},
);

test("what dead processes left is removed; what a live one works on, and other files, stay", () => {
	using folder = tempFolder();
	const dead = spawnSync(process.execPath, ["-e", ""]).pid;
	const [ofDead, ofParent, ofThis, ofFormer, notes] = [
		`..env.holdfast-${dead}-0123456789ab.tmp`,
		`..env.holdfast-${process.ppid}-0123456789ab.tmp`,
		`..env.holdfast-${process.pid}-0123456789ab.tmp`,
		`..env.holdfast-${process.pid}-ba9876543210.tmp`,
		"..env.holdfast-notes.tmp",
	];
	for (const name of [ofDead, ofParent, ofThis, ofFormer, notes]) fs.writeFileSync(join(folder.path, name), "x");
	const beforeThis = new Date(performance.timeOrigin - 60_000);
	fs.utimesSync(join(folder.path, ofFormer), beforeThis, beforeThis);
	replace(join(folder.path, ".env"), folder.path);
	expect(new Set(fs.readdirSync(folder.path))).toEqual(new Set([".env", ofParent, ofThis, notes]));
});

test("what another process leaves after this one wrote is removed by the next write", () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	replace(path, folder.path);
	const dead = spawnSync(process.execPath, ["-e", ""]).pid;
	fs.writeFileSync(join(folder.path, `..env.holdfast-${dead}-0123456789ab.tmp`), "x");
	replaceFile(path, Buffer.from(OLD), { root: folder.path });
	expect(fs.readdirSync(folder.path)).toEqual([".env"]);
});
