/** Many processes that save and read one setting: nobody reads what was there before a save that was acknowledged. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "rolldown";
import { beforeAll, expect, test } from "vitest";
import { mirrors, settings } from "../src/index.ts";
import { openVault } from "../src/vault.ts";
import { type Act, problemsOf } from "./freshness.ts";
import { admin, optionsIn, testFolder } from "./harness.ts";

const PROCESSES = 8;
const SAVES = process.env.SLOW ? 2_000 : 100;
const CHILD = fileURLToPath(new URL("../dist/freshness-child.mjs", import.meta.url));

beforeAll(async () => {
	const input = fileURLToPath(new URL("freshness-child.ts", import.meta.url));
	const output = { file: CHILD, format: "esm", codeSplitting: false } as const;
	await build({ input, platform: "node", external: ["better-sqlite3"], output });
});

interface Run {
	done: [revision: number, start: number, end: number][];
	found: [way: number, version: number, start: number, end: number][];
	told: number;
}

test(`after a save is acknowledged, no read in any of ${PROCESSES} processes is older`, {
	timeout: 3_600_000,
}, async () => {
	using folder = testFolder();
	await using vault = await openVault(optionsIn(folder.path, { serves: false }));
	// The files have a test of their own, and would take most of the time here.
	await mirrors.configure(vault, admin, { environment: "default", enabled: false });
	const runs = await Promise.all(
		Array.from({ length: PROCESSES }, async (_, id) => {
			const args = [CHILD, folder.path, `${id}`, `${SAVES}`];
			const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 30 });
			expect(stderr).toBe("");
			return JSON.parse(stdout) as Run;
		}),
	);
	const versions = await settings.history(vault, admin, { environment: "default", owner: "shared", name: "SHARED" });
	const versionAt = new Map(versions.map(({ revision, version }) => [revision, version]));
	const saves = runs.flatMap(({ done }, id) =>
		done.map(([revision, start, end]): Act => ({ version: versionAt.get(revision) ?? 0, start, end, by: `${id}` })),
	);
	const reads = runs.flatMap(({ found }, id) =>
		found.map(([way, version, start, end]): Act => ({ version, start, end, by: `process ${id}, way ${way},` })),
	);
	expect(saves).toHaveLength(PROCESSES * SAVES);
	expect(reads.length).toBeGreaterThanOrEqual(saves.length);
	expect(problemsOf({ saves, reads })).toEqual([]);
	for (const { told } of runs) expect(told).toBeGreaterThan(0);
});

test("a history with a stale read, one from the future, or a lost save is found to be one", () => {
	const act = (version: number, start: number, end: number): Act => ({ version, start, end, by: "it" });
	const saves = [act(1, 0, 10), act(2, 20, 30)];
	expect(problemsOf({ saves, reads: [act(0, 5, 6), act(1, 25, 26), act(2, 25, 27), act(2, 31, 32)] })).toEqual([]);
	expect(problemsOf({ saves, reads: [act(1, 31, 32)] })).toEqual(["it read version 1 after 2 was acknowledged"]);
	expect(problemsOf({ saves, reads: [act(2, 11, 19)] })).toEqual(["it read version 2 before it was saved"]);
	expect(problemsOf({ saves, reads: [act(2, 21, 22), act(1, 23, 24)] })).toEqual([
		"it read version 1 after another was read",
	]);
	expect(problemsOf({ saves: [act(1, 0, 10), act(1, 20, 30)], reads: [] })).toEqual([
		"version 2 is not that of exactly one save",
	]);
});
