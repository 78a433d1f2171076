/** The vault on PostgreSQL, from the first start to a restore. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { newRootKey, rootKeyText } from "@holdfast/crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
	backups,
	environments,
	keys,
	openVault,
	people,
	restore,
	settings,
	system,
	tokens,
	type Vault,
} from "../../src/index.ts";
import { admin, optionsIn, person, postgresVault, testFolder } from "../harness.ts";
import { type TestServer, testPostgres } from "../postgres.ts";

const shared = { environment: "default", owner: "shared" } as const;

let server: TestServer;
beforeAll(async () => {
	server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

const reveal = async (vault: Vault, name: string, environment = "default") =>
	(await settings.reveal(vault, admin, { environment, owner: "shared", name })).value;

test("what is saved is there after a restart, in the file and in the history, and in no table in the clear", async () => {
	const url = await server.database();
	await using v = await postgresVault(url);
	const canary = "canary-in-no-table-0123456789";
	await environments.create(v.vault, admin, { name: "production" });
	await v.save({ GOOGLE_API_KEY: "one", OTHER: canary });
	await v.save({ GOOGLE_API_KEY: "two" });
	await v.save({ GOOGLE_API_KEY: "live" }, "production");
	const { settings: views } = await settings.list(v.vault, admin, { environment: "default" });
	expect(views.map(({ name, version }) => [name, version])).toContainEqual(["GOOGLE_API_KEY", 2]);
	expect(v.envFile()).toContain("GOOGLE_API_KEY='two'");
	await settings.remove(v.vault, admin, { ...shared, name: "OTHER" });
	await settings.restore(v.vault, admin, { ...shared, name: "GOOGLE_API_KEY", version: 1 });
	{
		await using again = await openVault({ ...v.vault.options, serves: false });
		expect(again.storage.instance).toEqual(v.vault.storage.instance);
		expect([await reveal(again, "GOOGLE_API_KEY"), await reveal(again, "GOOGLE_API_KEY", "production")]).toEqual([
			"one",
			"live",
		]);
		await expect(reveal(again, "OTHER")).rejects.toMatchObject({ code: "SETTING_NOT_FOUND" });
	}
	const history = await settings.history(v.vault, admin, { ...shared, name: "GOOGLE_API_KEY" });
	expect(history.map(({ version, restoredFrom }) => [version, restoredFrom])).toEqual([
		[3, 1],
		[2, null],
		[1, null],
	]);
	for (const table of ["version", "environment", "audit", "data_key"]) {
		const { rows } = await server.query(url, `select encode(t::text::bytea, 'escape') as text from ${table} t`);
		expect(JSON.stringify(rows)).not.toContain(canary);
	}
});

test("two first starts at once on two machines make one instance, and the one without the key is refused", async () => {
	const databaseUrl = await server.database();
	using here = testFolder();
	using there = testFolder();
	const root = newRootKey();
	const rootKey = { text: rootKeyText(root), file: "unused" };
	const started = [here, there].map(({ path }) => openVault(optionsIn(path, { databaseUrl, rootKey, serves: false })));
	const vaults = await Promise.all(started);
	expect(vaults[0]?.storage.instance).toEqual(vaults[1]?.storage.instance);
	for (const vault of vaults) await vault[Symbol.asyncDispose]();
	using third = testFolder();
	await expect(openVault(optionsIn(third.path, { databaseUrl }))).rejects.toMatchObject({ code: "ROOT_KEY_MISSING" });
});

test("a save on one machine is read on another at once, and is brought into its own file", async () => {
	const databaseUrl = await server.database();
	const rootKey = { text: rootKeyText(newRootKey()), file: "unused" };
	await using here = await postgresVault(databaseUrl, { rootKey });
	await using there = await postgresVault(databaseUrl, { rootKey });
	for (let i = 0; i < 10; i++) {
		await here.save({ SHARED_KEY: `value ${i}` });
		expect(await reveal(there.vault, "SHARED_KEY")).toBe(`value ${i}`);
	}
	await vi.waitFor(() => expect(there.envFile()).toContain("value 9"), { timeout: 20_000 });
});

test("both kinds of keys are rotated, and everything opens afterwards", async () => {
	await using v = await postgresVault(await server.database());
	await v.save({ A: "one", B: "two" });
	await v.save({ A: "three" });
	const own = { environment: "default", owner: "personal" } as const;
	await settings.save(v.vault, person("ann"), { ...own, writes: [{ name: "A", value: "ann's" }] });
	const before = v.vault.keys.roots.current;
	expect(await keys.rotate(v.vault, admin, { what: "root" })).toMatchObject({ kind: "root", stage: "done" });
	expect(v.vault.keys.roots.current.id).not.toBe(before.id);
	const { dataKeys } = await system.status(v.vault, admin);
	expect(await keys.rotate(v.vault, admin, { what: "data" })).toMatchObject({ kind: "data", stage: "done" });
	expect((await system.status(v.vault, admin)).dataKeys).toBe(dataKeys);
	expect(await system.doctor(v.vault, admin)).toMatchObject({ values: 4, damaged: 0 });
	await using again = await openVault({ ...v.vault.options, serves: false });
	expect(await reveal(again, "A")).toBe("three");
	expect(await settings.reveal(again, person("ann"), { ...own, name: "A" })).toMatchObject({ value: "ann's" });
});

test("someone who is removed takes along sessions, account, data key and personal values", async () => {
	const url = await server.database();
	await using v = await postgresVault(url);
	for (const [id, role] of [["olga", "owner"] as const, ["ann", "editor"] as const])
		await server.query(
			url,
			`insert into "user" values ('${id}', '${id}', '${id}@people.example', 0, null, 1, 1, '${role}', 0, null, null, 0);
			insert into account (id, account_id, provider_id, user_id, created_at, updated_at) values ('${id}', '${id}', 'credential', '${id}', 1, 1);
			insert into session (id, expires_at, token, created_at, updated_at, user_id) values ('${id}', 9e12, 'of ${id}', 1, 1, '${id}')`,
		);
	const own = { environment: "default", owner: "personal" } as const;
	await settings.save(v.vault, person("ann"), { ...own, writes: [{ name: "MINE", value: "ann's" }] });
	const narrowed = { default: "none" as const };
	expect(await people.update(v.vault, admin, { id: "ann", role: "admin", narrowed })).toMatchObject({
		role: "admin",
		narrowed,
	});
	const asBefore = tokens.create(v.vault, person("ann", "admin"), { label: "late", permissions: ["settings.see"] });
	await expect(asBefore).rejects.toMatchObject({ code: "NOT_ALLOWED" });
	expect(await v.vault.storage.tokens()).toEqual([]);
	const demoted = people.update(v.vault, admin, { id: "olga", role: "editor" });
	await expect(demoted).rejects.toMatchObject({ code: "LAST_OWNER" });
	await people.remove(v.vault, admin, { id: "ann" });
	expect((await people.list(v.vault, admin)).map(({ id }) => id)).toEqual(["olga"]);
	const counts = `select (select count(*) from session) + (select count(*) from account)
		+ (select count(*) from version where owner = 'ann') + (select count(*) from data_key where owner = 'user:ann') as n`;
	expect((await server.query(url, counts)).rows).toEqual([{ n: "2" }]);
	const again = settings.save(v.vault, person("ann"), { ...own, writes: [{ name: "MINE", value: "back" }] });
	await expect(again).rejects.toMatchObject({ code: "SIGNED_OUT" });
	await expect(people.remove(v.vault, admin, { id: "olga" })).rejects.toMatchObject({ code: "LAST_OWNER" });
});

test("a backup is made of it, proven, and brought back into a file, with every value", async () => {
	await using v = await postgresVault(await server.database());
	await v.save({ A: "one", B: "two" });
	await v.save({ A: "three" });
	const made = await backups.create(v.vault, admin);
	const { drill } = await backups.drill(v.vault, admin, {});
	expect(drill).toMatchObject({ problem: null, values: 3, damaged: 0 });
	using folder = testFolder();
	const { dataDir, rootKey } = optionsIn(folder.path, {
		rootKey: { text: readFileSync(v.vault.options.rootKey.file, "utf8"), file: "unused" },
	});
	const file = join(v.vault.options.backupDir, made.file);
	const askKit = () => Promise.reject(new Error("asked"));
	expect(await restore({ file, dataDir, rootKey, caller: admin, askKit })).toMatchObject({ settings: 2, damaged: [] });
	await using restored = await openVault(optionsIn(folder.path, { rootKey, warn: () => undefined }));
	expect([await reveal(restored, "A"), await reveal(restored, "B")]).toEqual(["three", "two"]);
});
