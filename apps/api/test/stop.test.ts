/** How a server stops, and how it says what state it is in. */
import { mkdirSync, rmSync } from "node:fs";
import pino from "pino";
import { expect, test } from "vitest";
import { startServer } from "../src/server.ts";
import { headersOf, testApp } from "./app.ts";
import { answering } from "./provider.ts";
import { connect, wire } from "./raw.ts";

const SERVED = { host: "127.0.0.1", port: 0, publicUrl: null, allowedHosts: [], allowedOrigins: [], dashboard: "" };

test("a stop finishes the request under way, and waits for no connection that asks nothing", async () => {
	await using app = await testApp();
	const asked = Promise.withResolvers<void>();
	const stopping = Promise.withResolvers<void>();
	await using provider = await answering(401, async () => {
		asked.resolve();
		await stopping.promise;
		return "{}";
	});
	const server = await startServer(app.vault, SERVED, pino({ level: "silent" }));
	const idle = connect(server.port);
	idle.on("error", () => idle.destroy());
	const token = await app.token("all");
	const draft = [
		{ name: "GOOGLE_API_KEY", value: "drafted" },
		{ name: "GOOGLE_BASE_URL", value: provider.url },
	];
	const answer = fetch(`http://127.0.0.1:${server.port}/trpc/providers.test`, {
		method: "POST",
		headers: { "content-type": "application/json", ...headersOf({ token }) },
		body: JSON.stringify({ provider: "google", draft }),
	});
	await asked.promise;
	const stopped = server.close();
	stopping.resolve();
	expect((await answer).status).toBe(200);
	expect(await (await answer).text()).toContain("bad-key");
	await stopped;
	await expect(fetch(`http://127.0.0.1:${server.port}/healthz`)).rejects.toThrow();
	idle.destroy();
});

test("a stop finishes the save of a client that has gone", async () => {
	await using app = await testApp();
	const server = await startServer(app.vault, SERVED, pino({ level: "silent" }));
	const token = await app.token("all");
	const body = JSON.stringify({ writes: [{ name: "LAST_WORDS", value: "saved all the same" }] });
	const lock = Promise.withResolvers<void>();
	const held = app.vault.storage.exclusive(() => lock.promise);
	const before = await app.vault.storage.revision();
	const socket = connect(server.port);
	const headers = {
		host: `127.0.0.1:${server.port}`,
		"content-type": "application/json",
		"content-length": String(body.length),
		...headersOf({ token }),
	};
	socket.write(wire("POST /trpc/settings.save", headers, body));
	await expect.poll(() => app.vault.storage.revision()).toBe(before + 1);
	socket.destroy();
	let stopped = false;
	const stop = server.close().then(() => {
		stopped = true;
	});
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect(stopped).toBe(false);
	lock.resolve();
	await Promise.all([held, stop]);
	expect(app.vault.mirrors.pending()).toEqual([]);
});

test("readiness tells no stranger what is saved: ready, degraded with a count, or unavailable with 503", async () => {
	await using app = await testApp();
	const readiness = async () => {
		const { status, text } = await app.request("/readyz");
		return [status, text];
	};
	expect(await readiness()).toEqual([200, '{"status":"ready","pendingMirrors":0}']);
	const client = app.client({ token: await app.token("all") });
	await client.settings.save.mutate({ writes: [{ name: "BAD_LUCK", value: "kept" }] });
	const file = `${app.folder}/.env`;
	rmSync(file);
	mkdirSync(file);
	await client.settings.save.mutate({ writes: [{ name: "BAD_LUCK", value: "kept again" }] });
	expect(await readiness()).toEqual([200, '{"status":"degraded","pendingMirrors":1}']);
	await using other = await testApp({ folder: app.folder });
	const database = other.vault.database.$client;
	database.exec("ALTER TABLE instance RENAME TO lost");
	expect(await readiness()).toEqual([503, '{"status":"unavailable","pendingMirrors":1}']);
	database.exec("ALTER TABLE lost RENAME TO instance");
	expect(await readiness()).toEqual([200, '{"status":"degraded","pendingMirrors":1}']);
});
