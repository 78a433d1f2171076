import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newRootKey, parseRootKey, rootKeyText } from "@holdfast/crypto";
import Database from "better-sqlite3";
import { describe, expect, test, vi } from "vitest";
import {
	addPerson,
	admin,
	damaged,
	optionsIn,
	person,
	replacedKeys,
	type TestVault,
	testFolder,
	testVault,
} from "../test/harness.ts";
import { examine } from "./examine.ts";
import { environments, keys, openVault, type Step, settings, type Vault } from "./index.ts";
import { advance } from "./rotation.ts";
import { readSavedValues } from "./snapshot.ts";

const shared = { environment: "default", owner: "shared" } as const;

/** A few values of every kind: history, a removal, another environment, personal ones. */
async function fill({ vault, save }: TestVault): Promise<void> {
	await environments.create(vault, admin, { name: "production" });
	for (const value of ["one", "two"]) {
		await save({ KEY: value, OTHER: `${value} other` });
		await save({ KEY: `${value} live` }, "production");
		for (const user of ["ann", "ben"]) {
			const writes = [{ name: "KEY", value: `${user} ${value}` }];
			await settings.save(vault, person(user), { environment: "default", owner: "personal", writes });
		}
	}
	await settings.remove(vault, admin, { ...shared, name: "OTHER" });
}

async function values(vault: Vault): Promise<string[]> {
	const seen: string[] = [];
	for (const environment of ["default", "production"])
		seen.push((await settings.reveal(vault, admin, { environment, owner: "shared", name: "KEY" })).value);
	for (const user of ["ann", "ben"]) {
		const own = { environment: "default", owner: "personal", name: "KEY" } as const;
		seen.push((await settings.reveal(vault, person(user, "admin"), own)).value);
	}
	return seen;
}

const VALUES = ["two", "two live", "ann two", "ben two"];

async function finished(vault: Vault): Promise<void> {
	// A budget of nothing is spent at once, and yet each call comes a batch further.
	for (let tries = 0; (await advance(vault, { batch: 2, budget: 0 })) === "more"; tries++)
		expect(tries).toBeLessThan(100);
}

async function everythingOpens(vault: Vault): Promise<void> {
	expect((await examine(vault.storage, vault.keys)).damaged).toEqual([]);
	expect(await values(vault)).toEqual(VALUES);
}

