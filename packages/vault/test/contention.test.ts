/** FAULTS 9: many processes on one folder. No update is lost, and no SQLITE_BUSY reaches anyone. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv, promisify } from "node:util";
import { build } from "rolldown";
import { beforeAll, expect, test } from "vitest";
import { openVault } from "../src/vault.ts";
import { optionsIn, testFolder } from "./harness.ts";

const PROCESSES = process.env.SLOW ? 64 : 8;
const SAVES = process.env.SLOW ? 500 : 25;
const CHILD = fileURLToPath(new URL("../dist/contention-child.mjs", import.meta.url));

beforeAll(async () => {
	const input = fileURLToPath(new URL("contention-child.ts", import.meta.url));
	const output = { file: CHILD, format: "esm", codeSplitting: false } as const;
	await build({ input, platform: "node", external: ["better-sqlite3"], output });
});

test(`FAULTS 9: ${PROCESSES} processes that save at once lose no update`, { timeout: 1_200_000 }, async () => {
	using folder = testFolder();
	const runs = await Promise.all(
		Array.from({ length: PROCESSES }, async (_, id) => {
			const { stdout, stderr } = await promisify(execFile)(process.execPath, [CHILD, folder.path, `${id}`, `${SAVES}`]);
			expect(stderr).toBe("");
			return JSON.parse(stdout) as { conflicts: number; won: number[] };
		}),
	);
	const won = runs.flatMap((run) => run.won).sort((a, b) => a - b);
	expect(won, "each version of the shared setting was won by exactly one process").toEqual(won.map((_, i) => i + 1));
	expect(won.length + runs.reduce((sum, { conflicts }) => sum + conflicts, 0)).toBe(PROCESSES * SAVES);

	await using vault = await openVault(optionsIn(folder.path));
	const saved = vault.live.find("default")?.values;
	for (let id = 0; id < PROCESSES; id++)
		expect(saved?.get(`OWN_${id}`)).toMatchObject({ value: `${SAVES - 1}`, version: SAVES });
	const file = parseEnv(readFileSync(join(folder.path, ".env"), "utf8"));
	expect(file).toEqual(Object.fromEntries([...(saved ?? [])].map(([name, { value }]) => [name, value])));
});
