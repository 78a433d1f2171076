/**
 * What replacing the root key costs, by the rows it touches: with 10,000 users who have 10 values each, it is the 10,000 data
 * keys and a few rows more, and not the 100,000 values. Replacing the data keys touches all of them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keys, openVault, settings, type Vault } from "@holdfast/vault";
import { admin, onSqlite, optionsIn, person } from "@holdfast/vault/test";
import { heading, line, ratio } from "./measure.ts";

const USERS = 10_000;
const VALUES_EACH = 10;
/** Beside the data keys: the instance, the root keys, audit entries, and the progress after each batch. */
const MOST = 1.05;

const WRITES = Array.from({ length: VALUES_EACH }, (_, i) => ({
	name: `KEY_${i}`,
	value: `sk-${i}-`.padEnd(64, "abcdefgh"),
}));

async function fill(vault: Vault): Promise<void> {
	for (let user = 0; user < USERS; user++)
		await settings.save(vault, person(`user-${user}`), { environment: "default", owner: "personal", writes: WRITES });
}

/** Replace keys to the end: the rows that were changed, the milliseconds, and how often progress was told. */
async function rotate(vault: Vault, what: "root" | "data"): Promise<{ rows: number; time: number; told: number }> {
	const changes = onSqlite(vault).database.$client.prepare("SELECT total_changes()").pluck();
	const before = changes.get() as number;
	const start = performance.now();
	let told = 1;
	for (let view = await keys.rotate(vault, admin, { what }); view.stage !== "done"; told++) {
		view = (await keys.resume(vault, admin)) ?? view;
	}
	return { rows: (changes.get() as number) - before, time: performance.now() - start, told };
}

heading(`Replacing keys above ${USERS} users' ${USERS * VALUES_EACH} values`);
const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
try {
	await using vault = await openVault(optionsIn(folder, { serves: false }));
	await fill(vault);
	const dataKeys = await vault.storage.countSealed("dataKey");
	const root = await rotate(vault, "root");
	line("the root key", root.time);
	console.log(
		`  ${"rows changed, of which data keys".padEnd(52)}${root.rows}, ${dataKeys}; progress told ${root.told} times`,
	);
	ratio("rows changed / data keys", root.rows / dataKeys, MOST);
	const data = await rotate(vault, "data");
	line("every data key, and every value sealed anew", data.time);
	console.log(`  ${"rows changed".padEnd(52)}${data.rows}; progress told ${data.told} times`);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
