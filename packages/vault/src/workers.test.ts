import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { hostname } from "node:os";
import { accessIn } from "@holdfast/contract";
import { expect, test, vi } from "vitest";
import { admin, optionsIn, person, type TestVault, testVault } from "../test/harness.ts";
import type { Caller } from "./index.ts";
import { environments, openVault, settings, workers } from "./index.ts";

const remote: Caller = { ...admin, address: "10.0.0.7" };

interface App {
	environment?: string;
	revision?: number;
	pid?: number;
	id?: string;
	inherited?: string[];
}

/** Have a process say what it holds; by default this one, from here. */
function report({ vault }: TestVault, app: App = {}, caller: Caller = admin) {
	const { environment = "default", revision = vault.live.revision, pid = process.pid, inherited = [] } = app;
	const worker = { id: app.id ?? randomUUID(), host: hostname(), pid, program: "app.js" };
	return workers.report(vault, caller, { ...worker, environment, revision, inherited });
}

const list = ({ vault }: TestVault, input = {}, caller = admin) => workers.list(vault, caller, input);

test("a process is listed with what it holds, and counted in the answers of saves for its environment and default", async () => {
	await using v = await testVault();
	await environments.create(v.vault, admin, { name: "production" });
	await environments.create(v.vault, admin, { name: "staging" });
	const id = randomUUID();
	const app = await report(v, { id, environment: "production" });
	expect(app).toMatchObject({ kind: "application", environment: "production", converged: true, program: "app.js" });
	expect(await list(v)).toMatchObject([
		{ kind: "server", environment: null, program: "holdfast", converged: true },
		{ id: app.id, converged: true },
	]);
	expect((await v.save({ KEY: "one" }, "staging")).workers).toEqual({ live: 1, converged: 1 });
	expect((await v.save({ KEY: "one" }, "production")).workers).toEqual({ live: 2, converged: 1 });
	await report(v, { id, environment: "production" });
	expect((await list(v)).map(({ converged }) => converged)).toEqual([true, true]);
	expect((await v.save({ KEY: "one" })).workers).toEqual({ live: 2, converged: 1 });
	expect(await list(v, { environment: "production" })).toMatchObject([{ kind: "server" }, { converged: false }]);
	expect(await list(v, { environment: "staging" })).toMatchObject([{ kind: "server" }]);
});

test("what is personal or elsewhere leaves a process as up to date as it was", async () => {
	await using v = await testVault();
	await environments.create(v.vault, admin, { name: "staging" });
	await report(v);
	await v.save({ KEY: "one" }, "staging");
	const own = { environment: "default", owner: "personal", writes: [{ name: "KEY", value: "mine" }] } as const;
	await settings.save(v.vault, person("ann"), { ...own, writes: [...own.writes] });
	expect((await list(v)).map(({ converged }) => converged)).toEqual([true, true]);
});

test("for a name, each process has the version that was current at the revision it holds", async () => {
	await using v = await testVault();
	await environments.create(v.vault, admin, { name: "production" });
	const before = await report(v, { environment: "production", pid: 1 });
	const { revision: one } = await v.save({ KEY: "inherited" });
	const inheriting = await report(v, { environment: "production", revision: one, pid: process.ppid });
	await v.save({ KEY: "own" }, "production");
	const { revision } = await v.save({ KEY: "own again" }, "production");
	const own = await report(v, { environment: "production", revision, inherited: ["KEY"] });
	const removal = { environment: "production", owner: "shared", name: "KEY" } as const;
	await settings.remove(v.vault, admin, removal);
	const after = await report(v, { environment: "production" }, remote);
	const rows = await list(v, { environment: "production", name: "KEY" });
	const versions = new Map(rows.map(({ id, version, current, inherited }) => [id, [version, current, inherited]]));
	expect([before, inheriting, own, after].map(({ id }) => versions.get(id))).toEqual([
		[0, false, false],
		[1, true, false],
		[2, false, true],
		[1, true, false],
	]);
	expect((await list(v)).map(({ version, current }) => [version, current])).toEqual(Array(5).fill([null, null]));
});

