/**
 * What a failed call means, in the words of the one error table. Providers echo keys in their error bodies and runtimes
 * quote header values in their exceptions, so nothing of either reaches a message: an error built here quotes a status, a
 * known network code or the model's id, and carries no cause.
 */
import { APICallError } from "@ai-sdk/provider";
import { AppError, type ErrorCode } from "@holdfast/contract";
import { nameOfKind, type Provider, settingOfKind } from "../catalogue.ts";
import { parseJson } from "./json.ts";

type FailureCode = Extract<ErrorCode, `PROVIDER_${string}`>;

interface Verdict {
	code: FailureCode;
	detail?: string;
}

/** Codes of Node and undici by what they mean. */
const NETWORK_CODES: Readonly<Record<string, Verdict>> = {
	ENOTFOUND: { code: "PROVIDER_NETWORK", detail: "its host name is unknown (ENOTFOUND)" },
	EAI_AGAIN: { code: "PROVIDER_NETWORK", detail: "host names cannot be looked up (EAI_AGAIN)" },
	ECONNREFUSED: { code: "PROVIDER_NETWORK", detail: "nothing listens there (ECONNREFUSED)" },
	ECONNRESET: { code: "PROVIDER_NETWORK", detail: "it closed the connection (ECONNRESET)" },
	EPIPE: { code: "PROVIDER_NETWORK", detail: "it closed the connection (EPIPE)" },
	UND_ERR_SOCKET: { code: "PROVIDER_NETWORK", detail: "it closed the connection" },
	EHOSTUNREACH: { code: "PROVIDER_NETWORK", detail: "there is no route to it (EHOSTUNREACH)" },
	ENETUNREACH: { code: "PROVIDER_NETWORK", detail: "there is no network (ENETUNREACH)" },
	CERT_HAS_EXPIRED: { code: "PROVIDER_NETWORK", detail: "its certificate has expired" },
	DEPTH_ZERO_SELF_SIGNED_CERT: { code: "PROVIDER_NETWORK", detail: "its certificate is self-signed" },
	SELF_SIGNED_CERT_IN_CHAIN: { code: "PROVIDER_NETWORK", detail: "its certificate is self-signed" },
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: { code: "PROVIDER_NETWORK", detail: "its certificate cannot be verified" },
	ERR_TLS_CERT_ALTNAME_INVALID: { code: "PROVIDER_NETWORK", detail: "its certificate is for another host" },
	ERR_SSL_WRONG_VERSION_NUMBER: { code: "PROVIDER_URL" },
	HPE_INVALID_CONSTANT: { code: "PROVIDER_URL" },
	ERR_IP_BLOCKED: { code: "PROVIDER_URL" },
	ERR_IP_LOCAL: { code: "PROVIDER_LOCAL" },
	UND_ERR_RES_EXCEEDED_MAX_SIZE: { code: "PROVIDER_FAILED", detail: "its answer is too large" },
	ETIMEDOUT: { code: "PROVIDER_TIMEOUT" },
	UND_ERR_CONNECT_TIMEOUT: { code: "PROVIDER_TIMEOUT" },
	UND_ERR_HEADERS_TIMEOUT: { code: "PROVIDER_TIMEOUT" },
	UND_ERR_BODY_TIMEOUT: { code: "PROVIDER_TIMEOUT" },
};

/** Statuses whose meaning does not depend on the body. */
const STATUS_CODES: Readonly<Record<number, FailureCode>> = {
	401: "PROVIDER_KEY_REFUSED",
	402: "PROVIDER_QUOTA",
	403: "PROVIDER_KEY_REFUSED",
	405: "PROVIDER_URL",
	408: "PROVIDER_TIMEOUT",
	429: "PROVIDER_QUOTA",
	504: "PROVIDER_TIMEOUT",
};

/**
 * The error a person can act on, for whatever a call to `provider` threw. An AppError stays as it is.
 *
 * @param model the id that was asked for, to be named if the provider does not have it.
 */
