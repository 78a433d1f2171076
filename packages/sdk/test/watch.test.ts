/** What is told of changes, through everything that a connection goes through, by a real server that is really killed. */
import { createServer, type Socket } from "node:net";
import { expect, test, vi } from "vitest";
import type { HoldfastError } from "../src/index.ts";
import { testServer } from "./server.ts";

const patient = { timeout: 30_000, interval: 20 };

test("each revision is told, from the one there is on", async () => {
	await using server = await testServer();
	const first = await server.save({ A: "one" });
	const told: number[] = [];
	const watching = (async () => {
		for await (const { revision } of server.client().watch()) {
			told.push(revision);
			if (told.length === 3) return;
		}
	})();
	await vi.waitFor(() => expect(told).toEqual([first]), patient);
	const second = await server.save({ A: "two" });
	await vi.waitFor(() => expect(told).toEqual([first, second]), patient);
	const third = await server.save({ A: "three" });
	await watching;
	expect(told).toEqual([first, second, third]);
});

test("a server that is killed and comes back loses nothing that was saved meanwhile", async () => {
	await using server = await testServer();
	await server.save({ A: "one" });
	const secret = server.client().secret("A");
	const told: (string | undefined)[] = [];
	secret.onChange((value) => told.push(value));
	await vi.waitFor(async () => expect(await secret.get()).toBe("one"), patient);
	await server.save({ A: "two" });
	await vi.waitFor(() => expect(told).toEqual(["two"]), patient);

	await server.kill();
	await server.command("remove", "A");
	await server.start();
	await vi.waitFor(() => expect(told).toEqual(["two", undefined]), patient);

	await server.save({ A: "three" });
	await vi.waitFor(() => expect(told.at(-1)).toBe("three"), patient);
	expect(await secret.get()).toBe("three");
});

test("a connection that is cut again and again misses no last value", async () => {
	await using server = await testServer();
	const sockets = new Set<Socket>();
	const target = Number(new URL(server.url).port);
	const proxy = createServer((socket) => {
		const onward = new (socket.constructor as typeof Socket)().connect(target, "127.0.0.1");
		for (const each of [socket, onward]) {
			sockets.add(each);
			each.on("error", () => each.destroy());
		}
		socket.pipe(onward).pipe(socket);
	}).listen(0, "127.0.0.1");
	await vi.waitFor(() => expect(proxy.listening).toBe(true));
	const { port } = proxy.address() as { port: number };
	const told: (string | undefined)[] = [];
	await server.save({ A: "before" });
	const secret = server.client({ url: `http://127.0.0.1:${port}` }).secret("A");
	secret.onChange((value) => told.push(value));
	await vi.waitFor(async () => expect(await secret.get()).toBe("before"), patient);
	for (let i = 0; i < 10; i++) {
		for (const each of sockets) each.destroy();
		sockets.clear();
		await server.save({ A: `value ${i}` });
	}
	await vi.waitFor(() => expect(told.at(-1)).toBe("value 9"), patient);
	expect(await secret.get()).toBe("value 9");
	proxy.close();
	for (const each of sockets) each.destroy();
});

test("each value that is asked for is as it was saved before, watched or not", async () => {
	await using server = await testServer();
	const secret = server.client().secret("A");
	for (let i = 0; i < 10; i++) {
		await server.save({ A: `value ${i}` });
		expect(await secret.read()).toMatchObject({ value: `value ${i}`, stale: false });
	}
	expect(await secret.read()).toMatchObject({ version: 10 });
});

test("an answer that was overtaken by a newer one changes nothing", async () => {
	await using server = await testServer();
	await server.save({ A: "one" });
	const { promise: late, resolve: release } = Promise.withResolvers<void>();
	let asked = 0;
	const fetch: typeof globalThis.fetch = async (input, init) => {
		const answer = await globalThis.fetch(input, init);
		const text = await answer.text();
		if (++asked === 1) await late;
		return new Response(text, answer);
	};
	const secret = server.client({ fetch }).secret("A");
	const first = secret.get();
	await vi.waitFor(() => expect(asked).toBe(1), patient);
	await server.save({ A: "two" });
	expect(await secret.get()).toBe("two");
	release();
	expect(await first).toBe("two");
});

test("who leaves is not told any more, and one that stays is", async () => {
	await using server = await testServer();
	await server.save({ A: "one" });
	const secret = server.client().secret("A");
	const told: string[] = [];
	const end = secret.onChange((value) => told.push(`left: ${value}`));
	secret.onChange((value) => told.push(`stays: ${value}`));
	await secret.get();
	end();
	await server.save({ A: "two" });
	await vi.waitFor(() => expect(told).toEqual(["stays: two"]), patient);
});

test("a token that is revoked ends a watch, and who listens is told", async () => {
	await using server = await testServer();
	await server.save({ A: "one" });
	const token = await server.command("token", "create", "--label", "short");
	const errors: HoldfastError[] = [];
	const holdfast = server.client({ token, onError: (error) => errors.push(error) });
	holdfast.secret("A").onChange(() => {});
	const ended = (async () => {
		for await (const _ of holdfast.watch());
	})().catch((error) => error);
	await holdfast.secret("A").get();
	await server.command("token", "revoke", token.split("_")[1] ?? "");

	expect(await ended).toMatchObject({ code: "TOKEN_REFUSED" });
	await vi.waitFor(() => expect(errors[0]?.code).toBe("TOKEN_REFUSED"), patient);
});

test("the procedure itself can be subscribed to, and a signal ends a watch", async () => {
	await using server = await testServer();
	const revision = await server.save({ A: "one" });
	const holdfast = server.client();
	const told: number[] = [];
	const subscription = holdfast.settings.watch.subscribe({}, { onData: ({ data }) => told.push(data.revision) });
	await vi.waitFor(() => expect(told).toEqual([revision]), patient);
	subscription.unsubscribe();

	const ending = new AbortController();
	for await (const event of holdfast.watch({ signal: ending.signal })) {
		expect(event).toEqual({ revision });
		ending.abort();
	}
});
