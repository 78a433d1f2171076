/** What happens to everything else when one stored thing is damaged, moved or of another time. */
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { admin, damaged, optionsIn, testFolder, testVault } from "../test/harness.ts";
import { environments, openVault, settings } from "./index.ts";
import { readSavedValues } from "./snapshot.ts";

const shared = { environment: "default", owner: "shared" } as const;

/** Save in one vault, tamper with the closed database, and open it again. */
async function tampered(writes: Record<string, string>, sql: string) {
	const folder = testFolder();
	const options = optionsIn(folder.path);
	{
		await using vault = await openVault(options);
		await environments.create(vault, admin, { name: "production" });
		for (const environment of ["default", "production"]) {
			const values = Object.entries(writes).map(([name, value]) => ({ name, value: `${value}-${environment}` }));
			await settings.save(vault, admin, { environment, owner: "shared", writes: values });
		}
	}
	const database = new Database(join(options.dataDir, "holdfast.db"));
	database.exec(sql);
	database.close();
	const warnings: string[] = [];
	const vault = await openVault({ ...options, warn: (message) => warnings.push(message) });
	return {
		vault,
		options,
		warnings,
		async [Symbol.asyncDispose]() {
			await vault[Symbol.asyncDispose]();
			folder[Symbol.dispose]();
		},
	};
}

const FLIP = `UPDATE version SET sealed = ${damaged("sealed")} WHERE name = 'B'`;

test("FAULTS 20: one damaged row says so, everything else loads, and the value is still served from the snapshot", async () => {
	await using t = await tampered({ A: "a", B: "b", C: "c" }, FLIP);
	const { settings: views } = await settings.list(t.vault, admin, { environment: "default" });
	const named = views.filter(({ name }) => ["A", "B", "C"].includes(name));
	expect(named.map(({ problem }) => problem)).toEqual([null, "VALUE_DAMAGED", null]);
	expect((await settings.reveal(t.vault, admin, { ...shared, name: "B" })).value).toBe("b-default");
	await settings.save(t.vault, admin, { ...shared, writes: [{ name: "B", value: "again" }] });
	const after = await settings.list(t.vault, admin, { environment: "default" });
	expect(after.settings.find(({ name }) => name === "B")).toMatchObject({ problem: null, version: 2 });
});

test("a damaged snapshot is made again from the rows when a server starts", async () => {
	await using t = await tampered(
		{ A: "a", B: "b" },
		"UPDATE environment SET snapshot = x'0102' WHERE name = 'default'",
	);
	expect(t.warnings).toEqual([expect.stringContaining("snapshot of default was damaged")]);
	expect((await settings.reveal(t.vault, admin, { ...shared, name: "A" })).value).toBe("a-default");
	const { own } = readSavedValues(t.options.dataDir, t.options.rootKey, "default");
	expect([...own].map(([name, { value }]) => [name, value])).toEqual([
		["A", "a-default"],
		["B", "b-default"],
	]);
});

test("rows are the truth: a snapshot of another time gives way to them", async () => {
	const older = `UPDATE version SET current = 0 WHERE name = 'A' AND environment = 'default';
		INSERT INTO version SELECT environment, owner, name, 2, 1, secret, NULL, NULL, revision + 1, at, by, message, NULL
		FROM version WHERE name = 'A' AND environment = 'default'`;
	await using t = await tampered({ A: "a", B: "b" }, older);
	expect(t.vault.live.find("default")?.values.has("A")).toBe(false);
	expect(readSavedValues(t.options.dataDir, t.options.rootKey, "default").own.has("A")).toBe(false);
});

test("a value that opens nowhere is refused to applications, never replaced by a weaker source", async () => {
	const both = `${FLIP} AND environment = 'production'; UPDATE environment SET snapshot = x'0102' WHERE name = 'production'`;
	await using t = await tampered({ A: "a", B: "b" }, both);
	await settings.save(t.vault, admin, {
		environment: "production",
		owner: "shared",
		writes: [{ name: "C", value: "c" }],
	});
	const { own, base } = readSavedValues(t.options.dataDir, t.options.rootKey, "production");
	expect(own.get("B")).toMatchObject({ value: null, version: 1 });
	expect(base.get("B")?.value).toBe("b-default");
	await expect(
		settings.reveal(t.vault, admin, { environment: "production", owner: "shared", name: "B" }),
	).rejects.toMatchObject({ code: "VALUE_DAMAGED" });
});

