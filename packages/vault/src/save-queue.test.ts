import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { admin, person, type TestVault, testVault } from "../test/harness.ts";
import { openVault, settings } from "./index.ts";
import { readSavedValues } from "./snapshot.ts";

const shared = { environment: "default", owner: "shared" } as const;

/** How many commits with writes and how many looks at the file there were meanwhile. */
async function counted(v: TestVault, act: () => Promise<unknown>): Promise<{ commits: number; syncs: number }> {
	const counts = { commits: 0, syncs: 0 };
	const { storage, mirrors } = v.vault;
	const [commit, sync] = [storage.commit.bind(storage), mirrors.sync.bind(mirrors)];
	storage.commit = (...changes) => {
		if (changes.some(({ writes = [] }) => writes.length > 0)) counts.commits += 1;
		return commit(...changes);
	};
	mirrors.sync = (id) => {
		counts.syncs += 1;
		return sync(id);
	};
	await act();
	storage.commit = commit;
	mirrors.sync = sync;
	return counts;
}

const NAMES = Array.from({ length: 64 }, (_, i) => `KEY_${i}`);

test("saves that wait together share a commit and a write of the file, and each has a revision of its own", async () => {
	await using v = await testVault({ serves: false });
	const before = await v.vault.storage.revision();
	const results: Awaited<ReturnType<typeof v.save>>[] = [];
	const counts = await counted(v, async () => {
		results.push(...(await Promise.all(NAMES.map((name) => v.save({ [name]: `value of ${name}` })))));
	});
	expect(counts.commits).toBeLessThanOrEqual(3);
	expect(counts.syncs).toBe(counts.commits);
	expect(results.map(({ revision }) => revision)).toEqual(NAMES.map((_, i) => before + 1 + i));
	for (const [i, { settings: views, mirrors }] of results.entries()) {
		expect(views).toMatchObject([{ name: NAMES[i], version: 1, savedBy: "tester on here" }]);
		expect(mirrors).toMatchObject([{ status: "mirrored" }]);
	}
	const wanted = Object.fromEntries(NAMES.map((name) => [name, `value of ${name}`]));
	expect(parseEnv(v.envFile())).toEqual(wanted);
	const { options } = v.vault;
	const { own, revision } = readSavedValues(options.dataDir, options.rootKey, "default");
	expect(Object.fromEntries([...own].map(([name, { value }]) => [name, value]))).toEqual(wanted);
	expect(revision).toBe(before + 64);
	const log = await v.vault.storage.audit(Number.MAX_SAFE_INTEGER, 64);
	expect(log.map((row) => row.revision).reverse()).toEqual(results.map((result) => result.revision));
});

test("of saves that wait together, one that is refused is refused alone", async () => {
	await using v = await testVault();
	await v.save({ KEY: "one" });
	const write = (value: string, expectedVersion?: number) =>
		settings.save(v.vault, admin, { ...shared, writes: [{ name: "KEY", value, expectedVersion }] });
	const results = await Promise.allSettled([
		write("two", 1),
		write("three", 1),
		v.save({ OTHER: "other" }),
		settings.remove(v.vault, admin, { ...shared, name: "NOT_THERE" }),
		write("four", 2),
		settings.remove(v.vault, admin, { ...shared, name: "OTHER" }),
		v.save({ OTHER: "again" }),
	]);
	expect(results.map((each) => (each.status === "rejected" ? each.reason.code : "saved"))).toEqual([
		"saved",
		"VERSION_CONFLICT",
		"saved",
		"SETTING_NOT_FOUND",
		"saved",
		"saved",
		"saved",
	]);
	expect(parseEnv(v.envFile())).toEqual({ KEY: "four", OTHER: "again" });
	const versions = await settings.history(v.vault, admin, { ...shared, name: "OTHER" });
	expect(versions.map(({ version, change }) => [version, change])).toEqual([
		[3, "created"],
		[2, "removed"],
		[1, "created"],
	]);
});

test("saves of several processes, environments and people at once lose nothing", async () => {
	await using v = await testVault({ serves: false });
	await using other = await openVault({ ...v.vault.options, serves: false });
	const saves = NAMES.flatMap((name, i) => [
		v.save({ [name]: `${i}` }),
		settings.save(other, admin, { ...shared, writes: [{ name: `OTHER_${i}`, value: `${i}` }] }),
		settings.save(other, person(`user-${i % 3}`), {
			environment: "default",
			owner: "personal",
			writes: [{ name, value: `own ${i}` }],
		}),
	]);
	const revisions = (await Promise.all(saves)).map(({ revision }) => revision);
	expect(new Set(revisions).size).toBe(saves.length);
	for (const vault of [v.vault, other]) {
		await vault.live.refresh();
		expect(vault.live.find("default")?.values.size).toBe(128);
		expect(vault.live.find("default")?.torn).toBe(false);
	}
	expect(Object.keys(parseEnv(v.envFile()))).toHaveLength(128);
});
