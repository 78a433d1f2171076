import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { admin, person, testVault } from "../test/harness.ts";
import { settings, transfer } from "./index.ts";

const shared = { environment: "default", owner: "shared" } as const;
const personal = { environment: "default", owner: "personal" } as const;

describe("a preview shows no one more than they may see", () => {
	test("that a guess at a secret is right is told only to who may read it", async () => {
		await using v = await testVault();
		await v.save({ PIN: "1234" });
		await settings.save(v.vault, admin, { ...shared, writes: [{ name: "OPENLY", value: "1", secret: false }] });
		const look = async (role: string) => {
			const from = { text: "PIN=1234\nOPENLY=1\n" };
			const { rows } = await transfer.previewImport(v.vault, person("p", role), { ...shared, from });
			return rows.map(({ verdict }) => verdict);
		};
		expect(await look("admin")).toEqual(["same", "same"]);
		expect(await look("editor")).toEqual(["changed", "same"]);
		await expect(look("viewer")).rejects.toMatchObject({ code: "NOT_ALLOWED" });
	});

	test("that a guess at the file is right is told to no one", async () => {
		await using v = await testVault();
		writeFileSync(join(v.folder, ".env"), "PIN=1234\n");
		const look = (from: { text: string } | { file: true }) =>
			transfer.previewImport(v.vault, person("ed"), { ...shared, from });
		expect((await look({ file: true })).mark).not.toBe((await look({ text: "PIN=1234\n" })).mark);
	});

	test("a plain personal value uncovers no line of the file", async () => {
		await using v = await testVault();
		const editor = person("ed");
		const write = { name: "SMTP_PASSWORD", value: "plain", secret: false };
		await settings.save(v.vault, editor, { ...personal, writes: [write] });
		writeFileSync(join(v.folder, ".env"), "SMTP_PASSWORD=hidden-from-editors-tail\n");
		const from = { file: true } as const;
		const { rows } = await transfer.previewImport(v.vault, editor, { ...personal, from });
		expect(rows).toMatchObject([{ verdict: "changed", shown: "••••tail", saved: "plain", version: 1 }]);
		const names = [{ name: "SMTP_PASSWORD", expectedVersion: 1 }];
		await expect(transfer.importSettings(v.vault, editor, { ...personal, from, names })).rejects.toMatchObject({
			code: "NOT_ALLOWED",
		});
		const owner = person("own", "owner");
		await settings.save(v.vault, owner, { ...personal, writes: [write] });
		const { settings: views } = await transfer.importSettings(v.vault, owner, { ...personal, from, names });
		expect(views).toMatchObject([{ secret: true, effective: { source: "personal", shown: "••••tail" } }]);
	});
});

test("a personal import is the caller's own, and compares with the caller's own", async () => {
	await using v = await testVault();
	await v.save({ KEY: "for-everyone" });
	const ann = person("ann", "admin");
	const from = { text: "KEY=for-everyone\n" };
	const { rows, mark } = await transfer.previewImport(v.vault, ann, { ...personal, from });
	expect(rows).toMatchObject([{ verdict: "new", saved: null, version: 0 }]);
	const names = [{ name: "KEY", expectedVersion: 0 }];
	await transfer.importSettings(v.vault, ann, { ...personal, from, names, mark });
	expect(await v.vault.storage.current("default", "ann")).toMatchObject([{ name: "KEY", version: 1 }]);
});

test("FAULTS 20: a value that does not open is left out of an export and named, and the others are in it", async () => {
	await using v = await testVault();
	await v.save({ GOOD: "1", BROKEN: "2" });
	const database = new Database(join(v.vault.options.dataDir, "holdfast.db"));
	database.prepare("UPDATE version SET sealed = x'00' WHERE name = 'BROKEN'").run();
	database.prepare("UPDATE environment SET snapshot = x'00'").run();
	database.close();
	await using again = await testVault({ ...v.vault.options, serves: false });
	const asked = { environment: "default", format: "sh", inherited: false } as const;
	expect(await transfer.exportSettings(again.vault, admin, asked)).toEqual({
		text: "export GOOD='1'\n",
		fileName: "default.sh",
		left: [{ name: "BROKEN", reason: "its saved value does not open" }],
	});
});
