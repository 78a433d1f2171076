import { describe, expect, test } from "vitest";
import { admin, behindItsBack, person, type TestVault, testVault } from "../test/harness.ts";
import { audit, environments, settings } from "./index.ts";

const shared = { environment: "default", owner: "shared" } as const;
const KEY = { ...shared, name: "KEY" };
const ed = person("ed");

function saveAs({ vault }: TestVault, value: string, secret: boolean) {
	return settings.save(vault, admin, { ...shared, writes: [{ name: "KEY", value, secret }] });
}

async function secretAndShown({ vault }: TestVault): Promise<[boolean, string | null][]> {
	return (await settings.history(vault, ed, KEY)).map(({ secret, shown }) => [secret, shown]);
}

describe("restoring a version", () => {
	test("saves its value again as a new version, live, mirrored and recorded, and says from which", async () => {
		await using v = await testVault();
		await v.save({ KEY: "the first value" });
		await v.save({ KEY: "the second value" });
		const { settings: views, mirrors, revision } = await settings.restore(v.vault, ed, { ...KEY, version: 1 });
		expect(views).toMatchObject([{ name: "KEY", version: 3, effective: { shown: "••••alue", version: 3 } }]);
		expect(mirrors).toMatchObject([{ status: "mirrored", target: ".env" }]);
		expect(v.envFile()).toContain("the first value");
		expect((await settings.reveal(v.vault, admin, KEY)).value).toBe("the first value");
		const [newest] = await settings.history(v.vault, admin, KEY);
		expect(newest).toMatchObject({ version: 3, restoredFrom: 1, change: "changed", message: null });
		const { entries } = await audit.list(v.vault, admin, { limit: 5 });
		const details = { owner: "shared", version: 3, restoredFrom: 1 };
		expect(entries.find(({ action }) => action === "settings.restore")).toMatchObject({
			actor: "user:ed",
			target: "KEY",
			outcome: "done",
			revision,
			details,
		});
	});

	test("brings back a setting that was removed, also with its environment", async () => {
		await using v = await testVault();
		const at = { ...KEY, environment: "staging" };
		await environments.create(v.vault, admin, { name: "staging" });
		await v.save({ KEY: "one" }, "staging");
		await settings.remove(v.vault, admin, at);
		await settings.restore(v.vault, ed, { ...at, version: 1, expectedVersion: 0, message: "it was needed" });
		expect((await settings.history(v.vault, admin, at))[0]).toMatchObject({
			change: "created",
			message: "it was needed",
		});
		await environments.remove(v.vault, admin, { name: "staging" });
		await environments.create(v.vault, admin, { name: "staging" });
		await settings.restore(v.vault, ed, { ...at, version: 3 });
		expect((await settings.reveal(v.vault, admin, at)).value).toBe("one");
	});

	test("is refused for a removal, a version or a name that is not there, and a value that does not open", async () => {
		await using v = await testVault();
		await v.save({ KEY: "one" });
		await settings.remove(v.vault, admin, KEY);
		const restore = (more: object) => settings.restore(v.vault, ed, { ...KEY, version: 1, ...more });
		const notThere = { code: "VERSION_NOT_FOUND" };
		await expect(restore({ version: 2 })).rejects.toMatchObject({ ...notThere, fields: { name: "KEY", detail: "2" } });
		await expect(restore({ version: 3 })).rejects.toMatchObject(notThere);
		await expect(restore({ name: "NO_SUCH" })).rejects.toMatchObject(notThere);
		await expect(restore({ owner: "personal" })).rejects.toMatchObject(notThere);
		await expect(restore({ environment: "none" })).rejects.toMatchObject({ code: "ENVIRONMENT_NOT_FOUND" });
		await expect(restore({ expectedVersion: 1 })).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
		const viewer = settings.restore(v.vault, person("vic", "viewer"), { ...KEY, version: 1 });
		await expect(viewer).rejects.toMatchObject({ code: "NOT_ALLOWED" });
		await behindItsBack(v.vault, "UPDATE version SET sealed = substr(sealed, 1, 40) WHERE version = 1");
		await expect(restore({})).rejects.toMatchObject({ code: "VALUE_DAMAGED" });
		expect(await v.vault.storage.history("default", "shared", "KEY")).toHaveLength(2);
	});

	test("is refused when someone saved the setting since the caller looked", async () => {
		await using v = await testVault();
		await v.save({ KEY: "one" });
		await v.save({ KEY: "two" });
		const restored = settings.restore(v.vault, ed, { ...KEY, version: 1, expectedVersion: 1 });
		await expect(restored).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
	});

	test.for([
		[true, false],
		[false, true],
		[true, true],
		[false, false],
	] as const)("makes a secret of what was one, or replaces one: then %s, now %s", async ([then, now]) => {
		await using v = await testVault();
		await saveAs(v, "the first value", then);
		await saveAs(v, "the second value", now);
		const { settings: views } = await settings.restore(v.vault, ed, { ...KEY, version: 1 });
		const isSecret = then || now;
		expect(views[0]).toMatchObject({
			secret: isSecret,
			effective: { shown: isSecret ? "••••alue" : "the first value" },
		});
	});

	test("uncovers no plain version whose value was made a secret later", async () => {
		await using v = await testVault();
		await saveAs(v, "late secret", false);
		await saveAs(v, "late secret", true);
		await saveAs(v, "something else", false);
		await settings.restore(v.vault, ed, { ...KEY, version: 1 });
		expect((await secretAndShown(v))[0]).toEqual([true, "••••"]);
	});

	test("tells no guess that was saved plain from the secret before it", async () => {
		await using v = await testVault();
		await saveAs(v, "the secret", true);
		await saveAs(v, "a guess", false);
		await saveAs(v, "the secret", false);
		for (const version of [2, 3]) await settings.restore(v.vault, ed, { ...KEY, version });
		expect((await secretAndShown(v)).slice(0, 2)).toEqual([
			[true, "••••"],
			[true, "••••"],
		]);
	});

	test("tells no guess that was saved plain from a secret that is brought back after it, however often", async () => {
		await using v = await testVault();
		await saveAs(v, "the secret", true);
		const seen: unknown[] = [];
		for (const guess of ["the secret", "a wrong one"]) {
			const { version = 0 } = (await settings.history(v.vault, ed, KEY))[0] ?? {};
			await saveAs(v, guess, false);
			await settings.restore(v.vault, ed, { ...KEY, version });
			await settings.restore(v.vault, ed, { ...KEY, version: version + 2 });
			await saveAs(v, "plain", false);
			await settings.restore(v.vault, ed, { ...KEY, version: version + 1 });
			const [restored, , again, first, guessed] = await settings.history(v.vault, ed, KEY);
			seen.push([restored?.secret, again?.change, first?.change, guessed?.shown === guess]);
			await saveAs(v, "plain", false);
			await settings.restore(v.vault, ed, { ...KEY, version: version + 2 });
		}
		expect(seen[0]).toEqual(seen[1]);
	});

	test("is of one's own versions for a personal setting, and tells nobody else's log what it was", async () => {
		await using v = await testVault();
		const own = { ...KEY, owner: "personal" } as const;
		for (const value of ["mine", "mine too"]) {
			const writes = [{ name: "KEY", value }];
			await settings.save(v.vault, ed, { ...shared, owner: "personal", writes, message: "why" });
		}
		await settings.restore(v.vault, ed, { ...own, version: 1 });
		expect((await settings.reveal(v.vault, ed, own)).value).toBe("mine");
		await expect(settings.restore(v.vault, person("eve"), { ...own, version: 1 })).rejects.toMatchObject({
			code: "VERSION_NOT_FOUND",
		});
		await expect(settings.restore(v.vault, admin, { ...own, version: 1 })).rejects.toMatchObject({
			code: "NOT_ALLOWED",
		});
		const rows = await v.vault.storage.audit(Number.MAX_SAFE_INTEGER, 10);
		const restored = rows.find(({ action, outcome }) => action === "settings.restore" && outcome === "done");
		expect(restored?.details).toEqual({ owner: "personal", version: 3, restoredFrom: 1 });
		expect(JSON.stringify(rows)).not.toMatch(/fingerprint|why/);
	});
});
