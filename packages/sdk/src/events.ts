/**
 * Revisions as they come: the server's events read from a plain request, since an EventSource of a browser could send the
 * token in the address alone. A connection that is lost is made again from the last revision on, so that nothing is missed.
 */
import type { AppRouter } from "@holdfast/api/router";
import { errorInShape, follow } from "@holdfast/contract";
import type { TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { pause, type Server } from "./client.ts";
import { asHoldfastError, refusalIn, unreachable } from "./error.ts";

export interface Watched {
	environment: string;
	/** The revision that the caller has; `null` to be told of the one there is. */
	after: number | null;
	signal: AbortSignal;
	connected?: () => void;
	/** Told of each try that failed; the next one follows. */
	failed?: (error: Error) => void;
}

/** @throws HoldfastError that no retry can mend. */
export async function* revisions(server: Server, watched: Watched): AsyncGenerator<number, void> {
	const { environment, after, connected, failed } = watched;
	const signal = AbortSignal.any([server.signal, watched.signal]);
	const open = (held: number | null, ended: AbortSignal) => connect(server, { environment, held, signal: ended });
	try {
		yield* follow({ open, after, signal, pause, ...(connected && { connected }), ...(failed && { failed }) });
	} catch (error) {
		throw asHoldfastError(error, server.url) ?? error;
	}
}

interface Connection {
	environment: string;
	held: number | null;
	signal: AbortSignal;
}

async function connect(
	{ url, token, timeout, fetch }: Server,
	{ environment, held, signal }: Connection,
): Promise<AsyncIterable<Uint8Array>> {
	const input = JSON.stringify({ environment, ...(held !== null && { after: held }) });
	const given = new AbortController();
	const timer = setTimeout(() => given.abort(), timeout);
	try {
		const response = await fetch(`${url}/trpc/settings.watch?input=${encodeURIComponent(input)}`, {
			headers: { accept: "text/event-stream", authorization: `Bearer ${token}` },
			redirect: "error",
			cache: "no-store",
			signal: AbortSignal.any([signal, given.signal]),
		});
		if (response.ok && response.body) return chunksOf(response.body);
		const text = await response.text();
		throw refusalIn(url, text) ?? errorInShape(JSON.parse(text).error ?? {});
	} finally {
		clearTimeout(timer);
	}
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
	const reader = body.getReader();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			yield value;
		}
	} finally {
		await reader.cancel().catch(() => undefined);
	}
}

/** `settings.watch.subscribe(…)`, by the same way. */
export function subscriptions(server: Server): TRPCLink<AppRouter> {
	return () =>
		({ op, next }) => {
			if (op.type !== "subscription") return next(op);
			return observable((observer) => {
				const ended = new AbortController();
				const { environment = "default", after = null } = op.input as { environment?: string; after?: number };
				const tell = async () => {
					const watched = { environment, after, signal: ended.signal };
					for await (const revision of revisions(server, watched)) {
						const data = { id: String(revision), data: { revision } };
						observer.next({ result: { type: "data", id: data.id, data } });
					}
					observer.complete();
				};
				tell().catch((error) => observer.error(asHoldfastError(error, server.url) ?? unreachable(server.url, error)));
				return () => ended.abort();
			});
		};
}
