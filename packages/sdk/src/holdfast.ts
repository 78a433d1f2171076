/** `createHoldfast`: one object for everything a program asks of a Holdfast server. */
import type { AppRouter } from "@holdfast/api/router";
import { AppError, DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { TRPCClient } from "@trpc/client";
import { openClient, type Server } from "./client.ts";
import { type HoldfastError, ofTable } from "./error.ts";
import { revisions } from "./events.ts";
import { type Cache, EnvironmentValues, notSet, type Stale } from "./values.ts";

export interface HoldfastOptions {
	/** The server's address: `https://holdfast.example`. */
	url: string;
	/** A service token. It is sent in a header, to this server alone. */
	token: string;
	/** How long a call may take, in milliseconds; by default 10,000. */
	timeout?: number;
	/** How often a call that may be repeated is tried again when that may help; by default 3. */
	retries?: number;
	/** What makes requests; by default the platform's own. */
	fetch?: typeof fetch;
	/** Told of what goes wrong where nobody waits for it. By default the platform's own way of reporting an error. */
	onError?: (error: HoldfastError) => void;
	cache?: never;
}

/** With a cache, `get` gives what was last good while the server cannot be reached, and `onStale` is told so. */
export interface CachedOptions extends Omit<HoldfastOptions, "cache"> {
	cache: Cache;
	onStale: (stale: Stale) => void;
}

export interface ReadValue {
	value: string;
	version: number;
	/** The revision of the whole instance at which it was the newest. */
	revision: number;
	/** Whether it comes from before the server went out of reach, and may be old. */
	stale: boolean;
}

export interface SecretHandle {
	readonly name: string;
	/**
	 * The saved value, as it is at this moment.
	 *
	 * @throws HoldfastError `NOT_SET`, `SERVER_UNREACHABLE`, or what the server refuses.
	 */
	get(): Promise<string>;
	/** The same, with what there is to know of it. */
	read(): Promise<ReadValue>;
	/** Be told of each change from now on: the value, or `undefined` once there is none. Gives what ends it. */
	onChange(listener: (value: string | undefined) => void): () => void;
}

export interface In {
	/** By default `default`. */
	environment?: string;
}

export interface WatchOptions extends In {
	/** The revision that is known already; by default the first one told is the one there is. */
	after?: number;
	signal?: AbortSignal;
}

export interface Holdfast extends TRPCClient<AppRouter> {
	/** One saved setting. */
	secret(name: string, where?: In): SecretHandle;
	/**
	 * The revisions that touch an environment, as they come, through lost connections as well. Of several that follow each
	 * other closely the last one may stand for all.
	 */
	watch(options?: WatchOptions): AsyncIterable<{ revision: number }>;
	/** End everything that is under way. */
	close(): void;
}

const TIMEOUT = 10_000;
const RETRIES = 3;

/** @throws HoldfastError `OPTION_INVALID` */
export function createHoldfast(options: HoldfastOptions | CachedOptions): Holdfast {
	const closed = new AbortController();
	const server: Server = {
		url: originOf(options.url),
		token: tokenOf(options.token),
		timeout: options.timeout ?? TIMEOUT,
		retries: options.retries ?? RETRIES,
		// As a bare function: a browser's own must not be called as a method of something else.
		fetch: options.fetch ?? ((...request) => fetch(...request)),
		signal: closed.signal,
	};
	const client = openClient(server);
	const { cache, onStale } = options.cache ? options : { cache: null, onStale: () => {} };
	const parts = { server, client, cache, onStale, onError: options.onError ?? report };
	const environments = new Map<string, EnvironmentValues>();
	const valuesOf = (environment = DEFAULT_ENVIRONMENT) => {
		const values = environments.get(environment) ?? new EnvironmentValues(environment, parts);
		environments.set(environment, values);
		return values;
	};
	const own: Pick<Holdfast, "secret" | "watch" | "close"> = {
		secret: (name, where = {}) => secretOf(name, valuesOf(where.environment)),
		watch: (how = {}) => watched(server, how),
		close: () => closed.abort(),
	};
	return new Proxy(own, {
		get: (target, key) =>
			Object.hasOwn(target, key) ? target[key as keyof typeof own] : client[key as keyof TRPCClient<AppRouter>],
	}) as Holdfast;
}

function secretOf(name: string, values: EnvironmentValues): SecretHandle {
	const read = async (): Promise<ReadValue> => {
		const { values: all, revision, stale } = await values.read();
		const saved = all[name];
		if (!saved) throw notSet(name);
		return { ...saved, revision, stale };
	};
	return {
		name,
		read,
		get: async () => (await read()).value,
		onChange: (listener) =>
			values.onChange((changed) => {
				if (changed.has(name)) listener(values.at(name));
			}),
	};
}

async function* watched(server: Server, { environment = DEFAULT_ENVIRONMENT, after, signal }: WatchOptions) {
	const ended = new AbortController();
	const until = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
	try {
		for await (const revision of revisions(server, { environment, after: after ?? null, signal: until }))
			yield { revision };
	} finally {
		ended.abort();
	}
}

function originOf(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url.origin;
	throw ofTable(new AppError("OPTION_INVALID", { name: "url", detail: "it is no http or https address" }));
}

/** What can stand in a header. Of anything else the platform's error, which becomes a cause, would quote all of it. */
function tokenOf(text: string): string {
	if (typeof text === "string" && /^[!-~]+$/.test(text)) return text;
	const detail = "it is missing, or has characters that no token has";
	throw ofTable(new AppError("OPTION_INVALID", { name: "token", detail }));
}

/** As a warning of Node's, or as an uncaught error of a page. */
function report(error: HoldfastError): void {
	const { process } = globalThis as { process?: { emitWarning?: (message: string, type: string) => void } };
	if (process?.emitWarning) process.emitWarning(error.message, "HoldfastWarning");
	else globalThis.reportError(error);
}
