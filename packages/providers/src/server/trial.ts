/**
 * Whether a key works, asked of the provider itself with the values given, saved or not. Nothing is written, and a
 * provider's failure is an answer here, never an exception.
 */
import { AppError, type ErrorCode } from "@holdfast/contract";
import type { TestOutcome, TestResult } from "@holdfast/contract/schemas";
import { nameOfKind, type Provider } from "../catalogue.ts";
import { type CallOptions, type Connection, connect, type Values } from "./connection.ts";
import { dialectOf, modelOf } from "./dialect.ts";
import { providerFailure, throwIfCancelled } from "./failure.ts";
import { getJson, shortCall } from "./models.ts";

/** The outcome each error stands for; any other is `failed`. */
const OUTCOMES: Readonly<Partial<Record<ErrorCode, TestOutcome>>> = {
	NOT_SET: "not-set",
	PROVIDER_KEY_REFUSED: "bad-key",
	PROVIDER_QUOTA: "no-quota",
	PROVIDER_MODEL: "no-such-model",
	PROVIDER_URL: "wrong-url",
	PROVIDER_LOCAL: "local-address",
	PROVIDER_NETWORK: "network",
	PROVIDER_TIMEOUT: "timeout",
};

/**
 * Make the cheapest request that only a good key gets through: the provider's list, or one token where it has none.
 *
 * @throws the signal's reason when the caller cancels; nothing else.
 */
export async function testProvider(provider: Provider, values: Values, options: CallOptions = {}): Promise<TestResult> {
	const at = Date.now();
	const { signal } = options;
	const failed = ({ code, message }: AppError, latency: number | null): TestResult => {
		return { outcome: OUTCOMES[code] ?? "failed", sentence: message, latency, at };
	};
	let connection: Connection;
	try {
		connection = connect(provider, values, options);
	} catch (error) {
		return failed(providerFailure(error, provider), null);
	}
	const sent = performance.now();
	const latency = () => Math.round(performance.now() - sent);
	try {
		await prove(provider, connection, shortCall(signal));
		return { outcome: "works", sentence: sentenceOfSuccess(provider), latency: latency(), at };
	} catch (error) {
		throwIfCancelled(signal);
		return failed(providerFailure(error, provider, connection.model), latency());
	}
}

/** A page that is missing or is no JSON object says nothing about the key; one generated token does. */
async function prove(provider: Provider, connection: Connection, signal: AbortSignal): Promise<void> {
	const answer = await getJson(provider, connection, { path: dialectOf(provider).proof, signal });
	if (typeof answer === "object" && answer !== null) return;
	if (connection.model === null) {
		throw new AppError("PROVIDER_URL", { name: nameOfKind(provider, "url") });
	}
	const model = await modelOf(provider, connection, connection.model);
	await model.doGenerate({
		prompt: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
		maxOutputTokens: 1,
		abortSignal: signal,
	});
}

function sentenceOfSuccess(provider: Provider): string {
	if (provider.kind === "cloud") return `${nameOfKind(provider, "secret")} works with ${provider.label}.`;
	return `${provider.label} answers at ${nameOfKind(provider, "url")}.`;
}
