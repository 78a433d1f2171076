/**
 * What it costs a watching process to ask for a value, each time with the question to the database whether anything was saved
 * since: against that question alone, and against a look into `process.env`, which asks nobody. The quickest quarter counts, on
 * which other work of the machine fell least.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hydrate } from "@holdfast/config";
import { openVault, settings } from "@holdfast/vault";
import { admin, optionsIn } from "@holdfast/vault/test";
import Database from "better-sqlite3";
import { heading, line, ratio, timesOf } from "./measure.ts";

const CALLS = 20_000;
const MOST_MICROSECONDS = 4;

heading("Asking for a value in a process that watches");
const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
try {
	await using vault = await openVault(optionsIn(folder));
	const writes = Array.from({ length: 20 }, (_, i) => ({ name: `KEY_${i}`, value: `sk-${i}-`.padEnd(48, "abcdefgh") }));
	await settings.save(vault, admin, { environment: "default", owner: "shared", writes });
	using hydrated = hydrate({ env: {}, cwd: folder, watch: true });
	const database = new Database(join(folder, ".holdfast", "holdfast.db"), { readonly: true });
	const version = database.prepare("PRAGMA data_version").pluck();
	process.env.KEY_19 = "a look into the environment";
	const many = (act: () => unknown) => () => {
		for (let i = 0; i < CALLS; i++) if (act() === undefined) throw new Error("there is no value");
	};
	const times = await timesOf(
		{
			get: many(() => hydrated.get("KEY_19")),
			bare: many(() => version.get()),
			look: many(() => process.env.KEY_19),
		},
		{ turns: 61, warmUp: 5 },
	);
	database.close();
	line(`${CALLS} looks into process.env`, times.look.quick);
	line(`${CALLS} times PRAGMA data_version, bare`, times.bare.quick);
	line(`${CALLS} times get`, times.get.quick);
	ratio("get / PRAGMA data_version, bare", times.get.quick / times.bare.quick, 1.6);
	ratio("microseconds of one get", (times.get.quick * 1000) / CALLS, MOST_MICROSECONDS);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
