import { LLMock } from "@copilotkit/aimock";
import { AppError } from "@holdfast/contract";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { chat, HERE, KEY, providerOf, valuesFor } from "../../test/call.ts";
import { answering, standIn } from "../../test/stand-in.ts";
import { streamChat } from "./index.ts";

const aimock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent", auth: { apiKeys: [KEY] } });
const open = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });

beforeAll(async () => {
	for (const mock of [aimock, open]) {
		mock.onMessage("hello", {
			content: "Hello from the other side.",
			usage: { prompt_tokens: 7, completion_tokens: 5 },
		});
		await mock.start();
	}
});
afterAll(() => Promise.all([aimock.stop(), open.stop()]));
afterEach(() => {
	vi.unstubAllEnvs();
	aimock.clearRequests();
});

/** Each provider that aimock plays, with the path it has there. */
const PLAYED = [
	["google", ""],
	["openai", "/v1"],
	["anthropic", ""],
	["mistral", "/v1"],
	["groq", "/v1"],
	["deepseek", "/v1"],
	["xai", "/v1"],
	["openrouter", "/api/v1"],
	["together", "/v1"],
] as const;

test.each(PLAYED)("%s: text streams and ends with the count of tokens", async (id, path) => {
	const provider = providerOf(id);
	const { text, parts } = await chat({ provider, values: valuesFor(provider, aimock.url + path) });
	expect(text).toBe("Hello from the other side.");
	// Mistral counts in every stream's last chunk; aimock counts only when asked to.
	const count = id === "mistral" ? null : expect.any(Number);
	expect(parts.at(-1)).toEqual({ type: "finish", inputTokens: count, outputTokens: count });
	for (const request of aimock.getRequests()) expect(request.path).not.toContain("canary");
});

/** https://docs.cohere.com/v2/reference/chat-stream; aimock leaves out the empty `text` of `content-start`. */
const COHERE_STREAM = [
	{ type: "message-start", id: "1", delta: { message: { role: "assistant", content: [] } } },
	{ type: "content-start", index: 0, delta: { message: { content: { type: "text", text: "" } } } },
	{ type: "content-delta", index: 0, delta: { message: { content: { text: "Hello" } } } },
	{ type: "content-end", index: 0 },
	{
		type: "message-end",
		delta: { finish_reason: "COMPLETE", usage: { tokens: { input_tokens: 7, output_tokens: 5 } } },
	},
];