test("a process that is killed is gone at once; one that cannot be seen, half a minute after its last word", async () => {
	await using v = await testVault();
	const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
	await report(v, { pid: child.pid ?? 0 });
	const id = randomUUID();
	const far = await report(v, { id, pid: 999_999_999 }, remote);
	expect(await list(v)).toHaveLength(3);
	child.kill("SIGKILL");
	await once(child, "exit");
	expect(await list(v)).toMatchObject([{ kind: "server" }, { id: far.id }]);
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
	try {
		expect(await list(v)).toEqual([]);
		await report(v, { id }, remote);
		expect(await list(v)).toMatchObject([{ id: far.id }]);
	} finally {
		vi.useRealTimers();
	}
});

test("of two with one number on one host, the later is the one that runs", async () => {
	await using v = await testVault();
	await report(v);
	await new Promise((resolve) => setTimeout(resolve, 2));
	const later = await report(v);
	const far = [await report(v, { pid: 1 }, remote), await report(v, { pid: 1 }, remote)];
	expect((await list(v)).map(({ id }) => id)).toEqual(expect.arrayContaining([later.id, ...far.map(({ id }) => id)]));
	expect(await list(v)).toHaveLength(4);
});

test("an id stays with its environment, and is removed only by who may see that; a server by nobody", async () => {
	await using v = await testVault();
	await environments.create(v.vault, admin, { name: "staging" });
	const id = randomUUID();
	await report(v, { id, environment: "staging" });
	await expect(report(v, { id })).rejects.toMatchObject({ code: "INPUT_INVALID" });
	const server = v.vault.worker?.id ?? "";
	await expect(report(v, { id: server })).rejects.toMatchObject({ code: "INPUT_INVALID" });
	const limited: Caller = { ...admin, access: accessIn(["settings.see"], ["default"]) };
	expect(await list(v, {}, limited)).toMatchObject([{ kind: "server" }]);
	expect(await workers.remove(v.vault, limited, { id })).toEqual({ removed: false });
	expect(await workers.remove(v.vault, admin, { id: server })).toEqual({ removed: false });
	expect(await workers.remove(v.vault, admin, { id })).toEqual({ removed: true });
	expect(await list(v)).toMatchObject([{ kind: "server" }]);
});

test("whoever is told of a process can neither report in its place nor have it forgotten", async () => {
	await using v = await testVault();
	const id = randomUUID();
	await report(v, { id });
	const viewer: Caller = { ...remote, access: accessIn(["settings.see"], null) };
	const [, told] = await list(v, {}, viewer);
	expect(JSON.stringify(await list(v, { name: "KEY" }, viewer))).not.toContain(id);
	expect(await workers.remove(v.vault, viewer, { id: told?.id ?? "" })).toEqual({ removed: false });
	expect(await list(v)).toHaveLength(2);
});

test("a process that is ahead of the database, as after a backup was brought back, is not taken for one that has what is saved", async () => {
	await using v = await testVault();
	const { revision } = await v.save({ KEY: "one" });
	const ahead = await report(v, { revision: revision + 1_000 });
	expect(ahead.converged).toBe(false);
	expect((await v.save({ KEY: "two" })).workers).toEqual({ live: 2, converged: 1 });
	const rows = await list(v, { name: "KEY" });
	expect(rows.find(({ id }) => id === ahead.id)).toMatchObject({ converged: false, version: 0, current: false });
});

test("FAULTS 29: a credential that reports ever more processes has the latest listed, and others' stay", async () => {
	await using v = await testVault();
	const flood: Caller = { ...remote, actor: "token:1" };
	const [honest, first] = [await report(v, {}, remote), await report(v, {}, flood)];
	for (let i = 0; i < 499; i++) await report(v, {}, flood);
	const ids = async () => (await list(v)).map(({ id }) => id);
	expect(await ids()).toEqual(expect.arrayContaining([honest.id, first.id]));
	const last = await report(v, {}, flood);
	expect(await v.vault.storage.workers()).toHaveLength(502);
	expect(await ids()).toEqual(expect.arrayContaining([honest.id, last.id]));
	expect(await ids()).not.toContain(first.id);
});

test("another server is listed until it stops, and takes up what is saved here by itself", async () => {
	await using v = await testVault();
	{
		await using other = await openVault(optionsIn(v.folder));
		const { revision } = await v.save({ KEY: "one" });
		await vi.waitFor(
			async () => {
				const rows = await list(v);
				expect(rows.find(({ id }) => id === workers.shownId(other.worker?.id ?? ""))).toMatchObject({
					revision,
					converged: true,
				});
			},
			{ timeout: 20_000 },
		);
	}
	expect(await list(v)).toHaveLength(1);
});
