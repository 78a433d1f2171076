import { randomUUID } from "node:crypto";
import { accessIn } from "@holdfast/contract";
import { expect, test, vi } from "vitest";
import { admin, optionsIn, type TestVault, testVault } from "../test/harness.ts";
import type { Caller, Vault } from "./index.ts";
import { environments, openVault, settings, workers } from "./index.ts";

const worker = { id: randomUUID(), host: "elsewhere", pid: 7, program: "app.js" };
const token: Caller = { ...admin, actor: "token:1", address: "10.0.0.7" };

const hydrate = ({ vault }: TestVault<Vault>, input = {}, caller = token) =>
	settings.hydrate(vault, caller, { environment: "default", worker, ...input });

async function entries({ vault }: TestVault<Vault>) {
	const rows = await vault.storage.audit(Number.MAX_SAFE_INTEGER, 100);
	return rows.filter(({ action }) => action === "settings.hydrate").reverse();
}

test("an environment is given with what it inherits, each value with where it is from", async () => {
	await using v = await testVault();
	await environments.create(v.vault, admin, { name: "production" });
	await v.save({ BOTH: "base", INHERITED: "base" });
	const { revision } = await v.save({ BOTH: "own", OWN: "own" }, "production");
	expect(await hydrate(v, { environment: "production" })).toEqual({
		environment: "production",
		revision,
		values: [
			{ name: "BOTH", value: "own", source: "environment", place: "production", version: 1 },
			{ name: "INHERITED", value: "base", source: "default", place: "default", version: 1 },
			{ name: "OWN", value: "own", source: "environment", place: "production", version: 1 },
		],
	});
	const other = { ...worker, id: randomUUID() };
	expect((await hydrate(v, { worker: other })).values?.map(({ name, source }) => [name, source])).toEqual([
		["BOTH", "default"],
		["INHERITED", "default"],
	]);
	await settings.remove(v.vault, admin, { environment: "production", owner: "shared", name: "BOTH" });
	const after = await hydrate(v, { environment: "production" });
	expect(after.values?.map(({ name, value }) => [name, value])).toContainEqual(["BOTH", "base"]);
	await expect(hydrate(v, { environment: "production", worker: other })).rejects.toMatchObject({
		code: "INPUT_INVALID",
	});
});

test("what is held is not given again, and whoever took values is a process that holds them", async () => {
	await using v = await testVault();
	await environments.create(v.vault, admin, { name: "staging" });
	const { revision } = await v.save({ KEY: "one" });
	expect(await hydrate(v)).toMatchObject({ revision, values: [{ value: "one" }] });
	const said = { ...worker, environment: "default", revision, inherited: ["OTHER"] };
	await workers.report(v.vault, token, said);
	const { revision: later } = await v.save({ KEY: "elsewhere" }, "staging");
	expect(await hydrate(v, { held: revision })).toEqual({ environment: "default", revision: later, values: null });
	const listed = await workers.list(v.vault, admin, { environment: "default", name: "OTHER" });
	expect(listed.find(({ id }) => id === workers.shownId(worker.id))).toMatchObject({
		revision: later,
		converged: true,
		inherited: true,
	});
	expect(await hydrate(v, { held: later + 1_000 })).toMatchObject({ values: [{ value: "one" }] });
	const { revision: changed } = await v.save({ KEY: "two" });
	expect(await hydrate(v, { held: later })).toMatchObject({ revision: changed, values: [{ value: "two" }] });
});

test("it is recorded the first time, each hour, and when there is something new; never with a value", async () => {
	await using v = await testVault();
	const { revision } = await v.save({ KEY: "the value" });
	for (let i = 0; i < 3; i++) await hydrate(v);
	await hydrate(v, { held: revision });
	expect(await entries(v)).toMatchObject([
		{ actor: "token:1", target: "app.js", environment: "default", details: { revision, values: 1, host: "elsewhere" } },
	]);
	await v.save({ KEY: "another value" });
	for (let i = 0; i < 3; i++) await hydrate(v);
	expect(await entries(v)).toHaveLength(2);
	await hydrate(v, { worker: { ...worker, id: randomUUID() } });
	await hydrate(v, { worker: undefined });
	await hydrate(v, {}, { ...token, actor: "token:2" });
	expect(await entries(v)).toHaveLength(5);
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60 * 60 * 1000 });
	try {
		await hydrate(v, { held: v.vault.live.revision });
		await hydrate(v, { held: v.vault.live.revision });
	} finally {
		vi.useRealTimers();
	}
	expect(await entries(v)).toHaveLength(6);
	expect(JSON.stringify(await entries(v))).not.toContain('value"');
});

test("values taken from another address or under another name are recorded, whoever took them an hour ago or less", async () => {
	await using v = await testVault();
	await v.save({ KEY: "one" });
	for (const given of [worker, undefined]) {
		for (const address of ["10.0.0.7", "203.0.113.9", "10.0.0.7"])
			await hydrate(v, { worker: given }, { ...token, address });
	}
	await hydrate(v, { worker: { ...worker, host: "another", pid: 8 } });
	expect((await entries(v)).map(({ address }) => address)).toEqual([
		"10.0.0.7",
		"203.0.113.9",
		"10.0.0.7",
		"203.0.113.9",
		"10.0.0.7",
	]);
});

test("a value that does not open keeps the others from being given, by name and on record", async () => {
	await using v = await testVault({ serves: false });
	await v.save({ FINE: "one", HARMED: "two" });
	const { $client } = v.vault.database;
	$client.exec("UPDATE version SET sealed = substr(sealed, 1, 60) || x'00' WHERE name = 'HARMED'");
	$client.exec("UPDATE environment SET snapshot = substr(snapshot, 1, 60) || x'00'");
	await using vault = await openVault(optionsIn(v.folder, { serves: false }));
	const harmed = { ...v, vault };
	await expect(hydrate(harmed)).rejects.toMatchObject({ code: "VALUE_DAMAGED", fields: { name: "HARMED" } });
	expect(await entries(harmed)).toMatchObject([{ outcome: "failed" }]);
});

test("who may not reveal is refused, and outside of its environments, too", async () => {
	await using v = await testVault();
	const viewer: Caller = { ...token, access: accessIn(["settings.see"], null) };
	await expect(hydrate(v, {}, viewer)).rejects.toMatchObject({ code: "NOT_ALLOWED" });
	const limited: Caller = { ...token, access: accessIn(["settings.reveal"], ["production"]) };
	await expect(hydrate(v, {}, limited)).rejects.toMatchObject({ code: "NOT_ALLOWED" });
	expect((await entries(v)).map(({ outcome }) => outcome)).toEqual(["denied", "denied"]);
});
