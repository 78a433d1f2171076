import { expect, test } from "vitest";
import { HERE, providerOf, valuesFor } from "../../test/call.ts";
import { answering } from "../../test/stand-in.ts";
import { listModels } from "./index.ts";

const LISTS: [string, unknown, { id: string; label: string }[]][] = [
	[
		"google",
		{
			models: [
				{ name: "models/gemini-a", displayName: "Gemini A", supportedGenerationMethods: ["generateContent"] },
				{ name: "models/embedding-b", supportedGenerationMethods: ["embedContent"] },
			],
		},
		[{ id: "gemini-a", label: "Gemini A" }],
	],
	[
		"openai",
		{ object: "list", data: [{ id: "gpt-a" }, { id: "text-embedding-b" }] },
		[{ id: "gpt-a", label: "gpt-a" }],
	],
	["anthropic", { data: [{ id: "c", type: "model", display_name: "Claude C" }] }, [{ id: "c", label: "Claude C" }]],
	[
		"mistral",
		{
			data: [
				{ id: "m", capabilities: { completion_chat: true } },
				{ id: "n", capabilities: { completion_chat: false } },
			],
		},
		[{ id: "m", label: "m" }],
	],
	[
		"together",
		[
			{ id: "t", type: "chat", display_name: "T" },
			{ id: "u", type: "image" },
		],
		[{ id: "t", label: "T" }],
	],
	["openrouter", { data: [{ id: "a/b", name: "A: B" }] }, [{ id: "a/b", label: "A: B" }]],
	["cohere", { models: [{ name: "command" }] }, [{ id: "command", label: "command" }]],
	["ollama", { models: [{ name: "llama3.2:latest" }] }, [{ id: "llama3.2:latest", label: "llama3.2:latest" }]],
];

test.each(LISTS)("%s: its own list is read", async (id, body, models) => {
	await using server = await answering(200, body);
	const provider = providerOf(id);
	expect(await listModels(provider, valuesFor(provider, server.url), HERE)).toEqual({ models, from: "provider" });
});

test.each([
	[200, { surprise: [] }],
	[200, { data: [{ id: 7 }] }],
	[200, "<html>"],
	[200, null],
	[200, { data: [] }],
	[404, {}],
	[405, ""],
])("%i %j: an unknown or missing list gives the catalogue's models", async (status, body) => {
	await using server = await answering(status, body);
	for (const id of ["google", "openai", "anthropic", "cohere"]) {
		const provider = providerOf(id);
		const list = await listModels(provider, valuesFor(provider, server.url), HERE);
		expect(list).toEqual({ models: provider.models, from: "catalogue" });
	}
});

test("azure: the catalogue's models, without a request", async () => {
	await using server = await answering(500, "");
	const provider = providerOf("azure");
	expect((await listModels(provider, valuesFor(provider, server.url), HERE)).from).toBe("catalogue");
	expect(server.requests).toEqual([]);
});

test("a refused key and a missing one are errors, not an empty list", async () => {
	await using server = await answering(401, {});
	const provider = providerOf("openai");
	const refused = listModels(provider, valuesFor(provider, server.url), HERE);
	await expect(refused).rejects.toMatchObject({ code: "PROVIDER_KEY_REFUSED", fields: { name: "OPENAI_API_KEY" } });
	await expect(listModels(provider, new Map(), HERE)).rejects.toMatchObject({ code: "NOT_SET" });
});
