import {
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { newRootKey, recoveryKit, rootKeyText } from "@holdfast/crypto";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import {
	addPerson,
	admin,
	onSqlite,
	optionsIn,
	person,
	type TestVault,
	testFolder,
	testVault,
} from "../test/harness.ts";
import { backupPath } from "./backup-view.ts";
import { backups, environments, keys, mirrors, openVault, settings, tokens } from "./index.ts";
import { type RestoreOptions, restore } from "./restore.ts";
import { DATABASE_FILE } from "./snapshot.ts";

const shared = { environment: "default", owner: "shared" } as const;

/** A vault with shared, personal, earlier and removed values, two environments, a token and a session; and its backup. */
async function backedUp(): Promise<TestVault & { file: string; kit: string }> {
	const v = await testVault();
	await environments.create(v.vault, admin, { name: "production" });
	await v.save({ A: "one", B: "kept" });
	await v.save({ A: "two" });
	await v.save({ A: "live" }, "production");
	await settings.remove(v.vault, admin, { ...shared, name: "B" });
	const writes = [{ name: "A", value: "mine" }];
	await settings.save(v.vault, addPerson(v.vault, "u1"), { environment: "default", owner: "personal", writes });
	await tokens.create(v.vault, admin, { label: "ci", permissions: ["settings.see"] });
	const now = Date.now();
	v.vault.database.$client.exec(`
		INSERT INTO session VALUES ('s1', ${now + 1e9}, 'token', ${now}, ${now}, NULL, NULL, 'u1', ${now})`);
	const file = backupPath(v.vault, await backups.create(v.vault, admin));
	return { ...v, file, kit: recoveryKit(v.vault.keys.roots.current) };
}

/** Restore options for a folder, with the key in a file of it. */
function optionsFor(file: string, folder: string, more: Partial<RestoreOptions> = {}): RestoreOptions {
	const { dataDir, rootKey } = optionsIn(folder);
	const askKit = () => Promise.reject(new Error("the kit was asked for"));
	return { file, dataDir, rootKey, caller: admin, askKit, ...more };
}

function withKey(folder: string, key: Uint8Array | string): void {
	mkdirSync(join(folder, ".holdfast"), { recursive: true });
	writeFileSync(join(folder, ".holdfast/root.key"), key, { mode: 0o600 });
}

test("a backup restores everything, ends sessions, and leaves files that differ to wait", async () => {
	await using v = await backedUp();
	const before = await v.vault.storage.revision();
	await v.save({ A: "after the backup" });
	using folder = testFolder();
	withKey(folder.path, readFileSync(v.vault.options.rootKey.file));
	const restored = await restore(optionsFor(v.file, folder.path));
	expect(restored).toMatchObject({ revision: before, settings: 3, values: 5, damaged: [], keyFile: null });
	expect(restored.keyElsewhere).toBe(false);
	expect(readdirSync(join(folder.path, ".holdfast")).sort()).toEqual([DATABASE_FILE, "root.key", "start.lock"]);
	expect(statSync(join(folder.path, ".holdfast", DATABASE_FILE)).mode & 0o777).toBe(0o600);

	cpSync(join(v.folder, ".env"), join(folder.path, ".env"));
	await using vault = await openVault(optionsIn(folder.path, { warn: () => undefined }));
	const reveal = async (environment: string) =>
		(await settings.reveal(vault, admin, { environment, owner: "shared", name: "A" })).value;
	expect([await reveal("default"), await reveal("production")]).toEqual(["two", "live"]);
	const mine = await settings.reveal(vault, person("u1"), { environment: "default", owner: "personal", name: "A" });
	expect(mine.value).toBe("mine");
	expect(await settings.history(vault, admin, { ...shared, name: "B" })).toMatchObject([
		{ removed: true },
		{ removed: false },
	]);
	expect(await tokens.list(vault, admin)).toMatchObject([{ label: "ci" }]);
	const rows = (table: string) =>
		onSqlite(vault).database.$client.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
	expect([rows("user"), rows("session")]).toEqual([1, 0]);
	const [entry] = (await vault.storage.audit(Number.MAX_SAFE_INTEGER, 20)).filter(
		({ action }) => action === "backups.restore",
	);
	expect(entry).toMatchObject({ revision: before + 1, outcome: "done", details: { revision: before, damaged: 0 } });
	// The line says what was saved after the backup: it is neither taken in nor overwritten.
	const { lines } = await mirrors.diff(vault, admin, { environment: "default" });
	expect(lines.find(({ name }) => name === "A")?.state).toBe("conflict");
	expect(readFileSync(join(folder.path, ".env"), "utf8")).toContain("after the backup");
});

test("without the key the kit is asked for, and the key file is made from it", async () => {
	await using v = await backedUp();
	using folder = testFolder();
	const asked: string[] = [];
	const askKit = async (fingerprint: string) => {
		asked.push(fingerprint);
		return v.kit.toLowerCase().replaceAll("-", " ");
	};
	const rootKey = { text: null, file: join(folder.path, "keys", "of", "root.key") };
	const options = optionsFor(v.file, folder.path, { askKit, rootKey });
	const restored = await restore(options);
	expect(asked).toEqual([v.vault.keys.roots.current.fingerprint]);
	expect(restored.keyFile).toBe(options.rootKey.file);
	expect(statSync(options.rootKey.file).mode & 0o777).toBe(0o600);
	await using vault = await openVault(optionsIn(folder.path, { rootKey }));
	expect(vault.live.find("default")?.values.get("A")?.value).toBe("two");
});

test("a key of the usual source that is another one stays as it is, and that is said", async () => {
	await using v = await backedUp();
	using folder = testFolder();
	const other = rootKeyText(newRootKey());
	withKey(folder.path, other);
	const restored = await restore(optionsFor(v.file, folder.path, { askKit: async () => v.kit }));
	expect(restored).toMatchObject({ keyFile: null, keyElsewhere: true });
	expect(readFileSync(join(folder.path, ".holdfast/root.key"), "utf8")).toBe(other);
});

test("FAULTS 37: a base URL that was saved after the backup, and is left in a file, is not trusted as written by hand", async () => {
	await using v = await testVault();
	const [key, url] = ["GOOGLE_API_KEY", "GOOGLE_BASE_URL"];
	await v.save({ [key]: "the key" });
	const file = backupPath(v.vault, await backups.create(v.vault, admin));
	const ed = person("ed");
	const thief = "https://thief.example";
	await settings.save(v.vault, ed, { ...shared, writes: [{ name: url, value: thief }] });
	using folder = testFolder();
	withKey(folder.path, readFileSync(v.vault.options.rootKey.file));
	cpSync(join(v.folder, ".env"), join(folder.path, ".env"));
	await restore(optionsFor(file, folder.path));
	await using vault = await openVault(optionsIn(folder.path, { warn: () => undefined }));
	const sent = async () => {
		const resolved = await settings.resolve(vault, ed, { environment: "default", names: [key, url] });
		expect(resolved.get(url)?.value.reveal()).toBe(thief);
		return settings.requireOwnUrl(vault, ed, { environment: "default", url, key, resolved });
	};
	await expect(sent()).rejects.toMatchObject({ code: "KEY_FOR_OTHER_URL" });
	await settings.restore(vault, ed, { ...shared, name: key, version: 1 });
	await expect(sent()).rejects.toMatchObject({ code: "KEY_FOR_OTHER_URL" });
	await settings.save(vault, admin, { ...shared, writes: [{ name: key, value: "the key" }] });
	await sent();
});

test("a backup of a rotation that waits for a person opens with the key that there is, and not only with one that nobody has", async () => {
	const rootKey = { text: rootKeyText(newRootKey()), file: "unused" };
	await using v = await testVault({ rootKey });
	await v.save({ A: "one" });
	expect(await keys.rotate(v.vault, admin, { what: "root" })).toMatchObject({ stage: "waiting" });
	const made = await backups.create(v.vault, admin);
	expect((await backups.drill(v.vault, admin, {})).drill).toMatchObject({ values: 1, damaged: 0, problem: null });
	using folder = testFolder();
	const restored = await restore(optionsFor(backupPath(v.vault, made), folder.path, { rootKey }));
	expect(restored).toMatchObject({ values: 1, damaged: [], keyElsewhere: false });
	await using vault = await openVault(optionsIn(folder.path, { rootKey }));
	expect(vault.live.find("default")?.values.get("A")?.value).toBe("one");
	expect(await keys.resume(vault, admin)).toMatchObject({ stage: "waiting" });
	const { kit } = await keys.kit(vault, admin);
	await using next = await openVault({ ...vault.options, rootKey: { text: kit, file: "unused" } });
	expect(await keys.resume(next, admin)).toMatchObject({ stage: "done" });
	expect((await backups.drill(v.vault, admin, {})).drill).toMatchObject({ damaged: 0, problem: null });
});

describe("what is refused leaves the folder as it was", () => {
	test.each([DATABASE_FILE, `${DATABASE_FILE}-wal`])("a database, or a part of one: %s", async (name) => {
		await using v = await backedUp();
		using folder = testFolder();
		mkdirSync(join(folder.path, ".holdfast"));
		writeFileSync(join(folder.path, ".holdfast", name), "someone's");
		const refused = restore(optionsFor(v.file, folder.path));
		await expect(refused).rejects.toMatchObject({ code: "RESTORE_OVERWRITES" });
		expect(readdirSync(join(folder.path, ".holdfast"))).toEqual([name]);
	});

	test("no kit, another kit, a mistyped kit", async () => {
		await using v = await backedUp();
		using folder = testFolder();
		const other = newRootKey();
		const tries = {
			"": "ROOT_KEY_MISSING",
			[recoveryKit(other)]: "ROOT_KEY_WRONG",
			[v.kit.slice(0, -3)]: "ROOT_KEY_MALFORMED",
		};
		for (const [kit, code] of Object.entries(tries)) {
			const refused = restore(optionsFor(v.file, folder.path, { askKit: async () => kit }));
			await expect(refused).rejects.toMatchObject({ code });
			expect(readdirSync(folder.path)).toEqual([]);
		}
		const { fingerprint } = v.vault.keys.roots.current;
		const refused = restore(optionsFor(v.file, folder.path, { askKit: async () => recoveryKit(other) }));
		const detail = `the backup is sealed under ${fingerprint}, the recovery kit is of ${other.fingerprint}`;
		await expect(refused).rejects.toMatchObject({ fields: { detail } });
	});

	test("a damaged file, none, and one that is a folder", async () => {
		await using v = await backedUp();
		using folder = testFolder();
		const askKit = async () => v.kit;
		const bytes = readFileSync(v.file);
		bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
		writeFileSync(v.file, bytes);
		const files = {
			[v.file]: "BACKUP_DAMAGED",
			[join(v.folder, "none")]: "BACKUP_NOT_FOUND",
			[v.folder]: "RESTORE_FAILED",
		};
		for (const [file, code] of Object.entries(files)) {
			await expect(restore(optionsFor(file, folder.path, { askKit }))).rejects.toMatchObject({ code });
			expect(readdirSync(folder.path)).toEqual([]);
		}
	});

	test("a key file that cannot be made", async () => {
		await using v = await backedUp();
		using folder = testFolder();
		symlinkSync("nowhere", join(folder.path, "link"));
		const rootKey = { text: null, file: join(folder.path, "link", "root.key") };
		const refused = restore(optionsFor(v.file, folder.path, { rootKey, askKit: async () => v.kit }));
		await expect(refused).rejects.toMatchObject({ code: "ROOT_KEY_UNWRITABLE" });
		expect(readdirSync(folder.path)).toEqual(["link"]);
	});
});

test("one damaged row is one damaged row, and all else is restored", async () => {
	await using v = await backedUp();
	v.vault.database.$client.exec(
		"UPDATE version SET sealed = zeroblob(90) WHERE name = 'A' AND version = 1 AND environment = 'default' AND owner = 'shared'",
	);
	const file = backupPath(v.vault, await backups.create(v.vault, admin));
	using folder = testFolder();
	const restored = await restore(optionsFor(file, folder.path, { askKit: async () => v.kit }));
	expect(restored).toMatchObject({ values: 4, damaged: ["A in default (shared), version 1"] });
	expect(existsSync(join(folder.path, ".holdfast", DATABASE_FILE))).toBe(true);
});

test("a key derived from a passphrase restores with the passphrase, whose salt is in the header", async () => {
	const passphrase = "correct horse battery staple";
	await using v = await testVault({ rootKey: { text: null, passphrase, file: "unused" } });
	await v.save({ A: "one" });
	const file = backupPath(v.vault, await backups.create(v.vault, admin));
	using folder = testFolder();
	const rootKey = { text: null, passphrase, file: join(folder.path, "unused") };
	await restore(optionsFor(file, folder.path, { rootKey }));
	await using vault = await openVault(optionsIn(folder.path, { rootKey }));
	expect(vault.live.find("default")?.values.get("A")?.value).toBe("one");
	expect(existsSync(rootKey.file)).toBe(false);
});

test("what a killed restore left behind is no database, and is removed by the next", async () => {
	await using v = await backedUp();
	using folder = testFolder();
	mkdirSync(join(folder.path, ".holdfast", "restoring"), { recursive: true });
	writeFileSync(join(folder.path, ".holdfast", "restoring", DATABASE_FILE), "half of one");
	await restore(optionsFor(v.file, folder.path, { askKit: async () => v.kit }));
	expect(existsSync(join(folder.path, ".holdfast", "restoring"))).toBe(false);
	const database = new Database(join(folder.path, ".holdfast", DATABASE_FILE), { readonly: true });
	expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
	database.close();
});
