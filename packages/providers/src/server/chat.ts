/**
 * A streamed answer from a provider. The AI SDK puts errors into its stream, where they are easily lost; here each ends
 * the stream as an AppError, and leaving the stream early ends the request.
 */
import type { ChatEvent, SendChat } from "@holdfast/contract/schemas";
import type { Provider } from "../catalogue.ts";
import { type CallOptions, connect, requireModel, type Values } from "./connection.ts";
import { modelOf } from "./dialect.ts";
import { providerFailure, throwIfCancelled } from "./failure.ts";
import { Scrubber } from "./scrub.ts";

export interface ChatRequest extends CallOptions {
	provider: Provider;
	values: Values;
	/** Overrides the model's setting and the catalogue's default. */
	model?: string | undefined;
	messages: SendChat["messages"];
}

/** Any number of `text`, with the key covered where a provider echoes it, then one `finish` with the provider's count of tokens, `null` where it gives none. */
export type ChatPart =
	| Extract<ChatEvent, { type: "text" }>
	| Pick<Extract<ChatEvent, { type: "finish" }>, "type" | "inputTokens" | "outputTokens">;

/**
 * @throws AppError `NOT_SET` before any request when a needed value is missing, and what `providerFailure` makes of any
 * other failure; the signal's reason when the caller cancels.
 */
export async function* streamChat({
	provider,
	values,
	model,
	messages,
	localHosts,
	signal,
}: ChatRequest): AsyncGenerator<ChatPart> {
	const connection = connect(provider, values, { model, ...(localHosts && { localHosts }) });
	const id = requireModel(provider, connection);
	const scrubber = new Scrubber(connection.key);
	const left = new AbortController();
	try {
		const { streamText } = await import("ai");
		// The SDK's documented switch: its warnings would go to the console, past the log.
		globalThis.AI_SDK_LOG_WARNINGS = false;
		const { fullStream } = streamText({
			model: await modelOf(provider, connection, id),
			messages,
			maxRetries: 0,
			abortSignal: signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]),
			// Errors arrive as parts; without this the SDK prints them too.
			onError: () => undefined,
		});
		for await (const part of fullStream) {
			if (part.type === "error") throw part.error;
			if (part.type === "abort") signal?.throwIfAborted();
			const text = part.type === "text-delta" ? scrubber.push(part.text) : part.type === "finish" ? scrubber.end() : "";
			if (text !== "") yield { type: "text", text };
			if (part.type === "finish") {
				const { inputTokens, outputTokens } = part.totalUsage;
				yield { type: "finish", inputTokens: inputTokens ?? null, outputTokens: outputTokens ?? null };
			}
		}
	} catch (error) {
		throwIfCancelled(signal);
		throw providerFailure(error, provider, id);
	} finally {
		left.abort();
	}
}
