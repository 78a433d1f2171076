/** Providers by id, values that lead to a stand-in, and a chat read to its end. */
import { findProvider, type Provider, settingOfKind } from "../src/catalogue.ts";
import { type ChatPart, type ChatRequest, streamChat } from "../src/server/index.ts";

export const KEY = "sk-canary-Zq7+/x9=Wm3kT5";

/** Where the stand-ins listen, named as a local host. */
export const HERE = { localHosts: ["127.0.0.1", "localhost"] };

export function providerOf(id: string): Provider {
	const provider = findProvider(id);
	if (provider === undefined) throw new Error(`no provider ${id}`);
	return provider;
}

/** The base URL and, where the provider has a key, the canary. */
export function valuesFor(provider: Provider, base: string, key = KEY): Map<string, string> {
	const values = new Map<string, string>();
	const url = settingOfKind(provider, "url");
	const secret = settingOfKind(provider, "secret");
	if (url !== undefined) values.set(url.name, base);
	if (secret !== undefined) values.set(secret.name, key);
	return values;
}

export async function chat(request: Omit<ChatRequest, "messages">): Promise<{ text: string; parts: ChatPart[] }> {
	const parts: ChatPart[] = [];
	for await (const part of streamChat({ ...HERE, messages: [{ role: "user", content: "hello" }], ...request }))
		parts.push(part);
	return { text: parts.map((part) => (part.type === "text" ? part.text : "")).join(""), parts };
}