test("cohere: text streams and ends with the count of tokens", async () => {
	await using server = await standIn((_, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(COHERE_STREAM.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
	});
	const provider = providerOf("cohere");
	const { text, parts } = await chat({ provider, values: valuesFor(provider, `${server.url}/v2`) });
	expect(text).toBe("Hello");
	expect(parts.at(-1)).toEqual({ type: "finish", inputTokens: 7, outputTokens: 5 });
	expect(server.requests[0]?.url).toBe("/v2/chat");
});

test.each([
	["ollama", ""],
	["lmstudio", "/v1"],
	["local", "/v1"],
] as const)("%s: text streams without a key and without an Authorization header", async (id, path) => {
	const provider = providerOf(id);
	const values = valuesFor(provider, open.url + path);
	values.delete("LOCAL_AI_API_KEY");
	vi.stubEnv("OPENAI_API_KEY", KEY);
	expect((await chat({ provider, values, model: "llama3.2" })).text).toBe("Hello from the other side.");
	expect(open.getLastRequest()?.headers).not.toHaveProperty("authorization");
});

test("local AI without a model says which setting names one", async () => {
	const provider = providerOf("ollama");
	const failure = chat({ provider, values: valuesFor(provider, open.url) });
	await expect(failure).rejects.toMatchObject({ code: "NOT_SET", fields: { name: "OLLAMA_MODEL" } });
});

test("azure: the deployment is called below the resource's endpoint", async () => {
	const provider = providerOf("azure");
	await using server = await answering(404, { error: { message: "The API deployment for this model does not exist" } });
	const values = valuesFor(provider, server.url).set("AZURE_OPENAI_DEPLOYMENT", "mine");
	await expect(chat({ provider, values })).rejects.toMatchObject({
		code: "PROVIDER_MODEL",
		fields: { detail: "mine" },
	});
	expect(server.requests[0]?.url).toBe("/openai/v1/chat/completions");
});

test.each(PLAYED)("%s: a key in the process environment stands in for no saved key", async (id, path) => {
	const provider = providerOf(id);
	const name = provider.settings[0]?.name ?? "";
	for (const stray of [name, "GOOGLE_GENERATIVE_AI_API_KEY"]) vi.stubEnv(stray, KEY);
	const values = valuesFor(provider, aimock.url + path);
	values.delete(name);
	const failure = chat({ provider, values });
	await expect(failure).rejects.toMatchObject({ code: "NOT_SET", fields: { name } });
	await expect(failure).rejects.toThrow(`${name} is not set. Set it in AI Settings.`);
	expect(aimock.getRequests()).toEqual([]);
});

test.each(PLAYED)("%s: a base URL in the process environment leads no request astray", async (id, path) => {
	await using astray = await answering(500, {});
	const provider = providerOf(id);
	for (const setting of provider.settings) if (setting.kind === "url") vi.stubEnv(setting.name, astray.url);
	await chat({ provider, values: valuesFor(provider, aimock.url + path) });
	expect(astray.requests).toEqual([]);
});

test.each(PLAYED)("%s: a wrong key is refused by its name", async (id, path) => {
	const provider = providerOf(id);
	const failure = chat({ provider, values: valuesFor(provider, aimock.url + path, "wrong-key-4711") });
	const name = provider.settings[0]?.name;
	await expect(failure).rejects.toMatchObject({ name: "AppError", code: "PROVIDER_KEY_REFUSED", fields: { name } });
});

test("the model of the request beats the saved one, which beats the catalogue's", async () => {
	const provider = providerOf("openai");
	const values = valuesFor(provider, `${aimock.url}/v1`);
	const used = () => (aimock.getLastRequest()?.body as { model?: string } | null)?.model;
	await chat({ provider, values });
	expect(used()).toBe(provider.models[0]?.id);
	await chat({ provider, values: values.set("OPENAI_MODEL", "saved") });
	expect(used()).toBe("saved");
	await chat({ provider, values, model: "asked" });
	expect(used()).toBe("asked");
});

test("an answer that breaks off is an error, not a short answer", async () => {
	await using server = await standIn((_, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "Hel" } }] })}\n\n`, () =>
			response.destroy(),
		);
	});
	const provider = providerOf("groq");
	const failure = chat({ provider, values: valuesFor(provider, server.url) });
	await expect(failure).rejects.toMatchObject({ code: "PROVIDER_NETWORK" });
});

test("FAULTS 24: an error within the stream that echoes the key reaches no one", async () => {
	await using server = await standIn((_, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.end(`data: ${JSON.stringify({ error: { message: `bad ${KEY}`, type: "server_error" } })}\n\n`);
	});
	for (const id of ["openai", "groq", "mistral", "deepseek"]) {
		const provider = providerOf(id);
		const failure = await chat({ provider, values: valuesFor(provider, server.url) }).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(AppError);
		expect(String(failure)).not.toContain("canary");
		expect((failure as AppError).cause).toBeUndefined();
	}
});

test("leaving the stream ends the request", async () => {
	let ended = () => {};
	const closed = new Promise<void>((resolve) => {
		ended = resolve;
	});
	await using server = await standIn((_, response) => {
		response.on("close", ended);
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "one" } }] })}\n\n`);
	});
	const provider = providerOf("groq");
	const values = valuesFor(provider, server.url);
	for await (const part of streamChat({ ...HERE, provider, values, messages: [{ role: "user", content: "count" }] })) {
		expect(part).toEqual({ type: "text", text: "one" });
		break;
	}
	await closed;
});

test("a caller's cancellation comes through as it is, its deadline as a timeout", async () => {
	await using server = await standIn(() => undefined);
	const provider = providerOf("google");
	const values = valuesFor(provider, server.url);
	const reason = new Error("the person left");
	const leaving = new AbortController();
	const cancelled = chat({ provider, values, signal: leaving.signal });
	leaving.abort(reason);
	await expect(cancelled).rejects.toBe(reason);
	const late = chat({ provider, values, signal: AbortSignal.timeout(20) });
	await expect(late).rejects.toMatchObject({ code: "PROVIDER_TIMEOUT" });
});
