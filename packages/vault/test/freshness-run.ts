/** Runs processes that save and read one setting, and says what must not have happened and did. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "rolldown";
import { expect } from "vitest";
import { mirrors, settings, type VaultOptions } from "../src/index.ts";
import { openVault } from "../src/vault.ts";
import { type Act, problemsOf } from "./freshness.ts";
import { admin } from "./harness.ts";

export const PROCESSES = 8;
const CHILD = fileURLToPath(new URL("../dist/freshness-child.mjs", import.meta.url));

/** Before any run. */
export async function buildChild(): Promise<void> {
	const input = fileURLToPath(new URL("freshness-child.ts", import.meta.url));
	const output = { file: CHILD, format: "esm", codeSplitting: false } as const;
	await build({ input, platform: "node", external: ["better-sqlite3", "pg-native"], output });
}

interface Run {
	done: [revision: number, start: number, end: number][];
	found: [way: number, version: number, start: number, end: number][];
	told: number;
}

export async function expectFresh(folder: string, options: VaultOptions, each: number): Promise<void> {
	await using vault = await openVault(options);
	// The files have a test of their own, and would take most of the time here.
	await mirrors.configure(vault, admin, { environment: "default", enabled: false });
	const env = { ...process.env, ...(options.databaseUrl !== null && { TEST_DATABASE_URL: options.databaseUrl }) };
	const runs = await Promise.all(
		Array.from({ length: PROCESSES }, async (_, id) => {
			const args = [CHILD, folder, `${id}`, `${each}`];
			const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 30, env });
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
	expect(saves).toHaveLength(PROCESSES * each);
	expect(reads.length).toBeGreaterThanOrEqual(saves.length);
	expect(problemsOf({ saves, reads })).toEqual([]);
	for (const { told } of runs) expect(told).toBeGreaterThan(0);
}
