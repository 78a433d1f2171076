/** The takeover of a lock by this process's steady clock, with the clock in the test's hands. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readlinkSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tempFolder } from "../test/temp-folder.ts";
import { withEnvFileLock } from "./lock.ts";

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.restoreAllMocks();
	vi.useRealTimers();
});

const LOCK = "..env.holdfast-lock";
const FOREIGN = "0123456789ab-77-ba9876543210";

test("a lock of another host is taken over after ten seconds in which nobody renewed it, and not before", async () => {
	using folder = tempFolder();
	symlinkSync(FOREIGN, join(folder.path, LOCK));
	let taken = false;
	const taking = withEnvFileLock(join(folder.path, ".env"), () => {
		taken = true;
	});
	await vi.advanceTimersByTimeAsync(9_900);
	expect(taken).toBe(false);
	await vi.advanceTimersByTimeAsync(200);
	await taking;
	expect(taken).toBe(true);
	expect(readdirSync(folder.path)).toEqual([]);
});

test("a holder that works for long renews its lock, and keeps it", async () => {
	using folder = tempFolder();
	const path = join(folder.path, ".env");
	const order: string[] = [];
	const long = withEnvFileLock(path, async () => {
		await new Promise((done) => setTimeout(done, 60_000));
		order.push("long");
	});
	await vi.advanceTimersByTimeAsync(0);
	const alias = join(folder.path, "link");
	symlinkSync(".", alias);
	const other = withEnvFileLock(join(alias, ".env"), () => order.push("other"), { wait: 100_000 });
	await vi.advanceTimersByTimeAsync(61_000);
	await Promise.all([long, other]);
	expect(order).toEqual(["long", "other"]);
	expect(readdirSync(folder.path)).toEqual(["link"]);
});

test("a holder that lost its lock leaves the next one's alone", async () => {
	using folder = tempFolder();
	const [path, lock] = [join(folder.path, ".env"), join(folder.path, LOCK)];
	const done = withEnvFileLock(path, () => {
		symlinkSync(FOREIGN, `${lock}.next`);
		renameSync(`${lock}.next`, lock);
		vi.spyOn(performance, "now").mockReturnValue(performance.now() + 60_000);
	});
	await done;
	vi.restoreAllMocks();
	expect(readlinkSync(lock)).toBe(FOREIGN);
	expect(readdirSync(folder.path)).toEqual([LOCK]);
});

test("FAULTS 8: a taker that died with its claim is taken over like the lock itself", async () => {
	using folder = tempFolder();
	const dead = spawnSync(process.execPath, ["-e", ""]).pid;
	const host = await withEnvFileLock(join(folder.path, ".env"), () =>
		readlinkSync(join(folder.path, LOCK)).slice(0, 12),
	);
	symlinkSync(`${host}-${dead}-aaaaaaaaaaaa`, join(folder.path, LOCK));
	symlinkSync(`${host}-${dead}-bbbbbbbbbbbb`, join(folder.path, ".holdfast-claim-aaaaaaaaaaaa"));
	symlinkSync(`${host}-${dead}-cccccccccccc`, join(folder.path, ".holdfast-claim-bbbbbbbbbbbb"));
	expect(await withEnvFileLock(join(folder.path, ".env"), () => "done")).toBe("done");
	expect(readdirSync(folder.path)).toEqual([]);
	expect(existsSync(join(folder.path, LOCK))).toBe(false);
});
