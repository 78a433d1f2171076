/** The lock between real processes: many on one file, some of them killed while they hold it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { withEnvFileLock } from "../src/lock.ts";
import { diskWith } from "./failing-disk.ts";
import { tempFolder } from "./temp-folder.ts";

const SLOW = process.env.SLOW !== undefined;
/** Milliseconds: only to end a test that hangs. */
const PATIENT = { timeout: 600_000 };

/**
 * Adds to a counter under the lock, so many times, with a mark that says who is inside. Whoever finds the mark of a living
 * process says so; one turn in `odds` ends with the death of the process while it holds the lock.
 */
const COUNTS = `
import fs from "node:fs";
const [url, path, turns, odds] = process.argv.slice(1);
const { withEnvFileLock } = await import(url);
const alive = (pid) => { try { return process.kill(pid, 0); } catch { return false; } };
for (let turn = 0; turn < Number(turns); turn++) {
	await withEnvFileLock(path, async () => {
		const mark = path + ".inside";
		if (fs.existsSync(mark) && alive(Number(fs.readFileSync(mark, "utf8")))) console.log("two inside");
		fs.writeFileSync(mark, String(process.pid));
		const count = Number(fs.readFileSync(path, "utf8"));
		if (turn % 2) await new Promise((done) => setImmediate(done));
		if (Math.random() * Number(odds) < 1) process.kill(process.pid, "SIGKILL");
		fs.writeFileSync(path, String(count + 1));
		console.log("one");
		fs.rmSync(mark);
	});
}
`;

interface Counted {
	added: number;
	killed: boolean;
	said: string[];
}

/** Runs the program above in a process of its own. */
async function countIn(path: string, turns: number, odds: number): Promise<Counted> {
	const url = new URL("../src/lock.ts", import.meta.url).href;
	const args = ["--input-type=module", "-e", COUNTS, url, path, String(turns), String(odds)];
	const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
	let output = "";
	child.stdout.on("data", (chunk) => {
		output += chunk;
	});
	const [, signal] = await once(child, "close");
	const said = output.split("\n").filter(Boolean);
	return { added: said.filter((line) => line === "one").length, killed: signal === "SIGKILL", said };
}

test("FAULTS 9: many processes on one counter file lose no addition", PATIENT, async () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	writeFileSync(path, "0");
	const [processes, turns] = SLOW ? [32, 500] : [6, 60];
	const all = await Promise.all(Array.from({ length: processes }, () => countIn(path, turns, Infinity)));
	expect(all.flatMap(({ said }) => said).filter((line) => line !== "one")).toEqual([]);
	expect(readFileSync(path, "utf8")).toBe(String(processes * turns));
	expect(readdirSync(folder.path)).toEqual([".env"]);
});

test("FAULTS 8: holders killed with -9 are followed by one taker each, and nothing is left", PATIENT, async () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	writeFileSync(path, "0");
	const [lanes, lives] = SLOW ? [8, 60] : [4, 5];
	const lane = async (): Promise<Counted[]> => {
		const counted: Counted[] = [];
		for (let life = 0; life < lives; life += 1) counted.push(await countIn(path, 30, 12));
		return counted;
	};
	const all = (await Promise.all(Array.from({ length: lanes }, lane))).flat();
	expect(all.filter(({ killed }) => killed).length).toBeGreaterThan(0);
	expect(all.flatMap(({ said }) => said).filter((line) => line !== "one")).toEqual([]);
	const added = all.reduce((sum, each) => sum + each.added, 0);
	expect(Number(readFileSync(path, "utf8"))).toBe(added);
	await withEnvFileLock(path, () => rmSync(`${path}.inside`, { force: true }));
	expect(readdirSync(folder.path)).toEqual([".env"]);
});

test("calls of one process take turns in their order, also after one that fails", async () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	const seen: string[] = [];
	const turn = (name: string) =>
		withEnvFileLock(path, async () => {
			seen.push(`${name} in`);
			await sleep(2);
			seen.push(`${name} out`);
			if (name === "b") throw new Error("b fails");
			return name;
		});
	const ended = await Promise.allSettled(["a", "b", "c"].map(turn));
	expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
	expect(seen).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
	expect(readdirSync(folder.path)).toEqual([]);
});

test("a lock that stays taken is a typed failure, and what was to be done is not done", async () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	symlinkSync("someone on another host", join(folder.path, "..env.holdfast-lock"));
	let done = false;
	const waiting = withEnvFileLock(
		path,
		() => {
			done = true;
		},
		{ wait: 30 },
	);
	const fields = { name: ".env", detail: "another process has been writing it for too long" };
	await expect(waiting).rejects.toThrow(expect.objectContaining({ code: "MIRROR_FAILED", retryable: true, fields }));
	expect(done).toBe(false);
});

test("two links to one file are one lock", async () => {
	using folder = tempFolder();
	mkdirSync(join(folder.path, "config"));
	writeFileSync(join(folder.path, "config", "real.env"), "");
	symlinkSync("config/real.env", join(folder.path, ".env"));
	await withEnvFileLock(join(folder.path, ".env"), async () => {
		expect(readdirSync(join(folder.path, "config"))).toContain(".real.env.holdfast-lock");
		const second = withEnvFileLock(join(folder.path, "config", "real.env"), () => {}, { wait: 20 });
		await expect(second).rejects.toThrow(expect.objectContaining({ code: "MIRROR_FAILED" }));
	});
	expect(readdirSync(join(folder.path, "config"))).toEqual(["real.env"]);
});

test("a holder says who it is, without a word about what it writes", async () => {
	using folder = tempFolder();
	await withEnvFileLock(join(folder.path, ".env"), () => {
		const holder = readlinkSync(join(folder.path, "..env.holdfast-lock"));
		expect(holder).toMatch(new RegExp(`^[0-9a-f]{12}-${process.pid}-[0-9a-f]{12}$`));
	});
});

test.each(["EACCES", "ENOSPC", "EROFS", "EIO"])(
	"FAULTS 6: a lock that cannot be made (%s) is a typed failure",
	async (errno) => {
		using folder = tempFolder();
		const disk = diskWith((call) => (call === "symlinkSync" ? errno : null));
		const failing = withEnvFileLock(join(folder.path, ".env"), () => {}, { fs: disk });
		await expect(failing).rejects.toThrow(expect.objectContaining({ code: "MIRROR_FAILED" }));
	},
);