describe("the root key", () => {
	test("is replaced in its file, data keys alone are sealed anew, and the old one opens nothing more", async () => {
		await using v = await testVault({ serves: false });
		await fill(v);
		const { file } = v.vault.options.rootKey;
		const old = readFileSync(file, "utf8");
		const sealedBefore = (await v.vault.storage.sealed("value", { after: null, limit: 100 })).map(
			({ sealed }) => sealed,
		);
		const before = v.vault.keys.roots.current;

		const view = await keys.rotate(v.vault, admin, { what: "root" });
		expect(view).toMatchObject({ kind: "root", stage: "done", total: 5, done: 5, from: before.fingerprint });
		expect(parseRootKey(readFileSync(file, "utf8"), file).fingerprint).toBe(view.to);
		expect((await v.vault.storage.sealed("value", { after: null, limit: 100 })).map(({ sealed }) => sealed)).toEqual(
			sealedBefore,
		);
		const header = Buffer.concat([Buffer.from([1]), Buffer.from(before.id, "hex")]);
		for (const name of ["holdfast.db", "holdfast.db-wal"]) {
			const bytes = readFileSync(join(v.vault.options.dataDir, name));
			expect([name, bytes.indexOf(header)], "no envelope under it is left, in no free page and no log").toEqual([
				name,
				-1,
			]);
		}
		await everythingOpens(v.vault);

		const with_ = (text: string | null) => ({ ...v.vault.options, rootKey: { text, file } });
		await expect(openVault(with_(old))).rejects.toMatchObject({
			code: "ROOT_KEY_WRONG",
			fields: { detail: expect.stringContaining("was retired on") },
		});
		await using again = await openVault(with_(null));
		await everythingOpens(again);
		expect(readSavedValues(v.vault.options.dataDir, again.options.rootKey, "production").own.get("KEY")?.value).toBe(
			"two live",
		);
		expect(again.keys.roots.get(before.id)?.fingerprint, "backups made under the old key open").toBe(
			before.fingerprint,
		);
	});

	test("is waited for when all is sealed that there is, whoever was removed meanwhile", async () => {
		const onStep = (step: Step) => {
			if (step !== "rotation-begun") return;
			void v.vault.storage.commit({ removePerson: { id: "ann", role: "editor", at: 0 }, audit: [] });
		};
		await using v: TestVault = await testVault({
			serves: false,
			rootKey: { text: rootKeyText(newRootKey()), file: "unused" },
			onStep,
		});
		for (const id of ["ann", "ben"]) addPerson(v.vault, id);
		await fill(v);
		expect(await keys.rotate(v.vault, admin, { what: "root" })).toMatchObject({ stage: "waiting", total: 5, done: 4 });
		expect((await keys.resume(v.vault, admin))?.wanted).toContain("HOLDFAST_ROOT_KEY");
	});

	test("given in a variable, the old one is usable until a process has the new one", async () => {
		const old = rootKeyText(newRootKey());
		await using v = await testVault({ serves: false, rootKey: { text: old, file: "unused" } });
		await fill(v);
		const view = await keys.rotate(v.vault, admin, { what: "root" });
		expect(view).toMatchObject({ stage: "waiting", wanted: expect.stringContaining("HOLDFAST_ROOT_KEY") });
		const { kit } = await keys.kit(v.vault, admin);

		const { dataDir } = v.vault.options;
		for (const text of [old, kit]) {
			const rootKey = { text, file: "unused" };
			expect(readSavedValues(dataDir, rootKey, "default").own.get("KEY")?.value, "before it is retired").toBe("two");
		}
		{
			await using still = await openVault({ ...v.vault.options, rootKey: { text: old, file: "unused" } });
			expect(await keys.resume(still, admin)).toMatchObject({ stage: "waiting" });
			await everythingOpens(still);
		}
		await using next = await openVault({ ...v.vault.options, rootKey: { text: kit, file: "unused" } });
		await everythingOpens(next);
		expect(await keys.resume(next, admin)).toMatchObject({ stage: "done", wanted: null });
		expect(() => readSavedValues(dataDir, { text: old, file: "unused" }, "default")).toThrow(
			expect.objectContaining({ code: "ROOT_KEY_WRONG" }),
		);
		// A process that has been running since before goes on.
		await everythingOpens(v.vault);
		await v.save({ KEY: "two" });
	});

	test("a new user's key, planned in a process that knows nothing of the rotation, is under the new root key", async () => {
		await using v = await testVault({ serves: false });
		await fill(v);
		await using other = await openVault({ ...v.vault.options, serves: false });
		await keys.rotate(v.vault, admin, { what: "root" });
		const writes = [{ name: "KEY", value: "cas two" }];
		await settings.save(other, person("cas"), { environment: "default", owner: "personal", writes });
		await everythingOpens(v.vault);
		const mine = { environment: "default", owner: "personal", name: "KEY" } as const;
		expect(await settings.reveal(v.vault, person("cas", "admin"), mine)).toMatchObject({ value: "cas two" });
	});

	test("replaced three times, each key before it still opens with the current one", async () => {
		await using v = await testVault({ serves: false });
		await fill(v);
		const ids: string[] = [];
		for (let i = 0; i < 3; i++) {
			ids.push(v.vault.keys.roots.current.id);
			await keys.rotate(v.vault, admin, { what: "root" });
		}
		await using again = await openVault(v.vault.options);
		expect(ids.map((id) => again.keys.roots.get(id)?.id)).toEqual(ids);
		await everythingOpens(again);
		const view = await keys.rootKeyView(again);
		expect(view.retired.map(({ fingerprint }) => fingerprint.replaceAll("-", "")).sort()).toEqual([...ids].sort());
	});

	test("a file that may not be written waits for a person, with the old key usable", async () => {
		await using v = await testVault({ serves: false });
		await fill(v);
		const { file } = v.vault.options.rootKey;
		rmSync(file);
		const view = await keys.rotate(v.vault, admin, { what: "root" });
		expect(view).toMatchObject({ stage: "waiting", wanted: expect.stringContaining(file) });
		expect(existsSync(file)).toBe(false);
		await everythingOpens(v.vault);
	});

	test("is replaced where its file leads to, when that is a link, and only a draft of a key is cleared away beside it", async () => {
		using folder = testFolder();
		const file = join(folder.path, "link.key");
		const [place, kept] = [join(folder.path, "real.key"), join(folder.path, "real.key.before-2026.new")];
		writeFileSync(place, rootKeyText(newRootKey()), { mode: 0o600 });
		writeFileSync(kept, "somebody's own");
		writeFileSync(`${place}.1.new`, "a draft");
		symlinkSync(place, file);
		await using v = await testVault({ serves: false, rootKey: { text: null, file } });
		const { to } = await keys.rotate(v.vault, admin, { what: "root" });
		expect(lstatSync(file).isSymbolicLink()).toBe(true);
		expect(parseRootKey(readFileSync(place, "utf8"), place).fingerprint).toBe(to);
		expect(readdirSync(folder.path).sort()).toEqual(["link.key", "real.key", "real.key.before-2026.new"]);
	});

	test("a bridge that does not open keeps the old key, and the rotation says so", async () => {
		await using v = await testVault({ serves: false });
		await keys.rotate(v.vault, admin, { what: "root" });
		v.vault.database.$client.exec(
			"UPDATE root_key SET bridge = cast(substr(bridge, 1, 9) || zeroblob(76) AS blob) WHERE state = 'retired'",
		);
		await using again = await openVault(v.vault.options);
		const view = await keys.rotate(again, admin, { what: "root" });
		expect(view).toMatchObject({ stage: "waiting", wanted: expect.stringContaining("`holdfast doctor` names them") });
		expect((await examine(again.storage, again.keys)).damaged).toEqual([
			expect.stringContaining("the bridge to root key"),
		]);
	});

	test("says so when another process's reading keeps what was sealed under the old key in the log", async () => {
		const warnings: string[] = [];
		await using v = await testVault({ serves: false, warn: (message) => warnings.push(message) });
		const reader = new Database(join(v.vault.options.dataDir, "holdfast.db"), { readonly: true });
		try {
			reader.exec("BEGIN");
			reader.prepare("SELECT revision FROM instance").get();
			expect(await keys.rotate(v.vault, admin, { what: "root" })).toMatchObject({ stage: "done" });
		} finally {
			reader.close();
		}
		expect(warnings).toEqual([expect.stringContaining("until all processes that use it have ended")]);
	});

	test("held up by a file that is no key, it keeps a process from nothing else, and is said once", async () => {
		const warnings: string[] = [];
		await using v = await testVault({ warn: (message) => warnings.push(message) });
		const { file } = v.vault.options.rootKey;
		const key = readFileSync(file, "utf8");
		rmSync(file);
		await keys.rotate(v.vault, admin, { what: "root" });
		writeFileSync(file, "half a ke");
		for (const value of ["one", "two"]) {
			const { revision } = await v.save({ KEY: value });
			await vi.waitFor(async () => expect(await v.vault.storage.workers()).toMatchObject([{ revision }]), {
				timeout: 20_000,
			});
		}
		expect(warnings).toEqual([expect.stringContaining("The rotation of keys could not go on")]);
		writeFileSync(file, key);
		expect(await keys.resume(v.vault, admin)).toMatchObject({ stage: "done" });
	});

	test("derived from a passphrase, it is replaced by one of a new passphrase", async () => {
		const rootKey = { text: null, passphrase: "the first passphrase", file: "unused" };
		await using v = await testVault({ serves: false, rootKey });
		await fill(v);
		await expect(keys.rotate(v.vault, admin, { what: "root" })).rejects.toMatchObject({
			code: "ROTATION_NEEDS_PASSPHRASE",
		});
		await expect(keys.rotate(v.vault, admin, { what: "root", passphrase: "short" })).rejects.toMatchObject({
			code: "ROOT_KEY_PASSPHRASE_SHORT",
		});
		const passphrase = "the second passphrase";
		expect(await keys.rotate(v.vault, admin, { what: "root", passphrase })).toMatchObject({ stage: "waiting" });
		await using next = await openVault({ ...v.vault.options, rootKey: { ...rootKey, passphrase } });
		expect(await keys.resume(next, admin)).toMatchObject({ stage: "done" });
		await everythingOpens(next);
		await expect(openVault(v.vault.options)).rejects.toMatchObject({ code: "ROOT_KEY_WRONG" });
		expect(readSavedValues(v.vault.options.dataDir, next.options.rootKey, "default").own.get("KEY")?.value).toBe("two");
	});

	test("moves from a file to a passphrase, and the file is left as it is", async () => {
		await using v = await testVault({ serves: false });
		await fill(v);
		const { file } = v.vault.options.rootKey;
		const before = readFileSync(file, "utf8");
		const passphrase = "from now on a passphrase";
		expect(await keys.rotate(v.vault, admin, { what: "root", passphrase })).toMatchObject({
			stage: "waiting",
			wanted: expect.stringContaining("HOLDFAST_ROOT_KEY_PASSPHRASE"),
		});
		expect(readFileSync(file, "utf8")).toBe(before);
		await using next = await openVault({ ...v.vault.options, rootKey: { text: null, passphrase, file } });
		expect(await keys.resume(next, admin)).toMatchObject({ stage: "done" });
		await everythingOpens(next);
	});
});

