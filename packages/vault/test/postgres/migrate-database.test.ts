/** An instance moved from a file into PostgreSQL and back, with every row. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { environments, keys, openVault, settings, system, tokens, type Vault } from "../../src/index.ts";
import { type Move, migrateDatabase } from "../../src/migrate-database.ts";
import { DATABASE_FILE } from "../../src/snapshot.ts";
import { addPerson, admin, damaged, onSqlite, optionsIn, person, testFolder } from "../harness.ts";
import { type TestServer, testPostgres } from "../postgres.ts";

const shared = { environment: "default", owner: "shared" } as const;
const own = { environment: "default", owner: "personal" } as const;

let server: TestServer;
beforeAll(async () => {
	server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

/** A bit of everything: history, a removal, personal settings, a token, a rotation, a removed environment, many rows. */
async function fill(vault: Vault): Promise<void> {
	const save = (writes: Record<string, string>, environment = "default") =>
		settings.save(vault, admin, {
			...shared,
			environment,
			writes: Object.entries(writes).map(([name, value]) => ({ name, value })),
			message: "why \0 not",
		});
	await environments.create(vault, admin, { name: "production" });
	await environments.create(vault, admin, { name: "gone" });
	await save({ A: "one", B: "ünïcödé \u{1F511}\nlines" });
	await save({ A: "two" });
	await save({ A: "live" }, "production");
	await save(Object.fromEntries(Array.from({ length: 450 }, (_, i) => [`MANY_${i}`, `value ${i}`])));
	await settings.remove(vault, admin, { ...shared, name: "B" });
	await settings.save(vault, addPerson(onSqlite(vault), "ann"), { ...own, writes: [{ name: "A", value: "ann's" }] });
	await environments.remove(vault, admin, { name: "gone" });
	await tokens.create(vault, admin, { label: "ci", permissions: ["settings.see"] });
	await keys.rotate(vault, admin, { what: "data" });
}

/** All that a move has to keep, as people see it. */
async function seen(vault: Vault) {
	const reveal = async (environment: string) =>
		(await settings.reveal(vault, admin, { environment, owner: "shared", name: "A" })).value;
	return {
		instance: vault.storage.instance,
		values: [await reveal("default"), await reveal("production")],
		mine: (await settings.reveal(vault, person("ann"), { ...own, name: "A" })).value,
		history: (await settings.history(vault, admin, { ...shared, name: "B" })).map(({ removed }) => removed),
		tokens: (await tokens.list(vault, admin)).map(({ label }) => label),
		people: (await vault.storage.people()).map(({ id }) => id),
		rotation: (await vault.storage.state()).rotation,
		environments: (await vault.storage.environments()).sort((a, b) => a.id.localeCompare(b.id)),
	};
}

const digestOf = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

test("everything goes into PostgreSQL and comes back, and neither source is changed", async () => {
	using folder = testFolder();
	const options = optionsIn(folder.path, { serves: false });
	const { dataDir } = options;
	const before = await (async () => {
		await using vault = await openVault(options);
		await fill(vault);
		return await seen(vault);
	})();
	const file = join(dataDir, DATABASE_FILE);
	const bytes = digestOf(file);
	const url = await server.database();
	const to: Move = { dataDir, databaseUrl: url, way: "to" };
	const moved = await migrateDatabase(to);
	expect(moved.rows).toBeGreaterThan(500);
	expect(digestOf(file)).toBe(bytes);
	expect(readdirSync(dataDir)).not.toContain("moving");
	await expect(migrateDatabase(to)).rejects.toMatchObject({ code: "DATABASE_NOT_EMPTY" });

	using elsewhere = testFolder();
	const there = optionsIn(elsewhere.path, { serves: false });
	await expect(migrateDatabase({ ...to, way: "from" })).rejects.toMatchObject({ code: "RESTORE_OVERWRITES" });
	expect(digestOf(file)).toBe(bytes);
	const back = await migrateDatabase({ dataDir: there.dataDir, databaseUrl: url, way: "from" });
	// What is said of the files of a machine has its name in PostgreSQL.
	expect(back).toEqual({ ...moved, digest: expect.not.stringMatching(moved.digest) });
	writeFileSync(there.rootKey.file, readFileSync(options.rootKey.file), { mode: 0o600 });
	await using again = await openVault(there);
	expect(await seen(again)).toEqual(before);

	await using onPostgres = await openVault({ ...options, databaseUrl: url });
	expect(await seen(onPostgres)).toEqual(before);
	const writes = [{ name: "A", value: "three" }];
	expect(await settings.save(onPostgres, admin, { ...shared, writes })).toMatchObject({ revision: moved.revision + 1 });
	expect(await system.doctor(onPostgres, admin)).toMatchObject({ damaged: 0 });
});

