/**
 * The models a key can use: the provider's list where there is one, else the catalogue's. The same GET proves a key, so
 * it is here once for both.
 */
import { APICallError } from "@ai-sdk/provider";
import type { ModelList } from "@holdfast/contract/schemas";
import type { Provider } from "../catalogue.ts";
import { type CallOptions, type Connection, connect, type Values } from "./connection.ts";
import { below, dialectOf, fetchOf } from "./dialect.ts";
import { providerFailure, throwIfCancelled } from "./failure.ts";
import { parseJson } from "./json.ts";

/** Milliseconds for a test or a list, from the request to the end of the answer. */
const SHORT_CALL_TIMEOUT = 15_000;

/**
 * @throws AppError `NOT_SET` or what `providerFailure` makes of a refusal. A provider without a list, or with one of an
 * unknown shape, is no failure: the catalogue's models are given.
 */
export async function listModels(provider: Provider, values: Values, options: CallOptions = {}): Promise<ModelList> {
	const fromCatalogue: ModelList = { models: [...provider.models], from: "catalogue" };
	const { signal } = options;
	const connection = connect(provider, values, options);
	const { list, readList } = dialectOf(provider);
	if (list === null) return fromCatalogue;
	try {
		const models = readList(await getJson(provider, connection, { path: list, signal: shortCall(signal) }));
		return models === null || models.length === 0 ? fromCatalogue : { models, from: "provider" };
	} catch (error) {
		throwIfCancelled(signal);
		throw providerFailure(error, provider);
	}
}

/**
 * One authenticated GET of a dialect's path: the JSON there, or `null` when there is no such page or no JSON.
 * @throws APICallError for any other refusal; its body may hold the key and goes to `providerFailure` only.
 */
export async function getJson(
	provider: Provider,
	{ base, key, local }: Connection,
	{ path, signal }: { path: string; signal: AbortSignal },
): Promise<unknown> {
	const dialect = dialectOf(provider);
	const url = below(base, dialect, path);
	const response = await fetchOf(local)(url, { headers: key === null ? {} : dialect.headers(key), signal });
	const body = await response.text();
	if (response.status === 404 || response.status === 405) return null;
	if (!response.ok) {
		const { status } = response;
		throw new APICallError({ message: "refused", url, requestBodyValues: {}, statusCode: status, responseBody: body });
	}
	return parseJson(body);
}

/** The caller's signal, with the time limit of a short call. */
export function shortCall(signal: AbortSignal | undefined): AbortSignal {
	const limit = AbortSignal.timeout(SHORT_CALL_TIMEOUT);
	return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}
