import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Permission } from "@holdfast/contract";
import { describe, expect, test } from "vitest";
import { addPerson, admin, optionsIn, person, type TestVault, testVault } from "../test/harness.ts";
import { audit, type Caller, environments, openVault, people, settings, tokens, type Vault } from "./index.ts";

const own = { environment: "default", owner: "personal" } as const;

function saveOwn(vault: Vault, id: string, value: string, more: { name?: string; environment?: string } = {}) {
	const { name = "KEY", environment = "default" } = more;
	return settings.save(vault, person(id), { ...own, environment, writes: [{ name, value }] });
}

/** What is sealed for someone alone, as bytes. */
function sealedOf({ vault }: TestVault, id: string): Buffer[] {
	const { $client } = vault.database;
	const all = (sql: string, owner: string) => $client.prepare(sql).pluck().all(owner) as Buffer[];
	const values = all("SELECT sealed FROM version WHERE owner = ? AND sealed IS NOT NULL", id);
	return [...values, ...all("SELECT sealed FROM data_key WHERE owner = ?", `user:${id}`)];
}

/** How many of these begin anywhere in a file of the data folder. What is long does not lie there in one piece. */
function foundIn({ folder }: TestVault, wanted: readonly Buffer[]): number {
	const data = join(folder, ".holdfast");
	const files = readdirSync(data, { withFileTypes: true }).filter((each) => each.isFile());
	const bytes = Buffer.concat(files.map(({ name }) => readFileSync(join(data, name))));
	return wanted.filter((part) => bytes.includes(part.subarray(0, 60))).length;
}

describe("listing people", () => {
	test("names everyone with an account, and nobody whose claim was cut off", async () => {
		await using v = await testVault();
		addPerson(v.vault, "olga", "owner");
		addPerson(v.vault, "ed");
		v.vault.database.$client.exec(
			"INSERT INTO user SELECT 'half', name, 'half@people.example', email_verified, image, created_at, updated_at, role, 1, NULL, NULL, 0 FROM user WHERE id = 'olga'",
		);
		const listed = await people.list(v.vault, person("olga", "owner"));
		expect(listed.map(({ id, role, email }) => [id, role, email])).toEqual([
			["olga", "owner", "olga@people.example"],
			["ed", "editor", "ed@people.example"],
		]);
		await expect(people.list(v.vault, person("ed"))).rejects.toMatchObject({ code: "NOT_ALLOWED" });
	});
});

