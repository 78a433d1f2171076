/**
 * Calling the procedures: batched, each in its time, and again when that is safe. Guards that nothing is done twice because an
 * answer got lost, and that every failure is the one error.
 */
import type { AppRouter } from "@holdfast/api/router";
import { backoff, type ProcedurePath } from "@holdfast/contract";
import {
	createTRPCClient,
	httpBatchStreamLink,
	type Operation,
	type TRPCClient,
	TRPCClientError,
	type TRPCLink,
} from "@trpc/client";
import { type Observable, observable } from "@trpc/server/observable";
import { asHoldfastError, type HoldfastError, refusalIn, unreachable } from "./error.ts";
import { subscriptions } from "./events.ts";

/** A server, and how it is called. */
export interface Server {
	/** Its origin, without a path: `https://holdfast.example`. */
	url: string;
	token: string;
	/** How long a call may take, in milliseconds. */
	timeout: number;
	/** How often a call that failed is tried again. */
	retries: number;
	fetch: typeof fetch;
	/** Ends everything. */
	signal: AbortSignal;
}

/** How many calls one request carries, and how long its address gets; the server takes 50. */
const BATCH_MAX = 50;
const ADDRESS_MAX = 2_000;

/** Mutations that change nothing that matters when they are repeated. */
const REPEATABLE: ReadonlySet<string> = new Set<ProcedurePath>([
	"settings.hydrate",
	"settings.reveal",
	"workers.report",
	"workers.remove",
]);

export function openClient(server: Server): TRPCClient<AppRouter> {
	const calls = httpBatchStreamLink<AppRouter>({
		url: `${server.url}/trpc`,
		headers: { authorization: `Bearer ${server.token}` },
		fetch: (address, how) => answered(server, address as string, how as RequestInit),
		maxItems: BATCH_MAX,
		maxURLLength: ADDRESS_MAX,
	});
	return createTRPCClient<AppRouter>({ links: [patient(server), subscriptions(server), calls] });
}

/** The answer of a procedure; what the edge of the server refuses, or a proxy before it says, is thrown. */
async function answered(server: Server, address: string, how: RequestInit): Promise<Response> {
	// The token is for this server, wherever it would send us.
	const response = await server.fetch(address, { ...how, redirect: "error" });
	if (response.ok) return response;
	const text = await response.text();
	const refusal = refusalIn(server.url, text);
	if (refusal) throw refusal;
	return new Response(text, response);
}

/** Tries a call, and again after a pause while that may help. */
function patient(server: Server): TRPCLink<AppRouter> {
	return () =>
		({ op, next }) => {
			if (op.type === "subscription") return next(op);
			return observable((observer) => {
				const ended = new AbortController();
				const signal = AbortSignal.any([server.signal, ended.signal, ...(op.signal ? [op.signal] : [])]);
				let isDone = false;
				void persistently(server, { op, signal, call: (how) => first(next({ ...op, signal: how })) }).then(
					(value) => {
						isDone = true;
						observer.next(value);
						observer.complete();
					},
					(error) => observer.error(error),
				);
				// What a call gives may be a stream, which goes on after the call is done.
				return () => {
					if (!isDone) ended.abort();
				};
			});
		};
}

interface Attempt<T> {
	op: Operation;
	signal: AbortSignal;
	call: (signal: AbortSignal) => Promise<T>;
}

async function persistently<T>(server: Server, { op, signal, call }: Attempt<T>): Promise<T> {
	for (let tries = 0; ; tries++) {
		try {
			return await inTime(server, signal, call);
		} catch (original) {
			const error = signal.aborted ? null : asHoldfastError(original, server.url);
			if (error === null) throw original;
			if (tries >= server.retries || !mayRepeat(op, error)) throw error;
		}
		await pause(backoff(tries), signal);
	}
}

/** A call that is broken off when it takes too long. */
async function inTime<T>({ url, timeout }: Server, signal: AbortSignal, call: Attempt<T>["call"]): Promise<T> {
	const given = new AbortController();
	let end = () => {};
	const late = new Promise<never>((_, reject) => {
		const timer = setTimeout(() => {
			reject(unreachable(url, new Error("It did not answer in time.")));
			given.abort();
		}, timeout);
		const broken = () => reject(new TRPCClientError("The call was broken off.", { cause: aborted(signal) }));
		signal.addEventListener("abort", broken);
		end = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", broken);
		};
		if (signal.aborted) broken();
	});
	try {
		return await Promise.race([late, call(AbortSignal.any([signal, given.signal]))]);
	} finally {
		end();
	}
}

function aborted({ reason }: AbortSignal): Error {
	return reason instanceof Error ? reason : new DOMException("It was broken off.", "AbortError");
}

function first<T>(source: Observable<T, TRPCClientError<AppRouter>>): Promise<T> {
	return new Promise((resolve, reject) => {
		source.subscribe({ next: resolve, error: reject });
	});
}

/** Resolves after some milliseconds, or at once when the signal fires. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const end = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", end);
			resolve();
		};
		const timer = setTimeout(end, milliseconds);
		signal.addEventListener("abort", end);
		if (signal.aborted) end();
	});
}

/** A save whose answer got lost may have been done; one that found the database busy was not. */
function mayRepeat({ type, path }: Operation, { code, retryable }: HoldfastError): boolean {
	return retryable && (type === "query" || REPEATABLE.has(path) || code === "DATABASE_BUSY");
}