export function providerFailure(error: unknown, provider: Provider, model?: string | null): AppError {
	const chain = causes(error);
	const own = chain.find((link) => link instanceof AppError);
	if (own !== undefined) return own;
	const { code, detail } = verdictOf(chain);
	switch (code) {
		case "PROVIDER_KEY_REFUSED":
			if (settingOfKind(provider, "secret") === undefined) {
				return new AppError("PROVIDER_FAILED", { detail: "it refused access" });
			}
			return new AppError(code, { name: nameOfKind(provider, "secret") });
		case "PROVIDER_QUOTA":
			return new AppError(code, { name: nameOfKind(provider, "secret") });
		case "PROVIDER_URL":
		case "PROVIDER_LOCAL":
			return new AppError(code, { name: nameOfKind(provider, "url") });
		case "PROVIDER_MODEL":
			return new AppError(code, { detail: model ?? "by that name" });
		default:
			return new AppError(code, detail === undefined ? {} : { detail });
	}
}

/** Let a caller's own cancellation through as it is; a deadline the caller set is a timeout like any other. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
	if (signal?.aborted && !isTimeout(signal.reason)) throw signal.reason;
}

function verdictOf(chain: readonly unknown[]): Verdict {
	if (chain.some(isTimeout)) return { code: "PROVIDER_TIMEOUT" };
	for (const link of chain) {
		const verdict = NETWORK_CODES[textOf(link, "code")];
		if (verdict !== undefined) return verdict;
		if (textOf(link, "message") === "unexpected redirect") return { code: "PROVIDER_URL" };
	}
	for (const link of chain) {
		const status = statusOf(link);
		if (status !== null && (status < 200 || status > 299)) return verdictOfStatus(status, textOf(link, "responseBody"));
	}
	// A good status whose body is none of the provider's answers: some other site.
	if (chain.some((link) => APICallError.isInstance(link) && link.statusCode !== undefined))
		return { code: "PROVIDER_URL" };
	if (chain.some((link) => link instanceof TypeError))
		return { code: "PROVIDER_NETWORK", detail: "the connection failed" };
	return { code: "PROVIDER_FAILED", detail: "its answer ended in an error" };
}

/**
 * Gemini and xAI refuse keys with 400, Anthropic reports an empty balance with 400, and a 404 is about the model only
 * when the body speaks of one; so these two statuses are decided by words of the body, which themselves stay here.
 */
function verdictOfStatus(status: number, body: string): Verdict {
	const code = STATUS_CODES[status];
	if (code !== undefined) return { code };
	if (status >= 300 && status <= 399) return { code: "PROVIDER_URL" };
	if (status === 404)
		return { code: parseJson(body) !== null && /model/i.test(body) ? "PROVIDER_MODEL" : "PROVIDER_URL" };
	if (status === 400 || status === 422) {
		if (/api[ _-]?key/i.test(body)) return { code: "PROVIDER_KEY_REFUSED" };
		if (/credit balance|billing|quota|insufficient/i.test(body)) return { code: "PROVIDER_QUOTA" };
		if (/(invalid|unknown|unsupported|no such)[ _]model|model[^.]{0,80}not (found|exist)/i.test(body)) {
			return { code: "PROVIDER_MODEL" };
		}
	}
	return { code: "PROVIDER_FAILED", detail: `it answered with status ${status}` };
}

/** The error and what caused it, outermost first. Bounded, as a chain may be a circle. */
function causes(error: unknown): unknown[] {
	const chain: unknown[] = [];
	for (let link = error; link !== undefined && link !== null && chain.length < 8; ) {
		chain.push(link);
		link = link instanceof AggregateError ? link.errors[0] : fieldOf(link, "cause");
	}
	return chain;
}

function fieldOf(value: unknown, field: string): unknown {
	return typeof value === "object" && value !== null ? Reflect.get(value, field) : undefined;
}

function textOf(value: unknown, field: string): string {
	const text = fieldOf(value, field);
	return typeof text === "string" ? text : "";
}

function statusOf(value: unknown): number | null {
	const status = fieldOf(value, "statusCode");
	return typeof status === "number" ? status : null;
}

function isTimeout(error: unknown): boolean {
	return textOf(error, "name") === "TimeoutError";
}
