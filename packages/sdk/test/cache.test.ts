/** Values for the time that the server is down: kept sealed, given with a word, and of no use to anyone else. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { fileCache } from "../src/cache.ts";
import { createHoldfast, type Stale } from "../src/index.ts";
import { type TestServer, testServer } from "./server.ts";

const VALUE = "sk-canary-5e1f";

function cached(server: TestServer, file: string, more: { token?: string; url?: string } = {}) {
	const told: Stale[] = [];
	const { url, token } = server;
	const how = { timeout: 5_000, retries: 0, cache: fileCache(file), onStale: (stale: Stale) => told.push(stale) };
	return { holdfast: createHoldfast({ url, token, ...how, ...more }), told };
}

test("a program that starts while the server is down has the last good value, and is told that it may be old", async () => {
	await using server = await testServer();
	const file = join(server.folder, "last-good");
	const revision = await server.save({ A: VALUE });
	const before = cached(server, file);
	expect(await before.holdfast.secret("A").read()).toMatchObject({ value: VALUE, stale: false });
	expect(before.told).toEqual([]);
	await server.kill();

	const { holdfast, told } = cached(server, file);
	expect(await holdfast.secret("A").read()).toEqual({ value: VALUE, version: 1, revision, stale: true });
	expect(await holdfast.secret("A").get()).toBe(VALUE);
	expect(told).toHaveLength(1);
	expect(told[0]).toMatchObject({ environment: "default", revision, error: { code: "SERVER_UNREACHABLE" } });
	expect(told[0]?.since.getTime()).toBeLessThanOrEqual(Date.now());
	await expect(holdfast.secret("OTHER").get()).rejects.toMatchObject({ code: "NOT_SET" });

	await server.start();
	await server.save({ A: "newer" });
	expect(await holdfast.secret("A").read()).toMatchObject({ value: "newer", stale: false });
});

test("one that has listeners takes up the newest once the server is back", async () => {
	await using server = await testServer();
	const file = join(server.folder, "last-good");
	await server.save({ A: VALUE });
	await cached(server, file).holdfast.secret("A").get();
	await server.kill();
	const { holdfast, told } = cached(server, file);
	const heard: unknown[] = [];
	holdfast.secret("A").onChange((value) => heard.push(value));
	await vi.waitFor(() => expect(told).toHaveLength(1), { timeout: 10_000 });

	await server.start();
	await server.save({ A: "newer" });

	await vi.waitFor(() => expect(heard).toEqual(["newer"]), { timeout: 30_000 });
	expect(await holdfast.secret("A").read()).toMatchObject({ value: "newer", stale: false });
	holdfast.close();
});

test("without a cache nothing old is ever given", async () => {
	await using server = await testServer();
	await server.save({ A: VALUE });
	const holdfast = server.client({ retries: 0 });
	expect(await holdfast.secret("A").get()).toBe(VALUE);
	await server.kill();

	await expect(holdfast.secret("A").get()).rejects.toMatchObject({ code: "SERVER_UNREACHABLE" });
});

test("the file is private, has no value in it, and opens with nothing but the token for that server", async () => {
	await using server = await testServer();
	await server.command("environment", "create", "production");
	const file = join(server.folder, "last-good");
	await server.save({ A: VALUE });
	const { holdfast } = cached(server, file);
	await holdfast.secret("A").get();
	await holdfast.secret("A", { environment: "production" }).get();

	const names = readdirSync(server.folder).filter((name) => name.startsWith("last-good"));
	expect(names.sort()).toEqual(["last-good", "last-good.production"]);
	for (const name of names) {
		expect(statSync(join(server.folder, name)).mode & 0o777).toBe(0o600);
		expect(readFileSync(join(server.folder, name), "latin1")).not.toMatch(/canary|A"/);
	}
	const cache = fileCache(file);
	const { url, token } = server;
	expect((await cache.load({ url, token }, "default"))?.values).toEqual({ A: { value: VALUE, version: 1 } });
	expect(await cache.load({ url, token: `${token}x` }, "default")).toBeNull();
	expect(await cache.load({ url: "https://elsewhere.test", token }, "default")).toBeNull();
	writeFileSync(`${file}.production`, readFileSync(file));
	expect(await cache.load({ url, token }, "production")).toBeNull();
	for (const at of [0, 5, 25, 40, -1]) {
		const bytes = readFileSync(file);
		bytes.writeUInt8(bytes.readUInt8(at < 0 ? bytes.length + at : at) ^ 1, at < 0 ? bytes.length + at : at);
		writeFileSync(`${file}.damaged`, bytes);
		expect(await fileCache(`${file}.damaged`).load({ url, token }, "default")).toBeNull();
	}
	expect(await cache.load({ url, token }, "../default")).toBeNull();
});

test("a token that is refused takes the file along", async () => {
	await using server = await testServer();
	const file = join(server.folder, "last-good");
	await server.save({ A: VALUE });
	const token = await server.command("token", "create", "--label", "short");
	const { holdfast } = cached(server, file, { token });
	await holdfast.secret("A").get();
	await server.command("token", "revoke", token.split("_")[1] ?? "");

	await expect(holdfast.secret("A").get()).rejects.toMatchObject({ code: "TOKEN_REFUSED" });

	expect(readdirSync(server.folder)).not.toContain("last-good");
	await server.kill();
	await expect(holdfast.secret("A").get()).rejects.toMatchObject({ code: "SERVER_UNREACHABLE" });
});

test("a folder that may not be written to costs a warning, and no value", async () => {
	await using server = await testServer();
	await server.save({ A: VALUE });
	const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
	const { holdfast } = cached(server, join(server.folder, "nowhere", "last-good"));

	expect(await holdfast.secret("A").get()).toBe(VALUE);

	expect(warned.mock.calls[0]?.[0]).toMatch(/could not be kept in .*: ENOENT/);
	warned.mockRestore();
});
