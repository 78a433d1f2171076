import {
	chmodSync,
	copyFileSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { open as openFile } from "node:fs/promises";
import { join } from "node:path";
import { newRootKey, type RootKey, recoveryKit, rootKeyText } from "@holdfast/crypto";
import { describe, expect, test, vi } from "vitest";
import { addPerson, admin, optionsIn, person, type TestVault, testVault } from "../test/harness.ts";
import { backupPath } from "./backup-view.ts";
import { backups, openVault, people, restore, settings, system, type Vault } from "./index.ts";
import { advance, beginRoot } from "./rotation.ts";
import type { AuditRow } from "./storage/storage.ts";

async function lastEntry({ vault }: TestVault): Promise<AuditRow | undefined> {
	return (await vault.storage.audit(Number.MAX_SAFE_INTEGER, 1))[0];
}

test("a backup is made, listed, and recorded in one commit that raises no revision", async () => {
	await using v = await testVault();
	expect(await backups.list(v.vault, admin)).toEqual({ folder: v.vault.options.backupDir, backups: [] });
	const { revision } = await v.save({ A: "one", B: "two" });
	const made = await backups.create(v.vault, admin);
	const { fingerprint } = v.vault.keys.roots.current;
	expect(made).toMatchObject({ revision, fingerprint, by: "tester on here", present: true, drill: null });
	expect(made.file).toMatch(new RegExp(`^holdfast-\\d{8}-\\d{6}-r${revision}\\.backup$`));
	expect((await backups.list(v.vault, admin)).backups).toEqual([made]);
	expect(await v.vault.storage.revision()).toBe(revision);
	const path = backupPath(v.vault, made);
	expect([statSync(path).size, statSync(path).mode & 0o777]).toEqual([made.size, 0o600]);
	expect(statSync(v.vault.options.backupDir).mode & 0o777).toBe(0o700);
	expect(await lastEntry(v)).toMatchObject({
		action: "backups.create",
		target: made.file,
		outcome: "done",
		revision: null,
	});
	const again = await backups.create(v.vault, admin);
	expect(again.file).not.toBe(made.file);
	expect(readdirSync(v.vault.options.backupDir).sort()).toEqual([made.file, again.file].sort());
	expect(readdirSync(v.vault.options.dataDir)).not.toContain("backup.work");
	rmSync(path);
	expect((await backups.list(v.vault, admin)).backups.map(({ present }) => present)).toEqual([true, false]);
});

test("nothing saved is in the file in the clear, and neither is a session or a name", async () => {
	await using v = await testVault();
	const canary = "canary-in-no-backup-0123456789";
	await v.save({ SOME_KEY: canary });
	const writes = [{ name: "OWN_KEY", value: canary }];
	await settings.save(v.vault, person("u1"), { environment: "default", owner: "personal", writes });
	const bytes = readFileSync(backupPath(v.vault, await backups.create(v.vault, admin)));
	for (const text of [canary, Buffer.from(canary).toString("base64"), "SOME_KEY", "OWN_KEY", "SQLite format"])
		expect(bytes.includes(text), text).toBe(false);
});

describe("a drill", () => {
	test("proves the newest backup that is there, with the server's own key or with the kit alone", async () => {
		await using v = await testVault();
		for (const value of ["one", "two", "three"]) await v.save({ A: value });
		const older = await backups.create(v.vault, admin);
		rmSync(backupPath(v.vault, await backups.create(v.vault, admin)));
		const proven = await backups.drill(v.vault, admin, {});
		expect(proven.id).toBe(older.id);
		expect(proven.drill).toMatchObject({ values: 3, damaged: 0, withKit: false, problem: null });
		expect(await lastEntry(v)).toMatchObject({ action: "backups.drill", target: older.file, outcome: "done" });
		const kit = recoveryKit(v.vault.keys.roots.current);
		const byKit = await backups.drill(v.vault, admin, { id: older.id, kit });
		expect(byKit.drill).toMatchObject({ values: 3, withKit: true, problem: null });
		expect((await backups.list(v.vault, admin)).backups.find(({ id }) => id === older.id)).toEqual(byKit);
		expect(JSON.stringify(await v.vault.storage.audit(Number.MAX_SAFE_INTEGER, 50))).not.toContain(kit);
		expect(readdirSync(v.vault.options.dataDir)).not.toContain("backup.work");
	});

	test("of a backup whose file is another one's by now proves nothing", async () => {
		await using v = await testVault();
		await v.save({ A: "one" });
		const older = await backups.create(v.vault, admin);
		await v.save({ A: "two" });
		const newer = await backups.create(v.vault, admin);
		copyFileSync(backupPath(v.vault, older), backupPath(v.vault, newer));
		const { drill } = await backups.drill(v.vault, admin, { id: newer.id });
		expect(drill).toMatchObject({ values: 0, problem: expect.stringContaining("the file of another backup") });
	});

	test("with another kit or a mistyped one is refused and recorded, and takes nothing from what was proven", async () => {
		await using v = await testVault();
		await backups.create(v.vault, admin);
		const proven = await backups.drill(v.vault, admin, {});
		const other = newRootKey();
		const detail = `the backup is sealed under ${proven.fingerprint}, the recovery kit is of ${other.fingerprint}`;
		const refused = backups.drill(v.vault, admin, { kit: recoveryKit(other) });
		await expect(refused).rejects.toMatchObject({ code: "ROOT_KEY_WRONG", fields: { detail } });
		expect(await lastEntry(v)).toMatchObject({
			outcome: "failed",
			details: { problem: "ROOT_KEY_WRONG", withKit: true },
		});
		const mistyped = backups.drill(v.vault, admin, { kit: `${recoveryKit(other).slice(0, -1)}?` });
		await expect(mistyped).rejects.toMatchObject({ code: "ROOT_KEY_MALFORMED" });
		expect((await backups.list(v.vault, admin)).backups).toEqual([proven]);
	});

	test("says of a damaged file where, and of a damaged row that it is one", async () => {
		await using v = await testVault();
		await v.save({ A: "one", B: "two" });
		const made = await backups.create(v.vault, admin);
		const bytes = readFileSync(backupPath(v.vault, made));
		bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
		writeFileSync(backupPath(v.vault, made), bytes);
		const { drill } = await backups.drill(v.vault, admin, { id: made.id });
		expect(drill?.problem).toMatch(/is damaged: piece \d+ of \d+ does not open, at byte \d+\./);
		expect(await lastEntry(v)).toMatchObject({ action: "backups.drill", outcome: "failed" });
		v.vault.database.$client.exec("UPDATE version SET sealed = zeroblob(90) WHERE name = 'A'");
		await backups.create(v.vault, admin);
		expect((await backups.drill(v.vault, admin, {})).drill).toMatchObject({ values: 1, damaged: 1, problem: null });
		expect(await lastEntry(v)).toMatchObject({ outcome: "failed", details: { damaged: 1 } });
	});

	test("of what is not there is refused", async () => {
		await using v = await testVault();
		const none = { code: "BACKUP_NOT_FOUND", fields: { name: `in ${v.vault.options.backupDir}` } };
		await expect(backups.drill(v.vault, admin, {})).rejects.toMatchObject(none);
		await expect(backups.drill(v.vault, admin, { id: "x" })).rejects.toMatchObject({ fields: { name: "x" } });
		const made = await backups.create(v.vault, admin);
		rmSync(backupPath(v.vault, made));
		const gone = backups.drill(v.vault, admin, { id: made.id });
		await expect(gone).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND", fields: { name: made.file } });
	});
});

describe("a backup that cannot be written says what the file system answered, and leaves nothing", () => {
	async function refused(v: TestVault, detail: RegExp): Promise<void> {
		const failed = { code: "BACKUP_FAILED", fields: { detail: expect.stringMatching(detail) } };
		await expect(backups.create(v.vault, admin)).rejects.toMatchObject(failed);
		expect(await lastEntry(v)).toMatchObject({ outcome: "failed", details: { problem: "BACKUP_FAILED" } });
		expect((await backups.list(v.vault, admin)).backups).toEqual([]);
		expect(readdirSync(v.vault.options.dataDir)).not.toContain("backup.work");
	}

	test("a folder that is a file", async () => {
		await using v = await testVault();
		writeFileSync(v.vault.options.backupDir, "");
		await refused(v, /^E(EXIST|NOTDIR): /);
	});

	test("a full disk", async () => {
		await using v = await testVault();
		mkdirSync(v.vault.options.backupDir);
		await using any = await openFile(v.vault.options.dataDir, "r");
		const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
			code: "ENOSPC",
			syscall: "write",
		});
		using _ = vi.spyOn(Object.getPrototypeOf(any), "writeFile").mockRejectedValue(full);
		await refused(v, /^ENOSPC: no space left on device$/);
		expect(readdirSync(v.vault.options.backupDir)).toEqual([]);
	});

	test.skipIf(process.getuid?.() === 0)("a folder that may not be written (skipped for root, who may)", async () => {
		await using v = await testVault();
		mkdirSync(v.vault.options.backupDir);
		chmodSync(v.vault.options.backupDir, 0o500);
		await refused(v, /^EACCES: /);
	});
});

