/**
 * How providers write down their models. Each reader takes any JSON and gives the models that can chat, or `null` when it
 * is not such a list, so that an unknown shape leads to the catalogue's models and never to an exception.
 */
import type { Model } from "@holdfast/contract/schemas";
import { z } from "zod";

export type ListReader = (body: unknown) => Model[] | null;

const Entry = z.object({
	id: z.string().min(1),
	name: z.string().nullish(),
	display_name: z.string().nullish(),
	/** Together's: `chat`, `language`, `code`, `image`, `embedding` and others; Anthropic's is always `model`. */
	type: z.string().nullish(),
	/** Mistral's. */
	capabilities: z.object({ completion_chat: z.boolean().nullish() }).nullish().catch(null),
});

/** OpenAI's `GET /models`, https://platform.openai.com/docs/api-reference/models/list; Together leaves the wrapper out. */
const DataList = z.union([z.object({ data: z.array(Entry) }).transform(({ data }) => data), z.array(Entry)]);

/** https://ai.google.dev/api/models#method:-models.list */
const GoogleList = z.object({
	models: z.array(
		z.object({
			name: z.string().min(1),
			displayName: z.string().nullish(),
			supportedGenerationMethods: z.array(z.string()).nullish(),
		}),
	),
});

/** Ollama's `GET /api/tags` and Cohere's `GET /v1/models`: https://docs.ollama.com/api/tags, docs.cohere.com list-models */
const NamedList = z.object({ models: z.array(z.object({ name: z.string().min(1) })) });

const OTHER_TYPES: ReadonlySet<string> = new Set(["image", "embedding", "moderation", "rerank", "audio", "video"]);
const OTHER_IDS = /embed|whisper|tts|transcribe|moderation|dall-e|image|realtime|sora|rerank|guard/i;

export const readDataList: ListReader = (body) => {
	const list = DataList.safeParse(body);
	if (!list.success) return null;
	return list.data
		.filter(({ id, type, capabilities }) => {
			return !OTHER_IDS.test(id) && !OTHER_TYPES.has(type ?? "") && capabilities?.completion_chat !== false;
		})
		.map(({ id, name, display_name }) => ({ id, label: display_name || name || id }));
};

export const readGoogleList: ListReader = (body) => {
	const list = GoogleList.safeParse(body);
	if (!list.success) return null;
	return list.data.models
		.filter(({ supportedGenerationMethods: methods }) => methods?.includes("generateContent") ?? true)
		.map(({ name, displayName }) => ({ name: name.replace(/^models\//, ""), displayName }))
		.filter(({ name }) => !OTHER_IDS.test(name))
		.map(({ name, displayName }) => ({ id: name, label: displayName || name }));
};

export const readNamedList: ListReader = (body) => {
	const list = NamedList.safeParse(body);
	if (!list.success) return null;
	return list.data.models.filter(({ name }) => !OTHER_IDS.test(name)).map(({ name }) => ({ id: name, label: name }));
};
