import { z } from "zod";
import { ProviderId } from "./providers.ts";
import { EnvironmentName, Layer } from "./settings.ts";

export const SendChat = z.strictObject({
	environment: EnvironmentName,
	provider: ProviderId,
	/** Omitted: the saved model of the provider, else the catalogue's first. */
	model: z.string().min(1).max(200).optional(),
	messages: z
		.array(z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string().min(1).max(100_000) }))
		.min(1)
		.max(200),
});

/** What streams back: one `start`, any number of `text`, one `finish`. A failure ends the stream with an error. */
export const ChatEvent = z.discriminatedUnion("type", [
	z.object({
		type: z.literal("start"),
		provider: z.string(),
		model: z.string(),
		/** The setting whose value served the request and where it came from; `null` for local AI without a key. */
		key: Layer.extend({ name: z.string() }).nullable(),
	}),
	z.object({ type: z.literal("text"), text: z.string() }),
	z.object({
		type: z.literal("finish"),
		inputTokens: z.int().nullable(),
		outputTokens: z.int().nullable(),
		/** Milliseconds to the first text and to the end. */
		firstText: z.number().nullable(),
		total: z.number(),
	}),
]);

export type SendChat = z.infer<typeof SendChat>;
export type ChatEvent = z.infer<typeof ChatEvent>;
