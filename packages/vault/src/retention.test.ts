import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { admin, optionsIn, person, type TestVault, testFolder, testVault } from "../test/harness.ts";
import { mirrors, openVault, settings, system } from "./index.ts";
import { policyOf } from "./policy.ts";
import { keptAt, prune } from "./retention.ts";

const DAY = 24 * 60 * 60 * 1000;
const shared = { environment: "default", owner: "shared" } as const;
const KEY = { ...shared, name: "KEY" };
const EVER = Number.MAX_SAFE_INTEGER;

async function saved(v: TestVault, ...values: string[]): Promise<void> {
	for (const value of values) await v.save({ KEY: value });
}

/** The versions that have a value, newest first. */
async function kept({ vault }: TestVault, owner = "shared"): Promise<number[]> {
	const rows = await vault.storage.history("default", owner, "KEY");
	return rows.filter(({ sealed }) => sealed !== null).map(({ version }) => version);
}

async function pruned({ vault }: TestVault) {
	const rows = await vault.storage.audit(EVER, 100);
	return rows.filter(({ action }) => action === "history.prune").map(({ actor, details }) => [actor, details]);
}

test("what is kept is a matter of the policy and the time alone", () => {
	const policy = policyOf({ policy: {} });
	expect(keptAt(policy, 5 * DAY)).toBeNull();
	expect(keptAt({ ...policy, historyVersions: 3 }, 5 * DAY)).toEqual({ versions: 3, since: null });
	expect(keptAt({ ...policy, historyDays: 2 }, 5 * DAY)).toEqual({ versions: null, since: 3 * DAY });
});

describe("pruning", () => {
	test("keeps everything until someone chooses otherwise", async () => {
		await using v = await testVault();
		await saved(v, "one", "two");
		expect(await prune(v.vault.storage, EVER)).toBe(0);
		expect(await kept(v)).toEqual([2, 1]);
		expect(await pruned(v)).toEqual([]);
	});

	test("keeps the newest versions, the current one among them, of each setting and owner, and says how many went", async () => {
		await using v = await testVault();
		await saved(v, "one", "two", "three", "four");
		const writes = [{ name: "KEY", value: "own" }];
		for (let i = 0; i < 3; i++) await settings.save(v.vault, person("ann"), { ...shared, owner: "personal", writes });
		await system.configure(v.vault, admin, { historyVersions: 2 });
		expect(await prune(v.vault.storage, Date.now())).toBe(3);
		expect(await kept(v)).toEqual([4, 3]);
		expect(await kept(v, "ann")).toEqual([3, 2]);
		expect(await pruned(v)).toEqual([["holdfast", { versions: 3, settings: 2 }]]);
		expect(await prune(v.vault.storage, Date.now())).toBe(0);
		expect(await pruned(v)).toHaveLength(1);
	});

	test("keeps a version for so many days after the next one was saved, and the current one for ever", async () => {
		await using v = await testVault();
		await saved(v, "one", "two", "three");
		const { $client } = v.vault.database;
		const ages = [20, 9, 1];
		for (const [i, days] of ages.entries())
			$client.prepare("UPDATE version SET at = ? WHERE version = ?").run(100 * DAY - days * DAY, i + 1);
		await system.configure(v.vault, admin, { historyDays: 9 });
		expect(await prune(v.vault.storage, 100 * DAY)).toBe(0);
		expect(await prune(v.vault.storage, 100 * DAY + 1)).toBe(1);
		expect(await kept(v)).toEqual([3, 2]);
		expect(await prune(v.vault.storage, 10_000 * DAY)).toBe(1);
		expect(await kept(v)).toEqual([3]);
		expect((await settings.reveal(v.vault, admin, KEY)).value).toBe("three");
	});

	test("leaves a removal a removal, and the value before it until its time", async () => {
		await using v = await testVault();
		await saved(v, "one");
		await settings.remove(v.vault, admin, KEY);
		await system.configure(v.vault, admin, { historyVersions: 2 });
		expect(await prune(v.vault.storage, EVER)).toBe(0);
		await system.configure(v.vault, admin, { historyVersions: 1 });
		expect(await prune(v.vault.storage, EVER)).toBe(1);
		const history = await settings.history(v.vault, admin, KEY);
		expect(history).toMatchObject([
			{ change: "removed", removed: true, shown: null },
			{ change: "created", removed: false, shown: null, by: admin.label },
		]);
		const restored = settings.restore(v.vault, admin, { ...KEY, version: 1 });
		await expect(restored).rejects.toMatchObject({ code: "VERSION_NOT_FOUND" });
	});

	test("takes as many commits as it needs", async () => {
		await using v = await testVault({ serves: false });
		const names = Array.from({ length: 400 }, (_, i) => `KEY_${i}`);
		for (let round = 0; round < 4; round++) await v.save(Object.fromEntries(names.map((name) => [name, `v${round}`])));
		await system.configure(v.vault, admin, { historyVersions: 1 });
		const live = new AbortController();
		live.abort();
		expect(await prune(v.vault.storage, Date.now(), live.signal)).toBe(0);
		expect(await prune(v.vault.storage, Date.now())).toBe(1_200);
		expect((await pruned(v)).map(([, details]) => details)).toEqual([
			{ versions: 200, settings: 67 },
			{ versions: 1_000, settings: 334 },
		]);
	});

	test("leaves no bytes of a value in the database's files", async () => {
		await using v = await testVault();
		await saved(v, ...Array.from({ length: 30 }, (_, i) => `value ${i} `.padEnd(50 + ((i * 331) % 3_000), "x")));
		const rows = await v.vault.storage.history("default", "shared", "KEY");
		const [current, ...gone] = rows.flatMap(({ sealed }) => (sealed ? [Buffer.from(sealed)] : []));
		await system.configure(v.vault, admin, { historyVersions: 1 });
		await prune(v.vault.storage, Date.now());
		const data = join(v.folder, ".holdfast");
		const files = readdirSync(data).filter((name) => name.startsWith("holdfast.db"));
		const bytes = Buffer.concat(files.map((name) => readFileSync(join(data, name))));
		expect(gone).toHaveLength(29);
		// What is long does not lie there in one piece.
		const isThere = (part: Buffer) => bytes.includes(part.subarray(0, 60)) || bytes.includes(part.subarray(-16));
		expect(gone.filter(isThere)).toEqual([]);
		expect(current && isThere(current)).toBe(true);
	});

	test("is done by a process that serves, at its start, and not by a command", async () => {
		using folder = testFolder();
		const open = (serves: boolean) => openVault(optionsIn(folder.path, { serves }));
		{
			await using vault = await open(false);
			for (const value of ["one", "two"])
				await settings.save(vault, admin, { ...shared, writes: [{ name: "KEY", value }] });
			await system.configure(vault, admin, { historyVersions: 1 });
		}
		const isKept = async (serves: boolean) => {
			await using vault = await open(serves);
			return (await vault.storage.history("default", "shared", "KEY"))[1]?.sealed !== null;
		};
		expect(await isKept(false)).toBe(true);
		// What a server has begun at its start is done before it is closed.
		await isKept(true);
		expect(await isKept(false)).toBe(false);
	});
});

