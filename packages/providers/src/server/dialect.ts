/**
 * How each provider is spoken to: the SDK, the header that carries the key, the paths. One row per provider, so that what
 * is particular about one is nowhere else. Keys travel in headers only, never in a URL, and each SDK is loaded on first
 * use and given key and base URL outright, which keeps it from looking into the process environment.
 */
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { AppError } from "@holdfast/contract";
import type { Provider } from "../catalogue.ts";
import type { Connection } from "./connection.ts";
import { fetchAnywhere, fetchLocal } from "./fetch.ts";
import { type ListReader, readDataList, readGoogleList, readNamedList } from "./lists.ts";

/** What the SDKs' constructors take. Cloud connections have a key, so the empty one reaches no provider. */
interface SdkOptions {
	apiKey: string;
	baseURL: string;
	fetch: typeof globalThis.fetch;
}

export interface Dialect {
	/** The end of a base URL that some people write and others leave out; it is cut off before paths are added. */
	optionalEnd: RegExp | null;
	/** Path below which the SDK adds its own. */
	chat: string;
	/** Path of a cheap GET that answers well only for a good key. */
	proof: string;
	/** Path of the full list of models; `null` when a chat can use none of what it would list. */
	list: string | null;
	readList: ListReader;
	/** The headers that carry the key on GETs. */
	headers(key: string): Record<string, string>;
	model(options: SdkOptions, id: string): Promise<LanguageModelV4>;
}

const bearer = (key: string) => ({ Authorization: `Bearer ${key}` });

/** The chat completions API as OpenAI shaped it. Without a key no Authorization header is sent. */
const COMPATIBLE: Dialect = {
	optionalEnd: null,
	chat: "",
	proof: "/models",
	list: "/models",
	readList: readDataList,
	headers: bearer,
	model: async ({ apiKey, baseURL, fetch }, id) => {
		const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
		return createOpenAICompatible({ name: "compatible", apiKey, baseURL, fetch, includeUsage: true })(id);
	},
};

/** Chat completions rather than responses: gateways behind a changed base URL have the former. */
const OPENAI: Dialect = {
	...COMPATIBLE,
	model: async (options, id) => (await import("@ai-sdk/openai")).createOpenAI(options).chat(id),
};

const DIALECTS: Readonly<Record<string, Dialect>> = {
	google: {
		optionalEnd: /\/v1(beta)?$/,
		chat: "/v1beta",
		proof: "/v1beta/models?pageSize=1",
		list: "/v1beta/models?pageSize=1000",
		readList: readGoogleList,
		headers: (key) => ({ "x-goog-api-key": key }),
		model: async (options, id) => (await import("@ai-sdk/google")).createGoogle(options)(id),
	},
	openai: OPENAI,
	anthropic: {
		optionalEnd: /\/v1$/,
		chat: "/v1",
		proof: "/v1/models?limit=1",
		list: "/v1/models?limit=1000",
		readList: readDataList,
		headers: (key) => ({ "x-api-key": key, "anthropic-version": "2023-06-01" }),
		model: async (options, id) => (await import("@ai-sdk/anthropic")).createAnthropic(options)(id),
	},
	mistral: {
		...COMPATIBLE,
		model: async (options, id) => (await import("@ai-sdk/mistral")).createMistral(options)(id),
	},
	groq: COMPATIBLE,
	deepseek: COMPATIBLE,
	xai: { ...COMPATIBLE, model: async (options, id) => (await import("@ai-sdk/xai")).createXai(options)(id) },
	// Its list of models is public and proves nothing about a key.
	openrouter: { ...COMPATIBLE, proof: "/key" },
	cohere: {
		optionalEnd: /\/v[12]$/,
		chat: "/v2",
		proof: "/v1/models?endpoint=chat&page_size=1",
		list: "/v1/models?endpoint=chat&page_size=1000",
		readList: readNamedList,
		headers: bearer,
		model: async (options, id) => (await import("@ai-sdk/cohere")).createCohere(options)(id),
	},
	together: COMPATIBLE,
	// Its list has every model of the region; a chat names one of the customer's own deployments.
	azure: { ...OPENAI, optionalEnd: /\/openai(\/v1)?$/, chat: "/openai/v1", proof: "/openai/v1/models", list: null },
	ollama: {
		...COMPATIBLE,
		optionalEnd: /\/(v1|api)$/,
		chat: "/v1",
		proof: "/api/tags",
		list: "/api/tags",
		readList: readNamedList,
	},
	lmstudio: { ...COMPATIBLE, optionalEnd: /\/v1$/, chat: "/v1", proof: "/v1/models", list: "/v1/models" },
	local: COMPATIBLE,
};

/** @throws AppError `PROVIDER_UNKNOWN` for a provider that is not in the catalogue. */
export function dialectOf(provider: Provider): Dialect {
	const dialect = Object.hasOwn(DIALECTS, provider.id) ? DIALECTS[provider.id] : undefined;
	if (dialect === undefined) throw new AppError("PROVIDER_UNKNOWN", { name: provider.id });
	return dialect;
}

/** The SDK's model over this connection. It makes no request. */
export function modelOf(provider: Provider, { base, key, local }: Connection, id: string): Promise<LanguageModelV4> {
	const dialect = dialectOf(provider);
	const baseURL = below(base, dialect, dialect.chat);
	return dialect.model({ apiKey: key ?? "", baseURL, fetch: fetchOf(local) }, id);
}

export function fetchOf(local: boolean): typeof globalThis.fetch {
	return local ? fetchLocal : fetchAnywhere;
}

/** The URL of one of the dialect's paths. */
export function below(base: string, { optionalEnd }: Dialect, path: string): string {
	return (optionalEnd === null ? base : base.replace(optionalEnd, "")) + path;
}
