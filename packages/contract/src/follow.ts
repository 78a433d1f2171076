/**
 * Following an environment's revision over the wire, wherever there is a way to read a stream of bytes. Guards that nothing is
 * missed: each connection begins where the last one ended, and the server tells at once what came in between.
 */
import { AppError, errorFromServer } from "./app-error.ts";

export interface Following {
	/**
	 * Connect to the server's event stream, to be told of what is newer than a revision.
	 *
	 * Throws an AppError for what the server refuses; anything else counts as a connection that can be tried again.
	 */
	open(after: number | null, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
	/** The revision that the caller has; `null` for none. */
	after: number | null;
	/** Ends it. */
	signal: AbortSignal;
	/** Resolves after some milliseconds, or at once when the signal fires. */
	pause(milliseconds: number, signal: AbortSignal): Promise<void>;
	/** Told of each try that failed, and how many did in a row. The next one follows. */
	failed?: (error: Error, tries: number) => void;
	/** Told of each connection that the server has answered on. */
	connected?: () => void;
}

/** In milliseconds. The server says something every 15 seconds. */
const SILENCE = 40_000;
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10_000;

/**
 * The revisions that touch the environment, from now on and each at once. Several that follow each other closely may be given
 * as the last of them.
 *
 * @throws AppError that no retry can mend, such as `TOKEN_REFUSED`.
 */
export async function* follow({ after, signal, ...rest }: Following): AsyncGenerator<number, void> {
	let held = after;
	let tries = 0;
	while (!signal.aborted) {
		const connection = new AbortController();
		const end = () => connection.abort();
		signal.addEventListener("abort", end);
		try {
			const bytes = await rest.open(held, connection.signal);
			for await (const { event, data } of eventsIn(notSilent(bytes, rest.pause, connection))) {
				if (event === "connected") rest.connected?.();
				if (event === "serialized-error") throw errorInShape(JSON.parse(data));
				// A refusal comes on a connection, too: one counts as good once there is more to it.
				if (event !== "connected") tries = 0;
				if (event === "return") break;
				if (event !== "message") continue;
				held = (JSON.parse(data) as { revision: number }).revision;
				yield held;
			}
			if (!signal.aborted) throw new Error("The server ended the stream.");
		} catch (error) {
			if (signal.aborted) return;
			if (error instanceof AppError && !error.retryable) throw error;
			rest.failed?.(error as Error, tries + 1);
		} finally {
			signal.removeEventListener("abort", end);
			connection.abort();
		}
		await rest.pause(backoff(tries++), signal);
	}
}

/** Each pause twice the last one, up to a bound, and none as long as another client's. */
export function backoff(tries: number): number {
	return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries) * (0.5 + Math.random());
}

/** An error as the procedures give it; see `errorFormatter` in the server. */
interface ErrorShape {
	message?: string;
	data?: { app?: { code: string; name: string | null } };
}

export function errorInShape({ message = "", data }: ErrorShape): AppError {
	return data?.app ? errorFromServer({ ...data.app, message }) : new AppError("INTERNAL");
}

/** The bytes of a connection, which is given up when nothing comes for too long. */
async function* notSilent(
	bytes: AsyncIterable<Uint8Array>,
	pause: Following["pause"],
	connection: AbortController,
): AsyncGenerator<Uint8Array> {
	const iterator = bytes[Symbol.asyncIterator]();
	while (true) {
		const heard = new AbortController();
		const next = iterator.next();
		// When the connection is given up below, nobody waits for this any more.
		next.catch(() => {});
		const silence = pause(SILENCE, heard.signal).then(() => null);
		const result = await Promise.race([next, silence]).finally(() => heard.abort());
		if (result === null) {
			connection.abort();
			throw new Error("Nothing was heard from the server for a while.");
		}
		if (result.done) return;
		yield result.value;
	}
}

interface ServerEvent {
	event: string;
	data: string;
}

/** The events of a stream: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
async function* eventsIn(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
	const decoder = new TextDecoder();
	let rest = "";
	let event = "message";
	let data: string[] = [];
	for await (const chunk of bytes) {
		const lines = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n");
		rest = lines.pop() ?? "";
		for (const each of lines) {
			const line = each.endsWith("\r") ? each.slice(0, -1) : each;
			const value = line.slice(line.indexOf(":") + 1).replace(/^ /, "");
			if (line.startsWith("event:")) event = value;
			else if (line.startsWith("data:")) data.push(value);
			if (line !== "") continue;
			if (data.length > 0) yield { event, data: data.join("\n") };
			event = "message";
			data = [];
		}
	}
}