describe("data keys", () => {
	test("are all replaced but the instance's, everything sealed under them is sealed anew, and the old ones go", async () => {
		await using v = await testVault({ serves: false });
		await fill(v);
		const idsOf = async () => {
			const rows = await v.vault.storage.sealed("dataKey", { after: null, limit: 100 });
			return new Map(rows.map(({ columns }) => [columns.owner, columns.id]));
		};
		const before = await idsOf();
		const view = await keys.rotate(v.vault, admin, { what: "data" });
		expect(view).toMatchObject({ kind: "data", stage: "done", from: null, to: null });
		const after = await idsOf();
		expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
		for (const [owner, id] of before) expect([owner, after.get(owner) === id]).toEqual([owner, owner === "instance"]);
		expect(replacedKeys(v.vault)).toEqual([]);
		await everythingOpens(v.vault);
		expect(readSavedValues(v.vault.options.dataDir, v.vault.options.rootKey, "production").own.get("KEY")?.value).toBe(
			"two live",
		);
	});

	test("a process that knew the old keys reads and saves on, and nothing it saves is lost", async () => {
		await using v = await testVault({ serves: false });
		await fill(v);
		await using other = await openVault({ ...v.vault.options, serves: false });
		expect(await values(other)).toEqual(VALUES);
		await keys.rotate(v.vault, admin, { what: "data" });
		await settings.save(other, admin, { ...shared, writes: [{ name: "LATE", value: "late" }] });
		const writes = [{ name: "KEY", value: "ann two" }];
		await settings.save(other, person("ann"), { environment: "default", owner: "personal", writes });
		await environments.create(other, admin, { name: "staging" });
		for (const vault of [v.vault, other]) {
			await everythingOpens(vault);
			expect((await settings.reveal(vault, admin, { ...shared, name: "LATE" })).value).toBe("late");
		}
	});

	test("a value that does not open keeps its key and does not hold up the rest", async () => {
		await using v = await testVault({ serves: false });
		await fill(v);
		v.vault.database.$client.exec(
			`UPDATE version SET sealed = cast(${damaged("sealed")} AS blob) WHERE name = 'KEY' AND version = 1 AND owner = 'ann'`,
		);
		expect(await keys.rotate(v.vault, admin, { what: "data" })).toMatchObject({ stage: "done" });
		expect(replacedKeys(v.vault)).toEqual(["user:ann"]);
		expect((await examine(v.vault.storage, v.vault.keys)).damaged).toEqual(["KEY in default (user ann), version 1"]);
		expect(await values(v.vault)).toEqual(VALUES);
	});
});

