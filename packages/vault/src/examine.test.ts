import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { admin, optionsIn, person, testFolder, testVault } from "../test/harness.ts";
import { examine } from "./examine.ts";
import { environments, openVault, settings } from "./index.ts";
import { DATABASE_FILE } from "./snapshot.ts";

const save = { environment: "default", owner: "shared" } as const;

/** Damage a closed database that has shared, personal, earlier and removed values, and examine it. */
async function examined(sql: string) {
	using folder = testFolder();
	const options = optionsIn(folder.path);
	{
		await using vault = await openVault(options);
		await environments.create(vault, admin, { name: "production" });
		for (const value of ["one", "two"])
			await settings.save(vault, admin, {
				...save,
				writes: [
					{ name: "A", value },
					{ name: "B", value },
				],
			});
		await settings.remove(vault, admin, { ...save, name: "B" });
		const writes = [{ name: "A", value: "mine" }];
		await settings.save(vault, person("u1"), { environment: "production", owner: "personal", writes });
	}
	const database = new Database(`${options.dataDir}/${DATABASE_FILE}`);
	database.exec(sql);
	database.close();
	await using vault = await openVault({ ...options, serves: false });
	return await examine(vault.storage, vault.keys);
}

/** The header stays, and with it the key that is named; what follows is none that anything opens as. */
const spoil = (column: string) => `${column} = substr(${column}, 1, 37) || zeroblob(length(${column}) - 37)`;

test("everything that is sealed opens, history and personal values included", async () => {
	expect(await examined("")).toEqual({ values: 5, damaged: [] });
});

describe("what does not open is named, and nothing else is", () => {
	test.each([
		[
			`UPDATE version SET ${spoil("sealed")} WHERE name = 'A' AND version = 1 AND owner = 'shared'`,
			["A in default (shared), version 1"],
		],
		[`UPDATE version SET ${spoil("sealed")} WHERE owner = 'u1'`, ["A in production (user u1), version 1"]],
		[`UPDATE environment SET ${spoil("snapshot")} WHERE name = 'production'`, ["the snapshot of production"]],
		[
			`UPDATE data_key SET ${spoil("sealed")} WHERE owner = 'user:u1'`,
			["the data key of user:u1", "A in production (user u1), version 1"],
		],
		["DELETE FROM data_key WHERE owner = 'user:u1'", ["A in production (user u1), version 1"]],
	])("%s", async (sql, damaged) => {
		const found = await examined(sql);
		expect(found.damaged).toEqual(damaged);
		expect(found.values).toBe(5 - damaged.filter((name) => name.includes("version")).length);
	});
});

test("more than one batch is gone through, while others save", async () => {
	await using v = await testVault();
	for (let i = 0; i < 30; i++)
		await v.save(Object.fromEntries(Array.from({ length: 8 }, (_, j) => [`K_${j}`, `${i}`])));
	const [found] = await Promise.all([examine(v.vault.storage, v.vault.keys), v.save({ K_1: "meanwhile" })]);
	expect(found.damaged).toEqual([]);
	expect(found.values).toBeGreaterThanOrEqual(240);
});