describe("removing someone", () => {
	test("leaves nothing of their key, their values and their address in the files, nor in a backup made afterwards", async () => {
		await using v = await testVault();
		addPerson(v.vault, "olga", "owner");
		addPerson(v.vault, "ann");
		addPerson(v.vault, "bob");
		await environments.create(v.vault, admin, { name: "staging" });
		for (let round = 0; round < 3; round++) {
			for (let i = 0; i < 25; i++) {
				const value = `value ${round} `.padEnd(40 + ((i * 97) % 900), "x");
				const environment = i % 2 ? "staging" : "default";
				for (const id of ["ann", "bob"])
					await saveOwn(v.vault, id, value, { name: `KEY_${(i * 7) % 25}`, environment });
			}
		}
		await settings.remove(v.vault, person("ann"), { ...own, name: "KEY_0" });
		const gone = [...sealedOf(v, "ann"), Buffer.from("ann@people.example"), Buffer.from("session of ann")];
		const kept = sealedOf(v, "bob");
		expect([gone.length, kept.length]).toEqual([78, 76]);
		expect(foundIn(v, [...gone, ...kept])).toBe(gone.length + kept.length);

		await people.remove(v.vault, person("olga", "owner"), { id: "ann" });
		v.vault.database.$client.exec(`VACUUM INTO '${join(v.folder, ".holdfast", "copy.db")}'`);
		expect(foundIn(v, [...gone, ...gone.map((part) => part.subarray(-16))])).toBe(0);
		expect(foundIn(v, kept)).toBe(kept.length);
		expect((await settings.reveal(v.vault, person("bob"), { ...own, name: "KEY_0" })).value).toContain("value 2");
		expect(await v.vault.storage.dataKey("user:ann")).toBeNull();
		for (const table of ["user", "account", "session"])
			expect(v.vault.database.$client.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(2);
	});

	test("ends the tokens that they made, and no others", async () => {
		await using v = await testVault();
		const olga = addPerson(v.vault, "olga", "owner");
		const adam = addPerson(v.vault, "adam", "admin");
		const make = (by: typeof olga, label: string) =>
			tokens.create(v.vault, by, { label, permissions: ["settings.see"] });
		const [his, hers] = [await make(adam, "his"), await make(olga, "hers")];
		expect(await people.remove(v.vault, olga, { id: "adam" })).toMatchObject({ id: "adam", tokens: ["his"] });
		expect(await tokens.verify(v.vault, his.token, null)).toBeNull();
		expect(await tokens.verify(v.vault, hers.token, null)).not.toBeNull();
	});

	test("is recorded by their id and role, and what they did stays in the log and in shared history", async () => {
		await using v = await testVault();
		const olga = addPerson(v.vault, "olga", "owner");
		const ann = addPerson(v.vault, "ann");
		await settings.save(v.vault, ann, { ...own, owner: "shared", writes: [{ name: "KEY", value: "one" }] });
		expect(await people.remove(v.vault, olga, { id: "ann" })).toMatchObject({ id: "ann", role: "editor" });
		const { entries } = await audit.list(v.vault, admin, { limit: 2 });
		expect(entries).toMatchObject([
			{ action: "people.remove", actor: "user:olga", target: "ann", outcome: "done", details: { role: "editor" } },
			{ action: "settings.save", actor: "user:ann" },
		]);
		const history = await settings.history(v.vault, admin, { ...own, owner: "shared", name: "KEY" });
		expect(history).toMatchObject([{ by: "ann" }]);
		await expect(people.remove(v.vault, olga, { id: "ann" })).rejects.toMatchObject({ code: "PERSON_NOT_FOUND" });
	});

	test("is refused for the last owner, and for an owner or an administrator unless by an owner", async () => {
		await using v = await testVault();
		const olga = addPerson(v.vault, "olga", "owner");
		const adam = addPerson(v.vault, "adam", "admin");
		addPerson(v.vault, "eve", "admin");
		const ed = addPerson(v.vault, "ed");
		const code = (by: typeof olga, id: string) =>
			people.remove(v.vault, by, { id }).then(
				() => null,
				(error) => error.code,
			);
		expect(await code(ed, "adam")).toBe("NOT_ALLOWED");
		expect(await code(adam, "olga")).toBe("NOT_ALLOWED");
		expect(await code(adam, "eve")).toBe("NOT_ALLOWED");
		expect(await code(olga, "olga")).toBe("LAST_OWNER");
		expect(await code(adam, "ed")).toBeNull();
		expect(await code(olga, "eve")).toBeNull();
		addPerson(v.vault, "otto", "owner");
		expect(await code(olga, "olga")).toBeNull();
		expect(await code(admin, "otto")).toBe("LAST_OWNER");
		expect(await code(admin, "nobody")).toBe("PERSON_NOT_FOUND");
		const denied = (await v.vault.storage.audit(Number.MAX_SAFE_INTEGER, 50)).filter((row) => row.outcome === "denied");
		expect(denied.map(({ action, target }) => [action, target])).toEqual([
			["people.remove", "eve"],
			["people.remove", "olga"],
			["people.remove", "adam"],
		]);
	});

	test("leaves one of two owners who remove each other in the same moment", async () => {
		await using v = await testVault();
		const [olga, otto] = [addPerson(v.vault, "olga", "owner"), addPerson(v.vault, "otto", "owner")];
		await using other = await openVault(optionsIn(v.folder, { serves: false }));
		await Promise.allSettled([
			people.remove(v.vault, olga, { id: "otto" }),
			people.remove(other, otto, { id: "olga" }),
		]);
		expect(await people.list(v.vault, admin)).toHaveLength(1);
	});
});

describe("a process that knew someone who was removed since", () => {
	/** Ann is removed by another process between the plan of a save and its commit. */
	async function cutOff(saves: (vault: Vault) => Promise<unknown>, before: (vault: Vault) => Promise<unknown>) {
		await using v = await testVault();
		addPerson(v.vault, "olga", "owner");
		addPerson(v.vault, "ann");
		let isArmed = false;
		const onStep = () => {
			if (isArmed) void v.vault.storage.commit({ removePerson: { id: "ann", role: "editor", at: 0 }, audit: [] });
			isArmed = false;
		};
		await using other = await openVault(optionsIn(v.folder, { serves: false, onStep }));
		await before(other);
		isArmed = true;
		await expect(saves(other)).rejects.toMatchObject({ code: "SIGNED_OUT" });
		await expect(saveOwn(other, "ann", "again")).rejects.toMatchObject({ code: "SIGNED_OUT" });
		await expect(saveOwn(v.vault, "ann", "again")).rejects.toMatchObject({ code: "SIGNED_OUT" });
		expect(await v.vault.storage.history("default", "ann", "KEY")).toEqual([]);
		expect(await v.vault.storage.dataKey("user:ann")).toBeNull();
		const reading = settings.reveal(other, person("ann"), { ...own, name: "KEY" });
		await expect(reading).rejects.toMatchObject({ code: "SETTING_NOT_FOUND" });
	}

	test("saves nothing under their old key", async () => {
		await cutOff(
			(vault) => saveOwn(vault, "ann", "two"),
			(vault) => saveOwn(vault, "ann", "one"),
		);
	});

	test("makes them no new key", async () => {
		await cutOff(
			(vault) => saveOwn(vault, "ann", "one"),
			async () => undefined,
		);
	});

	test("writes no removal in their name, and brings back no version", async () => {
		const one = (vault: Vault) => saveOwn(vault, "ann", "one");
		await cutOff((vault) => settings.remove(vault, person("ann"), { ...own, name: "KEY" }), one);
		await cutOff((vault) => settings.restore(vault, person("ann"), { ...own, name: "KEY", version: 1 }), one);
	});
});

describe("another role", () => {
	const update = (v: TestVault, by: Caller, input: Parameters<typeof people.update>[2]) =>
		people.update(v.vault, by, input);

	test("counts from then on, also where it is less, and goes along when the environment is renamed", async () => {
		await using v = await testVault();
		const olga = addPerson(v.vault, "olga", "owner");
		addPerson(v.vault, "ann");
		await environments.create(v.vault, admin, { name: "production" });
		const narrowed = { production: "viewer" as const };
		expect(await update(v, olga, { id: "ann", narrowed })).toMatchObject({ role: "editor", narrowed, tokens: [] });
		await environments.rename(v.vault, admin, { name: "production", to: "live" });
		const [, ann] = await people.list(v.vault, olga);
		expect(ann).toMatchObject({ role: "editor", narrowed: { live: "viewer" } });
		const caller = person("ann", ann?.role, ann?.narrowed);
		const write = (environment: string) =>
			settings.save(v.vault, caller, { environment, owner: "shared", writes: [{ name: "A", value: "b" }] });
		await expect(write("live")).rejects.toMatchObject({ code: "NOT_ALLOWED" });
		expect(await write("default")).toMatchObject({ revision: expect.any(Number) });
		expect(await update(v, olga, { id: "ann", narrowed: null, role: "admin" })).toMatchObject({ narrowed: null });
		const { entries } = await audit.list(v.vault, admin, { limit: 1 });
		expect(entries).toMatchObject([
			{ action: "people.update", target: "ann", details: { role: "admin", narrowed: null } },
		]);
	});

	test("ends the tokens that may do more than they now, and no others", async () => {
		await using v = await testVault();
		const olga = addPerson(v.vault, "olga", "owner");
		const adam = addPerson(v.vault, "adam", "admin");
		await environments.create(v.vault, admin, { name: "staging" });
		const make = (label: string, permissions: Permission[], where?: string[]) =>
			tokens.create(v.vault, adam, { label, permissions, ...(where && { environments: where }) });
		const reveals = await make("reveals", ["settings.reveal"]);
		const sees = await make("sees", ["settings.see"], ["staging"]);
		const hidden = await make("hidden", ["settings.see"], ["default"]);
		const input = { id: "adam", role: "viewer" as const, narrowed: { default: "none" as const } };
		expect((await update(v, olga, input)).tokens.sort()).toEqual(["hidden", "reveals"]);
		for (const { token } of [reveals, hidden]) expect(await tokens.verify(v.vault, token, null)).toBeNull();
		expect(await tokens.verify(v.vault, sees.token, null)).not.toBeNull();
	});

	test("leaves no token with more that was being made, or rotated, in the same moment", async () => {
		await using v = await testVault();
		const olga = addPerson(v.vault, "olga", "owner");
		const adam = addPerson(v.vault, "adam", "admin");
		const other = await tokens.create(v.vault, olga, { label: "of olga", permissions: ["settings.reveal"] });
		const make = (permissions: Permission[]) => tokens.create(v.vault, adam, { label: "late", permissions });
		const demoted = update(v, olga, { id: "adam", role: "viewer" });
		await Promise.allSettled([demoted, ...Array.from({ length: 10 }, () => make(["settings.reveal"]))]);
		const isLive = ({ revokedAt, id }: { revokedAt: number | null; id: string }) =>
			revokedAt === null && id !== other.id;
		expect((await tokens.list(v.vault, olga)).filter(isLive)).toEqual([]);

		// Whoever was let in before, as who they were then.
		await expect(make(["settings.reveal"])).rejects.toMatchObject({ code: "NOT_ALLOWED" });
		const rotate = tokens.rotate(v.vault, adam, { id: other.id, overlap: 0 });
		await expect(rotate).rejects.toMatchObject({ code: "NOT_ALLOWED" });
		const { entries } = await audit.list(v.vault, admin, { limit: 2 });
		expect(entries).toMatchObject([
			{ action: "tokens.rotate", outcome: "denied" },
			{ action: "tokens.create", outcome: "denied" },
		]);
		expect(await tokens.verify(v.vault, other.token, null)).not.toBeNull();
		expect(await make(["settings.see"])).toMatchObject({ label: "late" });
		await people.remove(v.vault, olga, { id: "adam" });
		await expect(make(["settings.see"])).rejects.toMatchObject({ code: "NOT_ALLOWED" });
	});

	test("is given by nobody who has it not, of administrators by an owner alone, and never takes the last owner", async () => {
		await using v = await testVault();
		const olga = addPerson(v.vault, "olga", "owner");
		const adam = addPerson(v.vault, "adam", "admin");
		addPerson(v.vault, "eve", "admin");
		addPerson(v.vault, "ann");
		const token = await tokens.create(v.vault, admin, { label: "few", permissions: ["members.write", "settings.see"] });
		const few = await tokens.verify(v.vault, token.token, null);
		if (!few) throw new Error("it is not taken");
		const refused: [Caller, Parameters<typeof people.update>[2], string][] = [
			[adam, { id: "ann", role: "owner" }, "NOT_ALLOWED"],
			[adam, { id: "ann", role: "admin" }, "NOT_ALLOWED"],
			[adam, { id: "eve", role: "viewer" }, "NOT_ALLOWED"],
			[adam, { id: "adam", role: "owner" }, "NOT_ALLOWED"],
			[few, { id: "ann", role: "editor" }, "NOT_ALLOWED"],
			[person("ann"), { id: "ann", role: "admin" }, "NOT_ALLOWED"],
			[olga, { id: "olga", role: "admin" }, "LAST_OWNER"],
			[olga, { id: "eve", role: "owner", narrowed: { default: "viewer" } }, "OWNER_NARROWED"],
			[olga, { id: "ann", narrowed: { nowhere: "none" } }, "ENVIRONMENT_NOT_FOUND"],
			[olga, { id: "nobody", role: "viewer" }, "PERSON_NOT_FOUND"],
		];
		for (const [by, input, code] of refused)
			expect([input, await update(v, by, input).catch((error) => error.code)]).toEqual([input, code]);
		expect(await update(v, adam, { id: "ann", role: "viewer" })).toMatchObject({ role: "viewer" });
		expect(await update(v, olga, { id: "eve", role: "owner" })).toMatchObject({ role: "owner" });
		const both = await Promise.allSettled([
			update(v, olga, { id: "olga", role: "admin" }),
			update(v, olga, { id: "eve", role: "admin" }),
		]);
		expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
		expect((await people.list(v.vault, admin)).filter(({ role }) => role === "owner")).toHaveLength(1);
	});
});