test("what is damaged is moved as it is, and named afterwards as before", async () => {
	using folder = testFolder();
	const options = optionsIn(folder.path, { serves: false, warn: () => undefined });
	{
		await using vault = onSqlite(await openVault(options));
		await settings.save(vault, admin, { ...shared, writes: ["A", "B"].map((name) => ({ name, value: name })) });
		vault.database.$client.exec(`UPDATE version SET sealed = ${damaged("sealed")} WHERE name = 'B'`);
	}
	const url = await server.database();
	await migrateDatabase({ dataDir: options.dataDir, databaseUrl: url, way: "to" });
	await using vault = await openVault({ ...options, databaseUrl: url });
	expect(await system.doctor(vault, admin)).toMatchObject({ values: 1, damaged: 1 });
});

test("while a server uses it, and where there is nothing, nothing is moved", async () => {
	using folder = testFolder();
	const options = optionsIn(folder.path);
	const { dataDir } = options;
	const databaseUrl = await server.database();
	await expect(migrateDatabase({ dataDir, databaseUrl, way: "to" })).rejects.toMatchObject({ code: "NO_VAULT" });
	await expect(migrateDatabase({ dataDir, databaseUrl, way: "from" })).rejects.toMatchObject({ code: "NO_VAULT" });
	expect(existsSync(join(dataDir, DATABASE_FILE))).toBe(false);
	{
		await using _ = await openVault(options);
		await expect(migrateDatabase({ dataDir, databaseUrl, way: "to" })).rejects.toMatchObject({
			code: "DATABASE_IN_USE",
		});
		expect((await server.query(databaseUrl, "select * from instance")).rows).toEqual([]);
	}
	await migrateDatabase({ dataDir, databaseUrl, way: "to" });
	await using vault = await openVault({ ...options, databaseUrl });
	using other = testFolder();
	const from: Move = { dataDir: join(other.path, ".holdfast"), databaseUrl, way: "from" };
	await expect(migrateDatabase(from)).rejects.toMatchObject({ code: "DATABASE_IN_USE" });
	expect(existsSync(join(from.dataDir, DATABASE_FILE))).toBe(false);
	expect(await vault.storage.lastFolder()).toBe("..");
});

test("a row that someone adds on the way is noticed, and then nothing is kept of the copy", async () => {
	using folder = testFolder();
	const options = optionsIn(folder.path, { serves: false });
	{
		await using vault = await openVault(options);
		await settings.save(vault, admin, { ...shared, writes: [{ name: "A", value: "one" }] });
	}
	const { dataDir } = options;
	const databaseUrl = await server.database();
	const empty = { dataDir: join(folder.path, "other"), databaseUrl, way: "from" } as const;
	await expect(migrateDatabase(empty)).rejects.toMatchObject({ code: "NO_VAULT" });
	await server.query(
		databaseUrl,
		`create function meddle() returns trigger language plpgsql as $$ begin new.actor := 'someone else'; return new; end $$;
		create trigger meddle before insert on audit for each row execute function meddle()`,
	);
	await expect(migrateDatabase({ dataDir, databaseUrl, way: "to" })).rejects.toMatchObject({ code: "COPY_DIFFERS" });
	expect(
		(await server.query(databaseUrl, "select (select count(*) from version) + (select count(*) from audit) as n")).rows,
	).toEqual([{ n: "0" }]);
});