test("a data key that does not open is named, and no second one is made", async () => {
	await using t = await tampered(
		{ A: "a" },
		"UPDATE data_key SET sealed = x'01' WHERE owner = 'environment:production'",
	);
	const write = { environment: "production", owner: "shared", writes: [{ name: "A", value: "x" }] } as const;
	await expect(settings.save(t.vault, admin, { ...write, writes: [...write.writes] })).rejects.toMatchObject({
		code: "VALUE_DAMAGED",
		fields: { name: "the data key of environment:production" },
	});
	expect((await settings.reveal(t.vault, admin, { ...shared, name: "A" })).value).toBe("a-default");
});

test("a row and the snapshot damaged together are one damaged setting", async () => {
	const both = `${FLIP}; UPDATE environment SET snapshot = x'0102'`;
	await using t = await tampered({ A: "a", B: "b" }, both);
	const { settings: views } = await settings.list(t.vault, admin, { environment: "default" });
	expect(views.find(({ name }) => name === "B")).toMatchObject({
		problem: "VALUE_DAMAGED",
		effective: { shown: null },
	});
	await expect(settings.reveal(t.vault, admin, { ...shared, name: "B" })).rejects.toMatchObject({
		code: "VALUE_DAMAGED",
	});
	expect((await settings.reveal(t.vault, admin, { ...shared, name: "A" })).value).toBe("a-default");
});

describe("FAULTS 18: a ciphertext moved in the database does not open", () => {
	const from = (where: string) => `(SELECT sealed FROM version WHERE ${where})`;
	test.each([
		[
			"from another name",
			`UPDATE version SET sealed = ${from("name='A' AND environment='default'")} WHERE name='B' AND environment='default'`,
		],
		[
			"from another environment",
			`UPDATE version SET sealed = ${from("name='B' AND environment='production'")} WHERE name='B' AND environment='default'`,
		],
		["from another version", "UPDATE version SET version = 7 WHERE name='B' AND environment='default'"],
		[
			"to another owner",
			`INSERT INTO version SELECT environment, 'eve', name, version, current, secret, sealed, fingerprint, revision, at, by, message, restored_from FROM version WHERE name='B' AND environment='default'; ${FLIP}`,
		],
		[
			"from another table",
			"UPDATE version SET sealed = (SELECT snapshot FROM environment WHERE name='default') WHERE name='B' AND environment='default'",
		],
	])("%s", async (_, sql) => {
		await using t = await tampered(
			{ A: "a", B: "b" },
			`${sql}; UPDATE environment SET snapshot = x'0102' WHERE name='default'`,
		);
		const { settings: views } = await settings.list(t.vault, admin, { environment: "default" });
		expect(views.find(({ name }) => name === "B")?.problem).toBe("VALUE_DAMAGED");
		expect(views.find(({ name }) => name === "A")?.problem).toBeNull();
		const eve = { ...admin, userId: "eve" };
		const personal = { ...shared, owner: "personal" } as const;
		await expect(settings.reveal(t.vault, eve, { ...personal, name: "B" })).rejects.toMatchObject({
			code: expect.stringMatching(/VALUE_DAMAGED|SETTING_NOT_FOUND/),
		});
	});
});

test("a data folder that cannot be looked into is unreadable, not absent", () => {
	using folder = testFolder();
	const loop = join(folder.path, "loop");
	symlinkSync(loop, loop);
	const read = () => readSavedValues(loop, { text: null, file: join(loop, "root.key") }, "default");
	expect(read).toThrow(expect.objectContaining({ code: "DATABASE_UNREADABLE" }));
});

test("the snapshot always equals the rows", async () => {
	await using v = await testVault();
	for (let i = 0; i < 30; i++) {
		await v.save({ [`KEY_${i % 7}`]: `value ${i}`, [`KEY_${(i + 3) % 7}`]: `other ${i}` });
		if (i % 5 === 4) await settings.remove(v.vault, admin, { ...shared, name: `KEY_${i % 7}` });
	}
	const { own } = readSavedValues(v.vault.options.dataDir, v.vault.options.rootKey, "default");
	const rows = await v.vault.storage.current("default", "shared");
	const present = rows.filter(({ sealed }) => sealed !== null);
	expect([...own.keys()].sort()).toEqual(present.map(({ name }) => name).sort());
	for (const { name, version } of present) {
		const snapshot = own.get(name);
		expect(snapshot?.version).toBe(version);
		expect(v.vault.fingerprint(name, snapshot?.value ?? "")).toBe(rows.find((row) => row.name === name)?.fingerprint);
	}
});