describe("a version whose value is no longer kept", () => {
	async function withOld(): Promise<TestVault> {
		const v = await testVault({ serves: false });
		await saved(v, "one", "two", "one");
		await system.configure(v.vault, admin, { historyVersions: 1 });
		await prune(v.vault.storage, Date.now());
		return v;
	}

	test("is in the history as what it was, without what it said", async () => {
		await using v = await withOld();
		const history = await settings.history(v.vault, admin, KEY);
		expect(history.map(({ version, change, shown }) => [version, change, shown])).toEqual([
			[3, "changed", "••••"],
			[2, "changed", null],
			[1, "created", null],
		]);
	});

	test("still tells a line that says it from an edit, and is shown in no diff", async () => {
		await using v = await withOld();
		writeFileSync(join(v.folder, ".env"), v.envFile().replace("one", "two"));
		await mirrors.sync(v.vault, admin, { environment: "default" });
		expect(await kept(v), "an older line is not taken in").toEqual([3]);
		const { lines } = await mirrors.diff(v.vault, admin, { environment: "default" });
		expect(lines).toMatchObject([{ name: "KEY", state: "edited" }]);
	});

	test("is no removal to whoever judges whether a file was set back", async () => {
		await using v = await testVault({ serves: false });
		await v.save({ KEY: "one" });
		await v.save({ LATER: "a" });
		await v.save({ KEY: "two" });
		await system.configure(v.vault, admin, { historyVersions: 1 });
		await prune(v.vault.storage, Date.now());
		writeFileSync(join(v.folder, ".env"), v.envFile().replace(/^LATER=.*\n/m, ""));
		await mirrors.sync(v.vault, admin, { environment: "default" });
		expect((await settings.reveal(v.vault, admin, { ...shared, name: "LATER" })).value).toBe("a");
	});
});
