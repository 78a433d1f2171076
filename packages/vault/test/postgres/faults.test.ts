/**
 * The server killed, paused and cut off in the middle of saves: what was acknowledged is there, once, and nothing is there
 * twice, whoever tried it again.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { newRootKey, rootKeyText } from "@holdfast/crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openVault, settings, type Vault } from "../../src/index.ts";
import { admin, optionsIn, postgresVault, testFolder } from "../harness.ts";
import { type TestServer, testPostgres } from "../postgres.ts";
import { type Cut, testProxy } from "./proxy.ts";

const shared = { environment: "default", owner: "shared" } as const;
const WORKERS = 4;

let server: TestServer;
beforeAll(async () => {
	server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

/**
 * Save and save again, each time another value, until told to stop. Each of `WORKERS` has a setting of its own. Gives what was
 * acknowledged, with its revision.
 */
async function saveUntil(vault: Vault, stopped: () => boolean): Promise<Map<string, number>> {
	const acknowledged = new Map<string, number>();
	const worker = async (_: unknown, id: number) => {
		for (let n = 0; !stopped(); n++) {
			const value = `${id}-${n}`;
			const writes = [{ name: `KEY_${id}`, value }];
			try {
				const { revision } = await settings.save(vault, admin, { ...shared, writes, message: value });
				acknowledged.set(value, revision);
			} catch (error) {
				expect(error).toMatchObject({ code: expect.stringMatching(/^DATABASE_(UNREACHABLE|BUSY)$/) });
				await sleep(20);
			}
		}
	};
	await Promise.all(Array.from({ length: WORKERS }, worker));
	return acknowledged;
}

/** Each version says in its message which save it is of. */
async function expectOnce(vault: Vault, acknowledged: Map<string, number>): Promise<void> {
	const found = new Map<string, number>();
	for (let id = 0; id < WORKERS; id++) {
		const rows = await vault.storage.history("default", "shared", `KEY_${id}`);
		expect(rows.map(({ version }) => version)).toEqual(rows.map((_, i) => rows.length - i));
		for (const { message, revision } of rows) {
			expect(found.has(message ?? ""), `${message} is there once`).toBe(false);
			found.set(message ?? "", revision);
		}
	}
	for (const [value, revision] of acknowledged) expect([value, found.get(value)]).toEqual([value, revision]);
	expect(acknowledged.size).toBeGreaterThan(WORKERS);
	const entries = await vault.storage.audit(Number.MAX_SAFE_INTEGER, 1_000_000);
	expect(entries.map(({ index }) => index)).toEqual(entries.map((_, i) => entries.length - i));
}

const later = { rootKey: { text: rootKeyText(newRootKey()), file: "unused" }, serves: false, warn: () => undefined };

test.each<Cut>(["answer", "question", "late"])("a commit that loses its %s is made once", async (cut) => {
	const url = await server.database();
	await using proxy = await testProxy(server.port);
	await using v = await postgresVault(server.through(proxy.port, url), later);
	for (let n = 1; n <= 5; n++) {
		proxy.cutNext(cut);
		const { revision } = await v.save({ KEY_0: `value ${n}` });
		expect(proxy.cuts).toBe(n);
		expect(await v.vault.storage.revision()).toBe(revision);
		expect((await v.vault.storage.history("default", "shared", "KEY_0")).map(({ version }) => version)).toEqual(
			Array.from({ length: n }, (_, i) => n - i),
		);
	}
	const { rows } = await server.query(url, "select count(*)::int as n from commit_id");
	expect(rows, "the very first revision is the start's").toEqual([{ n: (await v.vault.storage.revision()) - 1 }]);
});

test("connections that are cut again and again lose nothing that was acknowledged", async () => {
	const url = await server.database();
	await using proxy = await testProxy(server.port);
	await using v = await postgresVault(server.through(proxy.port, url), later);
	let over = false;
	const saving = saveUntil(v.vault, () => over);
	for (let i = 0; i < (process.env.SLOW ? 200 : 15); i++) {
		await sleep(60 + Math.random() * 60);
		proxy.cutAll();
	}
	over = true;
	await expectOnce(v.vault, await saving);
});

test("a server that is killed and started again has all that was acknowledged, once", async () => {
	await using v = await postgresVault(await server.database(), later);
	let over = false;
	const saving = saveUntil(v.vault, () => over);
	for (let i = 0; i < (process.env.SLOW ? 10 : 2); i++) {
		await sleep(400 + Math.random() * 300);
		await server.kill();
		await sleep(200);
		await server.start();
	}
	await sleep(500);
	over = true;
	await expectOnce(v.vault, await saving);
});

test("a server that is paused answers when it goes on, and nobody waits in vain", async () => {
	await using v = await postgresVault(await server.database(), later);
	let over = false;
	const saving = saveUntil(v.vault, () => over);
	for (let i = 0; i < 2; i++) {
		await sleep(300);
		server.pause();
		await sleep(700);
		server.resume();
	}
	await sleep(300);
	over = true;
	await expectOnce(v.vault, await saving);
});

test("who waits for new revisions hears of them also when the connection for that is lost, and when none can be had", async () => {
	const url = await server.database();
	await using proxy = await testProxy(server.port);
	await using v = await postgresVault(server.through(proxy.port, url), later);
	await using other = await openVault(optionsIn(`${v.folder}/other`, { ...later, databaseUrl: url }));
	let told = 0;
	const end = v.vault.storage.onRevision(() => {
		told += 1;
	});
	const hears = async () => {
		const before = told;
		await settings.save(other, admin, { ...shared, writes: [{ name: "KEY", value: `value ${before}` }] });
		await vi.waitFor(() => expect(told).toBeGreaterThan(before), { timeout: 10_000 });
	};
	await hears();
	proxy.cutAll();
	await hears();
	await server.query(
		url,
		"select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen holdfast' and datname = current_database()",
	);
	await hears();
	end();
});

test("what cannot be reached or used is refused with what is wrong, and without the password", async () => {
	const url = await server.database();
	const secret = new URL(url).password;
	using folder = testFolder();
	const refusal = async (databaseUrl: string) => {
		const error = await openVault(optionsIn(folder.path, { databaseUrl })).then(
			() => null,
			(error: Error & { code: string }) => error,
		);
		const text = `${error?.message} ${error?.stack} ${JSON.stringify(error)} ${(error?.cause as Error)?.message}`;
		expect(text).not.toContain(secret);
		return [error?.code, error?.message];
	};
	const elsewhere = (change: (address: URL) => void) => {
		const address = new URL(url);
		change(address);
		return address.href;
	};
	expect(await refusal(elsewhere((address) => (address.port = "1")))).toEqual([
		"DATABASE_UNREACHABLE",
		expect.stringContaining("ECONNREFUSED"),
	]);
	expect(await refusal(elsewhere((address) => (address.hostname = "nowhere.invalid")))).toEqual([
		"DATABASE_UNREACHABLE",
		expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
	]);
	expect(await refusal(elsewhere((address) => (address.pathname = "/nothing")))).toEqual([
		"DATABASE_UNREADABLE",
		expect.stringContaining("no database of that name"),
	]);
	expect(await refusal(elsewhere((address) => (address.password = `${secret}x`)))).toEqual([
		"DATABASE_UNREADABLE",
		expect.stringContaining("refuses the password"),
	]);
	for (const text of [
		`mysql://holdfast:${secret}@localhost/x`,
		`holdfast:${secret}`,
		`postgres://a:${secret}@h:port/x`,
	])
		expect(await refusal(text)).toEqual(["OPTION_INVALID", expect.stringContaining("HOLDFAST_DATABASE_URL")]);
});
