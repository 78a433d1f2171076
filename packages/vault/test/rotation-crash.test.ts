/**
 * FAULTS 17: kill -9 at each step of a rotation, of root keys and of data keys. Every value opens right after it, with the
 * key that is in the file then, and the rotation goes on and comes to its end.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import { beforeAll, describe, expect, test } from "vitest";
import { examine } from "../src/examine.ts";
import { environments, moveRootKey, openVault, settings, type Vault } from "../src/index.ts";
import { advance, type RotationStep } from "../src/rotation.ts";
import { readSavedValues } from "../src/snapshot.ts";
import { admin, onSqlite, optionsIn, person, replacedKeys, testFolder } from "./harness.ts";

const STEPS: RotationStep[] = [
	"rotation-begun",
	"root-key-placed",
	"keys-replaced",
	"batch-resealed",
	"before-retired",
];
const KINDS = ["root", "data"] as const;
/** How often each step is a process's last: in all 56 kills, with SLOW=1 1,001. */
const KILLS = process.env.SLOW ? 143 : 8;
/** Steps that a rotation comes to once; to the others, once for each batch. */
const ONCE: readonly RotationStep[] = ["rotation-begun", "root-key-placed", "before-retired"];
const CHILD = fileURLToPath(new URL("../dist/rotation-crash-child.mjs", import.meta.url));
const USERS = ["ann", "ben", "cas", "dan"];

type Kind = (typeof KINDS)[number];

beforeAll(async () => {
	const input = fileURLToPath(new URL("rotation-crash-child.ts", import.meta.url));
	const output = { file: CHILD, format: "esm", codeSplitting: false } as const;
	await build({ input, platform: "node", external: ["better-sqlite3"], output });
});

/** Run a child, and say whether it was killed, or came to its end before. */
function rotateUntilKilled(folder: string, kind: Kind, { step, nth }: { step: string; nth: number }): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [CHILD, folder, kind, step, String(nth)], {
			stdio: ["ignore", "ignore", "pipe"],
		});
		let errors = "";
		child.stderr.on("data", (chunk) => (errors += chunk));
		child.once("close", (code, signal) => {
			if (signal !== "SIGKILL" && code !== 0) reject(new Error(errors));
			else resolve(signal === "SIGKILL");
		});
	});
}

/** Values of two environments and four people, each with a history. */
async function fill(vault: Vault): Promise<void> {
	await environments.create(vault, admin, { name: "production" });
	for (const value of ["one", "two"]) {
		const writes = ["A", "B", "C"].map((name) => ({ name, value: `${name} ${value}` }));
		for (const environment of ["default", "production"])
			await settings.save(vault, admin, { environment, owner: "shared", writes });
		for (const user of USERS)
			await settings.save(vault, person(user), { environment: "default", owner: "personal", writes });
	}
}

const VALUES = 2 * 3 * (2 + USERS.length);

// A step that the kind does not have is never reached: data keys are not in a file.
const REACHED = KINDS.flatMap((kind) =>
	STEPS.filter((step) =>
		kind === "root" ? step !== "keys-replaced" : !["root-key-placed", "before-retired"].includes(step),
	).map((step) => [kind, step] as const),
);

describe.concurrent("FAULTS 17: a process killed at a step of a rotation", () => {
	test.each(REACHED)("of %s keys, %s: everything opens, and the rotation goes on", async (kind, step) => {
		using folder = testFolder();
		const options = optionsIn(folder.path, { serves: false });
		{
			await using vault = await openVault(options);
			await fill(vault);
		}
		for (let kills = 0, trial = 0; kills < KILLS; trial++) {
			const nth = ONCE.includes(step) ? 1 : 1 + (trial % 3);
			kills += Number(await rotateUntilKilled(folder.path, kind, { step, nth }));
			expect(readSavedValues(options.dataDir, options.rootKey, "production").own.get("C")?.value).toBe("C two");
			await using vault = await openVault(options);
			expect(await examine(vault.storage, vault.keys)).toEqual({ values: VALUES, damaged: [] });
			for (const user of USERS) {
				const own = { environment: "default", owner: "personal", name: "B" } as const;
				expect((await settings.reveal(vault, person(user, "admin"), own)).value).toBe("B two");
			}
			// Every other time the next child goes on with it; else it is finished here.
			if (trial % 2 === 0) continue;
			while ((await advance(vault, { batch: 2, budget: 1_000 })) === "more");
			expect((await vault.storage.state()).rotation?.finishedAt).not.toBeNull();
			expect(replacedKeys(onSqlite(vault))).toEqual([]);
			expect((await vault.storage.rootKeys()).filter(({ state }) => state !== "retired")).toHaveLength(1);
			expect(trial, "most children are killed").toBeLessThan(KILLS * 3);
		}
		expect(readdirSync(options.dataDir).filter((name) => name.includes("root.key"))).toEqual(["root.key"]);
	});
});

test("a key file that is moved while it is replaced is never lost", async () => {
	using folder = testFolder();
	const options = optionsIn(folder.path, { serves: false });
	{
		await using vault = await openVault(options);
		await fill(vault);
	}
	for (let round = 0; round < (process.env.SLOW ? 100 : 8); round++) {
		const rotated = rotateUntilKilled(folder.path, "root", { step: "none", nth: 1 });
		const isOver = rotated.then(() => true);
		for (let i = 0; !(await Promise.race([isOver, sleep(5)])); i++)
			await moveRootKey(options.dataDir, options.rootKey.file, join(folder.path, `${round}-${i}.key`));
		await using vault = await openVault(options);
		while ((await advance(vault)) === "more");
		expect(await examine(vault.storage, vault.keys)).toEqual({ values: VALUES, damaged: [] });
	}
	await using vault = await openVault(options);
	expect(vault.keys.roots.presented.id).toBe(vault.keys.roots.current.id);
});
