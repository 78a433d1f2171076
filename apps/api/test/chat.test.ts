import { LLMock } from "@copilotkit/aimock";
import { expect, test } from "vitest";
import { chat, type TestApp, testApp } from "./app.ts";
import { canary } from "./canary.ts";
import { answering, google } from "./provider.ts";

const KEY = canary("chat");
const MESSAGES = [{ role: "user" as const, content: "hello" }];
const HELLO = { provider: "google", messages: MESSAGES };

async function allowed(app: TestApp) {
	return app.client({ token: await app.token("all") });
}

test("without a key chat says which one is missing and where to set it", async () => {
	await using app = await testApp();
	const client = await allowed(app);
	const sentence = "GOOGLE_API_KEY is not set. Set it in AI Settings.";
	await expect(chat(client, HELLO)).rejects.toMatchObject({
		message: sentence,
		data: {
			code: "PRECONDITION_FAILED",
			app: { code: "NOT_SET", name: "GOOGLE_API_KEY", fix: "Set it in AI Settings." },
		},
	});
});

test("with a key chat streams the provider's answer and says which key served it", async () => {
	await using provider = await google(KEY);
	await using app = await testApp();
	const client = await allowed(app);
	await client.settings.save.mutate({
		writes: [
			{ name: "GOOGLE_API_KEY", value: KEY },
			{ name: "GOOGLE_BASE_URL", value: provider.url },
		],
	});
	const events = await chat(client, HELLO);
	const [start, ...rest] = events;
	expect(start).toMatchObject({
		type: "start",
		provider: "google",
		key: { name: "GOOGLE_API_KEY", source: "default", version: 1 },
	});
	expect(rest.map((event) => (event.type === "text" ? event.text : "")).join("")).toBe("Hi there!");
	expect(rest.at(-1)).toMatchObject({ type: "finish" });
	expect(provider.keys).toEqual([KEY]);
	const [entry] = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1);
	expect(entry).toMatchObject({ action: "chat.send", target: "google", outcome: "done" });
	expect(JSON.stringify(entry)).not.toContain("hello");
});

test("a key that is replaced serves the very next chat", async () => {
	await using provider = await google(KEY);
	await using app = await testApp();
	const client = await allowed(app);
	const base = { name: "GOOGLE_BASE_URL", value: provider.url };
	await client.settings.save.mutate({ writes: [{ name: "GOOGLE_API_KEY", value: "an old key, refused" }, base] });
	const refused = { data: { app: { code: "PROVIDER_KEY_REFUSED", name: "GOOGLE_API_KEY" } } };
	await expect(chat(client, HELLO)).rejects.toMatchObject({ data: { app: { code: "PROVIDER_KEY_REFUSED" } } });
	await client.settings.save.mutate({ writes: [{ name: "GOOGLE_API_KEY", value: "AIza-refused-as-well" }] });
	await expect(chat(client, HELLO)).rejects.toMatchObject(refused);
	await client.settings.save.mutate({ writes: [{ name: "GOOGLE_API_KEY", value: KEY }] });
	expect((await chat(client, HELLO)).at(-1)).toMatchObject({ type: "finish" });
});

test("local AI needs its base URL and no key", async () => {
	const mock = new LLMock({ port: 0 });
	mock.onMessage("hello", { content: "Hi from here!" });
	await mock.start();
	try {
		await using app = await testApp();
		const client = await allowed(app);
		const local = { provider: "ollama", model: "small", messages: MESSAGES };
		const missing = { data: { app: { code: "NOT_SET", name: "OLLAMA_BASE_URL" } } };
		await expect(chat(client, local)).rejects.toMatchObject(missing);
		await client.settings.save.mutate({ writes: [{ name: "OLLAMA_BASE_URL", value: mock.url }] });
		const events = await chat(client, local);
		expect(events[0]).toMatchObject({ type: "start", model: "small", key: null });
		expect(events.map((event) => (event.type === "text" ? event.text : "")).join("")).toBe("Hi from here!");
	} finally {
		await mock.stop();
	}
});

test("a stream that ends in an error says so as an error, after what came before it", async () => {
	await using broken = await answering(500, () => "{}");
	await using app = await testApp();
	const client = await allowed(app);
	await client.settings.save.mutate({
		writes: [
			{ name: "GOOGLE_API_KEY", value: KEY },
			{ name: "GOOGLE_BASE_URL", value: broken.url },
		],
	});
	await expect(chat(client, HELLO)).rejects.toMatchObject({
		data: { app: { code: "PROVIDER_FAILED", retryable: true } },
	});
});

test("an unknown provider is refused by name", async () => {
	await using app = await testApp();
	const client = await allowed(app);
	await expect(chat(client, { ...HELLO, provider: "constructor" })).rejects.toMatchObject({
		data: { app: { code: "PROVIDER_UNKNOWN" } },
	});
});