test("the system's state names the newest backup and the last proven one, and says what to do where there is none", async () => {
	await using v = await testVault();
	const state = async () => {
		const { lastBackup, lastProven, findings } = await system.status(v.vault, admin);
		const levels = findings.flatMap(({ id, level }) => (id.startsWith("backups.") ? [level] : []));
		return [lastBackup?.id, lastProven?.id, ...levels];
	};
	expect(await state()).toEqual([undefined, undefined, "warning", "warning"]);
	const older = await backups.create(v.vault, admin);
	expect(await state()).toEqual([older.id, undefined, "ok", "warning"]);
	await backups.drill(v.vault, admin, {});
	const newer = await backups.create(v.vault, admin);
	expect(await state()).toEqual([newer.id, older.id, "ok", "ok"]);
	writeFileSync(backupPath(v.vault, newer), "");
	await backups.drill(v.vault, admin, {});
	expect(await state()).toEqual([newer.id, older.id, "ok", "problem"]);
	rmSync(backupPath(v.vault, newer));
	v.vault.database.$client.exec("UPDATE backup SET at = at - 10000000000");
	expect((await state()).slice(2)).toEqual(["warning", "problem"]);
});

test("a file that is not recorded does not stay", async () => {
	await using v = await testVault();
	v.vault.database.$client.exec("CREATE TRIGGER t BEFORE INSERT ON backup BEGIN SELECT raise(ABORT, 'no'); END");
	await expect(backups.create(v.vault, admin)).rejects.toMatchObject({ code: "DATABASE_UNREADABLE" });
	expect(readdirSync(v.vault.options.backupDir)).toEqual([]);
});

