import { chmodSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { newRootKey, rootKeyText } from "@holdfast/crypto";
import { expect, test } from "vitest";
import { admin, person, testVault } from "../test/harness.ts";
import { keys, openVault, settings, system, type Vault } from "./index.ts";

async function levels(vault: Vault): Promise<Record<string, string>> {
	const { findings } = await system.status(vault, admin);
	return Object.fromEntries(findings.map(({ id, level }) => [id, level]));
}

test("what a fresh instance should see to: its root key lies beside the database, and no kit is stored", async () => {
	await using v = await testVault();
	expect(await levels(v.vault)).toMatchObject({
		"root-key.place": "warning",
		"root-key.kit": "warning",
		"root-key.mode": "ok",
		"database.mode": "ok",
		snapshots: "ok",
		mirrors: "ok",
	});
	const view = await system.status(v.vault, admin);
	const beside = view.findings.find(({ id }) => id === "root-key.place");
	expect(beside?.fix).toContain("holdfast key move");
	expect(view).toMatchObject({
		rotation: null,
		dataKeys: 2,
		rootKey: { source: "file", kitStoredAt: null, retired: [] },
	});
	expect(view.rootKey.createdAt).toBeGreaterThan(0);
});

test("a root key kept elsewhere is well kept, in a file or in a variable", async () => {
	await using v = await testVault();
	const { options } = v.vault;
	const aside = join(v.folder, "aside", "root.key");
	mkdirSync(join(v.folder, "aside"));
	renameSync(options.rootKey.file, aside);
	await using moved = await openVault({ ...options, serves: false, rootKey: { text: null, file: aside } });
	expect(await levels(moved)).toMatchObject({ "root-key.place": "ok", "root-key.mode": "ok" });
	chmodSync(aside, 0o644);
	expect(await levels(moved)).toMatchObject({ "root-key.mode": "problem" });
	renameSync(aside, `${aside}.gone`);
	expect(await levels(moved)).toMatchObject({ "root-key.mode": "problem" });
	renameSync(`${aside}.gone`, aside);

	await using other = await testVault({ rootKey: { text: rootKeyText(newRootKey()), file: "unused" } });
	expect(await levels(other.vault)).toMatchObject({ "root-key.place": "ok", "root-key.mode": "ok" });
});

test("a .env file that others can read is found, with the command that ends it", async () => {
	await using v = await testVault();
	await v.save({ KEY: "value" });
	const file = join(v.vault.options.projectDir, ".env");
	expect(await levels(v.vault)).toMatchObject({ "mirrors.mode": "ok" });
	chmodSync(file, 0o644);
	const { findings } = await system.status(v.vault, admin);
	expect(findings.find(({ id }) => id === "mirrors.mode")).toMatchObject({
		level: "warning",
		detail: "Other users of this machine may read .env.",
		fix: `chmod 600 '${file}'`,
	});
});

test("the kit opens the data, is shown until it is said to be stored, and after that on the machine alone", async () => {
	await using v = await testVault();
	await v.save({ KEY: "value" });
	const owner = person("ann", "owner");
	const shown = await keys.kit(v.vault, owner);
	expect(shown).toMatchObject({
		fingerprint: v.vault.keys.roots.current.fingerprint,
		instance: v.vault.storage.instance.id,
	});
	await expect(keys.confirmKit(v.vault, owner, { fingerprint: "0000-0000-0000-0000" })).rejects.toMatchObject({
		code: "KIT_WRONG",
	});
	expect((await keys.kit(v.vault, owner)).kit).toBe(shown.kit);
	expect((await keys.confirmKit(v.vault, owner, shown)).kitStoredAt).toBeGreaterThan(0);
	await expect(keys.kit(v.vault, owner)).rejects.toMatchObject({ code: "KIT_STORED" });
	expect((await keys.kit(v.vault, admin)).kit).toBe(shown.kit);
	expect(await levels(v.vault)).toMatchObject({ "root-key.kit": "ok" });

	await using again = await openVault({
		...v.vault.options,
		serves: false,
		rootKey: { text: shown.kit, file: "unused" },
	});
	const one = { environment: "default", owner: "shared", name: "KEY" } as const;
	expect((await settings.reveal(again, admin, one)).value).toBe("value");
	await keys.rotate(v.vault, owner, { what: "root" });
	expect((await keys.kit(v.vault, owner)).kit, "the new key's kit is yet to be stored").not.toBe(shown.kit);
	const log = await v.vault.storage.audit(Number.MAX_SAFE_INTEGER, 100);
	expect(JSON.stringify(log)).not.toContain(shown.kit);
	expect(log.map(({ action }) => action)).toEqual(
		expect.arrayContaining(["keys.kit", "keys.confirmKit", "keys.rotate", "keys.retire"]),
	);
});

test("who may not write keys neither sees the kit nor rotates", async () => {
	await using v = await testVault();
	const editor = person("eve", "admin");
	for (const act of [
		() => keys.kit(v.vault, editor),
		() => keys.confirmKit(v.vault, editor, { fingerprint: v.vault.keys.roots.current.fingerprint }),
		() => keys.rotate(v.vault, editor, { what: "data" }),
		() => keys.resume(v.vault, editor),
	])
		await expect(act()).rejects.toMatchObject({ code: "NOT_ALLOWED" });
	expect((await v.vault.storage.state()).rotation).toBeNull();
});

test("FAULTS 20: one damaged row shows as one damaged row, by name, and everything else is counted", async () => {
	await using v = await testVault();
	await v.save({ A: "a", B: "b", C: "c" });
	await v.save({ B: "second" });
	expect(await system.doctor(v.vault, admin)).toMatchObject({ values: 4, damaged: 0 });
	v.vault.database.$client.exec("UPDATE version SET sealed = zeroblob(80) WHERE name = 'B' AND version = 1");
	const report = await system.doctor(v.vault, admin);
	expect(report).toMatchObject({ values: 3, damaged: 1 });
	expect(report.findings.find(({ id }) => id === "values")).toMatchObject({
		level: "problem",
		detail: "These do not open: B in default (shared), version 1.",
	});
});

test("a rotation that waits says what for, in the status and in the findings", async () => {
	await using v = await testVault({ rootKey: { text: rootKeyText(newRootKey()), file: "unused" } });
	await keys.rotate(v.vault, admin, { what: "root" });
	const view = await system.status(v.vault, admin);
	expect(view.rotation).toMatchObject({ stage: "waiting", done: 2, total: 2 });
	expect(view.findings.find(({ id }) => id === "keys.rotation")).toMatchObject({
		level: "warning",
		fix: view.rotation?.wanted,
	});
	expect(existsSync("unused")).toBe(false);
});
