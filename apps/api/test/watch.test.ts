import { environments, openVault, settings, tokens, type Vault } from "@holdfast/vault";
import { admin, optionsIn } from "@holdfast/vault/test";
import pino from "pino";
import { expect, test } from "vitest";
import { startServer } from "../src/server.ts";
import { headersOf, type TestApp, testApp } from "./app.ts";
import { setForward } from "./clock.ts";
import { openStream, type Stream, type WireEvent } from "./stream.ts";

const SERVED = { host: "127.0.0.1", port: 0, publicUrl: null, allowedHosts: [], allowedOrigins: [], dashboard: "" };

interface Input {
	environment?: string | null;
	after?: number;
}

function watch(app: { url: string }, headers: Record<string, string>, input: Input = {}): Promise<Stream> {
	return openStream(app.url, "settings.watch", { input, headers });
}

async function save({ vault }: Pick<TestApp<Vault>, "vault">, value: string, environment = "default"): Promise<number> {
	const writes = [{ name: "WATCHED", value }];
	return (await settings.save(vault, admin, { environment, owner: "shared", writes })).revision;
}

/** The code of the error that an event is; `null` for any other. */
function codeOf(event: WireEvent | null): string | null {
	if (event?.event !== "serialized-error") return null;
	return (event.data as { data: { app: { code: string } } }).data.app.code;
}

const told = (revision: number) => ({ event: "message", id: String(revision), data: { revision } });

test("a watch is told at once of what it has not, and then of each revision that touches its environment or default", async () => {
	await using app = await testApp();
	await environments.create(app.vault, admin, { name: "production" });
	await environments.create(app.vault, admin, { name: "staging" });
	const first = await save(app, "one");
	const headers = headersOf({ token: await app.token(["settings.see"]) });
	const stream = await watch(app, headers, { environment: "production" });
	expect(stream.status).toBe(200);
	expect(stream.headers.get("content-type")).toContain("text/event-stream");
	expect(stream.headers.get("cache-control")).toContain("no-store");
	expect(await stream.next()).toEqual(told(first));
	stream.close();

	const holding = await watch(app, headers, { environment: "production", after: first });
	await save(app, "elsewhere", "staging");
	const own = await save(app, "own", "production");
	expect(await holding.next()).toEqual(told(own));
	const inherited = await save(app, "inherited");
	expect(await holding.next()).toEqual(told(inherited));
	holding.close();
});

test("a watch of everything is told of each revision, and one that is limited to environments only of theirs", async () => {
	await using app = await testApp();
	await environments.create(app.vault, admin, { name: "staging" });
	const after = await save(app, "one");
	const all = await watch(app, headersOf({ token: await app.token(["settings.see"]) }), { environment: null, after });
	const limited = headersOf({ token: await app.token(["settings.see"], ["staging"]) });
	const own = await watch(app, limited, { environment: null, after });
	const elsewhere = await save(app, "two");
	expect(await all.next()).toEqual(told(elsewhere));
	const revision = await save(app, "three", "staging");
	expect(await all.next()).toEqual(told(revision));
	expect(await own.next()).toEqual(told(revision));
	all.close();
	own.close();
});

test("a watch is told of what another process saves", async () => {
	await using app = await testApp();
	await using other = await openVault(optionsIn(app.folder, { serves: false }));
	const headers = headersOf({ token: await app.token(["settings.see"]) });
	const stream = await watch(app, headers, { after: await save(app, "one") });
	for (const value of ["two", "three", "four"]) {
		const revision = await save({ vault: other }, value);
		expect(await stream.next()).toEqual(told(revision));
	}
	stream.close();
});

test("a client that comes back is told of the newest it missed, by the id of the last event", async () => {
	await using app = await testApp();
	const headers = headersOf({ token: await app.token(["settings.see"]) });
	const first = await save(app, "one");
	await save(app, "two");
	const third = await save(app, "three");
	const back = await watch(app, { ...headers, "last-event-id": String(first) }, { after: 0 });
	expect(await back.next()).toEqual(told(third));
	back.close();
	const current = await watch(app, { ...headers, "last-event-id": String(third) }, { after: 0 });
	const fourth = await save(app, "four");
	expect(await current.next()).toEqual(told(fourth));
	current.close();
	const ahead = await watch(app, headers, { after: fourth + 1_000 });
	expect(await ahead.next()).toEqual(told(fourth));
	ahead.close();
	const foreign = await watch(app, { ...headers, "last-event-id": "x' or 1" });
	expect(codeOf(await foreign.next())).toBe("INPUT_INVALID");
});

test("a server that stops cuts its watches, and who comes back to the next one has missed nothing", async () => {
	await using app = await testApp();
	const token = await app.token(["settings.see"]);
	const log = pino({ level: "silent" });
	const first = await startServer(app.vault, SERVED, log);
	const stream = await watch(first, headersOf({ token }), { after: await save(app, "one") });
	const second = await save(app, "two");
	expect(await stream.next()).toEqual(told(second));
	await first.close();
	expect(await stream.next()).toBeNull();
	const missed = await save(app, "missed");
	const again = await startServer(app.vault, { ...SERVED, port: first.port }, log);
	const back = await watch(again, { ...headersOf({ token }), "last-event-id": String(second) }, { after: 1 });
	expect(await back.next()).toEqual(told(missed));
	await again.close();
	expect(await back.next()).toBeNull();
});