test("whoever is called schedule makes backups that stay", async () => {
	await using v = await testVault();
	expect((await backups.create(v.vault, { ...admin, label: "schedule" })).by).toBe('"schedule"');
});

test("nothing of someone who was removed is in a backup made afterwards", async () => {
	await using v = await testVault();
	const ann = addPerson(v.vault, "ann");
	const writes = [{ name: "A", value: "mine" }];
	await settings.save(v.vault, ann, { environment: "default", owner: "personal", writes });
	const [row] = await v.vault.storage.current("default", "ann");
	const parts = [(await v.vault.storage.dataKey("user:ann"))?.sealed, row?.sealed, Buffer.from("ann@people.example")];
	const copied = async (name: string) => {
		await v.vault.storage.copyTo(join(v.folder, name));
		const bytes = readFileSync(join(v.folder, name));
		return parts.map((part) => part && bytes.includes(Buffer.from(part)));
	};
	expect(await copied("before.db")).toEqual([true, true, true]);
	await people.remove(v.vault, admin, { id: "ann" });
	expect(await copied("after.db")).toEqual([false, false, false]);
	await backups.create(v.vault, admin);
	expect((await backups.drill(v.vault, admin, {})).drill).toMatchObject({ values: 0, damaged: 0 });
});

/** Replace the root key, down to the retirement of the old one. */
async function rotate(vault: Vault): Promise<RootKey> {
	const key = newRootKey();
	expect(await beginRoot(vault, admin, { key, derivation: null })).toMatchObject({ done: true });
	for (let state = await advance(vault); state !== "done"; state = await advance(vault)) expect(state).toBe("more");
	return key;
}

test("a backup made under a root key that is retired since is proven with the current one, and elsewhere needs its own", async () => {
	await using v = await testVault();
	await v.save({ A: "one" });
	const old = v.vault.keys.roots.current;
	const made = await backups.create(v.vault, admin);
	const next = await rotate(v.vault);
	await backups.create(v.vault, admin);
	for (const { id, fingerprint } of (await backups.list(v.vault, admin)).backups) {
		expect(fingerprint).toBe((id === made.id ? old : next).fingerprint);
		const { drill } = await backups.drill(v.vault, admin, { id });
		expect(drill).toMatchObject({ values: 1, damaged: 0, problem: null });
	}
	await using again = await openVault({ ...v.vault.options, rootKey: { text: rootKeyText(next), file: "" } });
	expect((await backups.drill(again, admin, { id: made.id })).drill?.problem).toBeNull();

	const options = { ...optionsIn(join(v.folder, "elsewhere")), file: backupPath(v.vault, made), caller: admin };
	const withKit = (key: RootKey) => restore({ ...options, askKit: async () => recoveryKit(key) });
	const detail = `the backup is sealed under ${old.fingerprint}, the recovery kit is of ${next.fingerprint}`;
	await expect(withKit(next)).rejects.toMatchObject({ code: "ROOT_KEY_WRONG", fields: { detail } });
	expect(await withKit(old)).toMatchObject({ values: 1, damaged: [] });
});
