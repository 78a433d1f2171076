/**
 * Saves one setting that all share, and reads it all the while in each of the ways there are: `freshness-child.ts <folder>
 * <id> <saves>`. In the PostgreSQL database
 * that TEST_DATABASE_URL names, if it does. Prints when each save and each read began and ended, as JSON.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { settings } from "../src/index.ts";
import { readSavedValues } from "../src/snapshot.ts";
import { openVault } from "../src/vault.ts";
import { admin, optionsIn } from "./harness.ts";

const [, , folder = "", id = "", saves = "0"] = process.argv;
const databaseUrl = process.env.TEST_DATABASE_URL ?? null;
const options = optionsIn(folder, { serves: false, databaseUrl });
await using vault = await openVault(options);
const now = () => Number(process.hrtime.bigint());
const done: [revision: number, start: number, end: number][] = [];
const found: [way: number, version: number, start: number, end: number][] = [];
let told = 0;
const woken: Promise<void>[] = [];

const shared = { environment: "default", owner: "shared" } as const;
const WAYS: (() => Promise<number | undefined> | number | undefined)[] = [
	async () => (await vault.live.require("default")).values.get("SHARED")?.version,
	async () => {
		const wanted = { environment: "default", names: ["SHARED"] };
		return (await settings.resolve(vault, admin, wanted)).get("SHARED")?.layer.version ?? undefined;
	},
	async () => (await settings.list(vault, admin, shared)).settings.find(({ name }) => name === "SHARED")?.version,
	...(databaseUrl === null
		? [() => readSavedValues(options.dataDir, options.rootKey, "default").own.get("SHARED")?.version]
		: []),
];

async function read(way: number): Promise<void> {
	const start = now();
	const version = await WAYS[way]?.();
	found.push([way, version ?? 0, start, now()]);
}

let saving = true;

async function reading(): Promise<void> {
	for (let i = 0; saving; i++) {
		// Mostly the cheapest, and two at a time.
		await Promise.all([read(0), read(i % 8 < WAYS.length ? i % 8 : 0)]);
		await sleep(1);
	}
}

const end = vault.live.onChange(() => {
	told += 1;
	// What wakes a process must be there to be read.
	woken.push(read(0));
});
const readers = reading();
for (let i = 0; i < Number(saves); i++) {
	const start = now();
	const writes = [{ name: "SHARED", value: `${id}-${i}` }];
	const { revision } = await settings.save(vault, admin, { ...shared, writes });
	done.push([revision, start, now()]);
	// However slow the machine is, some reads begin after each save.
	await read(i % WAYS.length);
}
saving = false;
await readers;
end();
await Promise.all(woken);
process.stdout.write(JSON.stringify({ done, found, told }));