test("a revoked token's watch ends at once, also when another process revokes it; one that expires, then", async () => {
	await using app = await testApp();
	await using other = await openVault(optionsIn(app.folder, { serves: false }));
	for (const vault of [app.vault, other]) {
		const { token, id } = await tokens.create(vault, admin, { label: "w", permissions: ["settings.see"] });
		const stream = await watch(app, headersOf({ token }), { after: await save(app, "one") });
		await tokens.revoke(vault, admin, { id });
		expect(codeOf(await stream.next())).toBe("TOKEN_REFUSED");
		expect(await stream.next()).toBeNull();
	}
	const { token } = await tokens.create(other, admin, { label: "w", permissions: ["settings.see"], days: 1 });
	const stream = await watch(app, headersOf({ token }), { after: await save(app, "one") });
	setForward(24 * 60 * 60 * 1000);
	await save(app, "two");
	expect(codeOf(await stream.next())).toBe("TOKEN_REFUSED");
});

test("a session's watch ends when it is signed out of, and a removed environment's watch with it", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	await environments.create(app.vault, admin, { name: "staging" });
	const after = await save(app, "one", "staging");
	const removed = await watch(app, { cookie }, { environment: "staging", after });
	const stream = await watch(app, { cookie }, { after });
	await environments.remove(app.vault, admin, { name: "staging" });
	expect(codeOf(await removed.next())).toBe("ENVIRONMENT_NOT_FOUND");
	await app.post("/auth/sign-out", {}, { cookie });
	expect(codeOf(await stream.next())).toBe("SIGNED_OUT");
	expect(await stream.next()).toBeNull();
});

test("a watch needs leave to see the environment, and a page of another site gets none", async () => {
	await using app = await testApp();
	await environments.create(app.vault, admin, { name: "staging" });
	const limited = headersOf({ token: await app.token(["settings.see"], ["default"]) });
	expect(codeOf(await (await watch(app, limited, { environment: "staging" })).next())).toBe("NOT_ALLOWED");
	expect(codeOf(await (await watch(app, limited, { environment: "none" })).next())).toBe("NOT_ALLOWED");
	const all = headersOf({ token: await app.token(["settings.see"]) });
	expect(codeOf(await (await watch(app, all, { environment: "none" })).next())).toBe("ENVIRONMENT_NOT_FOUND");
	expect(codeOf(await (await watch(app, {})).next())).toBe("SIGNED_OUT");
	for (const origin of ["https://evil.example", "null"]) {
		const refused = await watch(app, { ...all, origin });
		expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([403, null]);
	}
});

test.for([
	["a person", 20],
	["a service token", 200],
] as const)("%s watches %i times at once, and again when some have ended", async ([who, most]) => {
	await using app = await testApp();
	const credential = who === "a person" ? { cookie: await app.claim() } : { token: await app.token(["settings.see"]) };
	const headers = headersOf(credential);
	const revision = await save(app, "one");
	const open = await Promise.all(Array.from({ length: most }, () => watch(app, headers)));
	for (const stream of open) expect(await stream.next()).toEqual(told(revision));
	expect(codeOf(await (await watch(app, headers)).next())).toBe("RATE_LIMITED");
	const another = await watch(app, headersOf({ token: await app.token(["settings.see"]) }));
	expect(await another.next()).toEqual(told(revision));
	open.pop()?.close();
	await expect
		.poll(async () => {
			const stream = await watch(app, headers);
			const event = await stream.next();
			stream.close();
			return codeOf(event);
		})
		.toBeNull();
	for (const stream of [...open, another]) stream.close();
});

const WATCHERS = process.env.SLOW ? 1_000 : 100;

test(`${WATCHERS} watches on one server are each told of 100 revisions in a row`, async () => {
	await using app = await testApp();
	let revision = await save(app, "first");
	const streams: Stream[] = [];
	for (let i = 0; i < WATCHERS / 20; i++) {
		const headers = headersOf({ token: await app.token(["settings.see"]) });
		streams.push(...(await Promise.all(Array.from({ length: 20 }, () => watch(app, headers, { after: revision })))));
	}
	for (let i = 0; i < 100; i++) {
		revision = await save(app, `value ${i}`);
		const events = await Promise.all(streams.map((stream) => stream.next()));
		for (const event of events) expect(event).toEqual(told(revision));
	}
	if (WATCHERS === 1_000) {
		const headers = headersOf({ token: await app.token(["settings.see"]) });
		expect(codeOf(await (await watch(app, headers)).next())).toBe("RATE_LIMITED");
	}
	for (const stream of streams) stream.close();
});