test.each(["root", "data"] as const)(
	"a rotation of %s keys goes on in small steps, by whoever holds the vault open",
	async (what) => {
		using folder = testFolder();
		const options = optionsIn(folder.path, { serves: false });
		await using first = await openVault(options);
		await fill({ vault: first, save: saver(first) } as TestVault);
		await using second = await openVault(options);
		await keys.rotate(first, admin, { what });
		for (const vault of [second, first]) await finished(vault);
		await everythingOpens(second);
		expect((await second.storage.state()).rotation?.finishedAt).not.toBeNull();
		expect(existsSync(join(options.dataDir, "root.key"))).toBe(true);
	},
);

test.each([
	["root", "data"],
	["data", "root"],
] as const)(
	"of a rotation of %s keys and one of %s keys that begin in the same moment one goes on, and the other is refused",
	async (...both) => {
		await using v = await testVault({ serves: false, rootKey: { text: rootKeyText(newRootKey()), file: "unused" } });
		await fill(v);
		await using other = await openVault(v.vault.options);
		const begun = await Promise.allSettled(
			both.map((what, i) => keys.rotate(i === 0 ? v.vault : other, admin, { what })),
		);
		expect(begun.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []))).toEqual([
			"ROTATION_UNDER_WAY",
		]);
		const { rotation } = await v.vault.storage.state();
		const states = (await v.vault.storage.rootKeys()).map(({ state }) => state).sort();
		expect(states).toEqual(rotation?.kind === "root" ? ["current", "previous"] : ["current"]);
		if (rotation?.kind === "data") await finished(v.vault);
		const { text } =
			rotation?.kind === "root" ? { text: (await keys.kit(v.vault, admin)).kit } : v.vault.options.rootKey;
		await using next = await openVault({ ...v.vault.options, rootKey: { text, file: "unused" } });
		expect(await keys.resume(next, admin)).toMatchObject({ stage: "done" });
		expect(await keys.rotate(next, admin, { what: "root" }), "one begins again").toMatchObject({ stage: "waiting" });
		await everythingOpens(next);
	},
);

function saver(vault: Vault) {
	return (writes: Record<string, string>, environment = "default") =>
		settings.save(vault, admin, {
			environment,
			owner: "shared",
			writes: Object.entries(writes).map(([name, value]) => ({ name, value })),
		});
}
