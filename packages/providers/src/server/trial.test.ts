import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HERE, KEY, providerOf, valuesFor } from "../../test/call.ts";
import { answering, standIn } from "../../test/stand-in.ts";
import { testProvider } from "./index.ts";

const aimock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent", auth: { apiKeys: [KEY] } });

beforeAll(async () => {
	aimock.onMessage(/./, { content: "Hi" });
	await aimock.start();
});
afterAll(() => aimock.stop());

const PLAYED = [
	["google", ""],
	["openai", "/v1"],
	["anthropic", ""],
	["mistral", "/v1"],
	["groq", "/v1"],
	["deepseek", "/v1"],
	["xai", "/v1"],
	["openrouter", "/api/v1"],
	["cohere", ""],
	["together", "/v1"],
] as const;

test.each(PLAYED)("%s: a good key works and a wrong one is refused", async (id, path) => {
	const provider = providerOf(id);
	const name = provider.settings[0]?.name;
	const good = await testProvider(provider, valuesFor(provider, aimock.url + path), HERE);
	expect(good).toMatchObject({ outcome: "works", sentence: `${name} works with ${provider.label}.` });
	expect(good.latency).toBeGreaterThanOrEqual(0);
	const wrong = await testProvider(provider, valuesFor(provider, aimock.url + path, "wrong-key-4711"), HERE);
	expect(wrong.outcome).toBe("bad-key");
	expect(wrong.sentence).toMatch(new RegExp(`^${name} was refused by the provider\\.`));
	for (const request of aimock.getRequests()) expect(request.path).not.toContain("canary");
});

test("a missing key is named, and nothing is sent", async () => {
	expect(await testProvider(providerOf("google"), new Map([["GOOGLE_API_KEY", ""]]), HERE)).toMatchObject({
		outcome: "not-set",
		sentence: "GOOGLE_API_KEY is not set. Set it in AI Settings.",
		latency: null,
	});
	expect(await testProvider(providerOf("ollama"), new Map(), HERE)).toMatchObject({
		outcome: "not-set",
		latency: null,
	});
});

test("ollama: its list proves the address", async () => {
	await using server = await answering(200, { models: [{ name: "llama3.2:latest" }] });
	const provider = providerOf("ollama");
	const result = await testProvider(provider, valuesFor(provider, `${server.url}/v1/`), HERE);
	expect(result).toMatchObject({ outcome: "works", sentence: "Ollama answers at OLLAMA_BASE_URL." });
	expect(server.requests[0]?.url).toBe("/api/tags");
});

/** What a provider answers to everything, and what that means. */
const ANSWERS: [string, number, unknown, string][] = [
	["google", 400, { error: { message: "API key not valid.", details: [{ reason: "API_KEY_INVALID" }] } }, "bad-key"],
	["google", 403, { error: { status: "PERMISSION_DENIED" } }, "bad-key"],
	["google", 429, { error: { status: "RESOURCE_EXHAUSTED" } }, "no-quota"],
	["google", 404, { error: { message: "models/x is not found for API version v1beta" } }, "no-such-model"],
	["xai", 400, { code: "invalid-argument", error: "Incorrect API key provided" }, "bad-key"],
	["openai", 429, { error: { code: "insufficient_quota" } }, "no-quota"],
	["anthropic", 400, { error: { message: "Your credit balance is too low" } }, "no-quota"],
	["deepseek", 402, { error: { message: "Insufficient Balance" } }, "no-quota"],
	["mistral", 400, { type: "invalid_model", message: "Invalid model: x" }, "no-such-model"],
	["openai", 404, "<html>not here</html>", "wrong-url"],
	["openai", 200, "<html>welcome, model citizen</html>", "wrong-url"],
	["anthropic", 404, { detail: "Not Found" }, "wrong-url"],
	["groq", 500, { error: "boom" }, "failed"],
	["groq", 503, "", "failed"],
	["groq", 504, "", "timeout"],
];

test.each(ANSWERS)("%s answers %i %j: %s", async (id, status, body, outcome) => {
	await using server = await answering(status, body);
	const provider = providerOf(id);
	expect(await testProvider(provider, valuesFor(provider, server.url), HERE)).toMatchObject({ outcome });
});

test("local AI with no list and no model is a wrong address", async () => {
	await using server = await answering(404, "no");
	const provider = providerOf("local");
	const result = await testProvider(provider, valuesFor(provider, server.url), HERE);
	expect(result).toMatchObject({ outcome: "wrong-url", sentence: expect.stringContaining("LOCAL_AI_BASE_URL") });
});

test("nobody listening is a network failure that names the cause", async () => {
	const gone = await answering(200, {});
	await gone[Symbol.asyncDispose]();
	const provider = providerOf("openai");
	const result = await testProvider(provider, valuesFor(provider, gone.url), HERE);
	expect(result).toMatchObject({ outcome: "network", sentence: expect.stringContaining("ECONNREFUSED") });
});

test("a server that never answers is a timeout; a caller who leaves gets the own reason", async () => {
	await using server = await standIn(() => undefined);
	const provider = providerOf("openai");
	const values = valuesFor(provider, server.url);
	expect(await testProvider(provider, values, { ...HERE, signal: AbortSignal.timeout(20) })).toMatchObject({
		outcome: "timeout",
	});
	const reason = new Error("the person left");
	await expect(testProvider(provider, values, { ...HERE, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("FAULTS 24: provider error bodies that echo the key", async () => {
	const forms = [
		KEY,
		Buffer.from(KEY).toString("base64"),
		Buffer.from(KEY).toString("base64url"),
		encodeURIComponent(KEY),
	];
	for (const status of [200, 400, 401, 404, 418, 429, 500]) {
		await using server = await answering(
			status,
			{ error: { message: `model: API key ${forms.join(" ")}` } },
			{ "x-echo": KEY },
		);
		for (const id of ["google", "openai", "anthropic", "cohere", "local"]) {
			const provider = providerOf(id);
			const printed = JSON.stringify(await testProvider(provider, valuesFor(provider, server.url), HERE));
			for (const form of forms) expect(printed).not.toContain(form);
		}
		for (const request of server.requests) {
			for (const form of forms) expect(request.url).not.toContain(form);
		}
	}
});

test("FAULTS 24: a key that fits no header is refused without being quoted", async () => {
	const provider = providerOf("openai");
	for (const key of ["canary\nX: 1", "canary\u2026", "can ary"]) {
		const result = await testProvider(provider, valuesFor(provider, "http://127.0.0.1:9", key), HERE);
		expect(result).toMatchObject({ outcome: "bad-key", latency: null });
		expect(result.sentence).not.toContain("ary");
	}
});

test("a key saved with a line end works", async () => {
	const provider = providerOf("openai");
	const result = await testProvider(provider, valuesFor(provider, `${aimock.url}/v1`, `${KEY}\n`), HERE);
	expect(result.outcome).toBe("works");
});

test("a key pasted into the model's field is not sent in a path and not quoted", async () => {
	await using server = await answering(404, { error: { message: "no such model" } });
	const provider = providerOf("google");
	const values = valuesFor(provider, server.url).set("GOOGLE_MODEL", KEY);
	const result = await testProvider(provider, values, HERE);
	expect(result.outcome).toBe("no-such-model");
	expect(result.sentence).not.toContain("canary");
	expect(server.requests).toEqual([]);
});
