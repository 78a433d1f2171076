/**
 * An environment's saved values as this process has them. Guards that nobody is given a value that may be old without being
 * told: either the server said a moment ago that it is the newest, or it is marked as stale.
 */
import type { AppRouter } from "@holdfast/api/router";
import { backoff, type ErrorCode } from "@holdfast/contract";
import type { TRPCClient } from "@trpc/client";
import { pause, type Server } from "./client.ts";
import { asHoldfastError, HoldfastError } from "./error.ts";
import { revisions } from "./events.ts";

export interface SavedValue {
	value: string;
	version: number;
}

/** What an environment had at a revision. */
export interface Held {
	revision: number;
	/** Milliseconds since 1970 of the moment the server gave it. */
	at: number;
	values: Readonly<Record<string, SavedValue>>;
}

/** Keeps what was last good, for the time that the server cannot be reached; see `fileCache`. */
export interface Cache {
	load(server: Pick<Server, "url" | "token">, environment: string): Promise<Held | null>;
	/** Must not throw: what could not be kept is no reason for a value not to be given. */
	save(server: Pick<Server, "url" | "token">, environment: string, held: Held): Promise<void>;
	/** Called when the server refuses the token. */
	forget(environment: string): Promise<void>;
}

/** Values are given that may be older than what is saved. */
export interface Stale {
	environment: string;
	revision: number;
	/** When they were the newest for certain. */
	since: Date;
	/** Why the server was not asked. */
	error: HoldfastError;
}

export interface Parts {
	server: Server;
	client: TRPCClient<AppRouter>;
	cache: Cache | null;
	onStale: (stale: Stale) => void;
	/** Told of what goes wrong where nobody waits for it. */
	onError: (error: HoldfastError) => void;
}

type Listener = (names: ReadonlySet<string>) => void;

const REFUSALS: ReadonlySet<string> = new Set<ErrorCode>(["TOKEN_REFUSED", "SIGNED_OUT", "NOT_ALLOWED"]);

export class EnvironmentValues {
	readonly #environment: string;
	readonly #parts: Parts;
	readonly #listeners = new Set<Listener>();
	#held: Held | null = null;
	#stale = false;
	/** How often the server was asked, and the last time of those that were answered. */
	#questions = 0;
	#answered = 0;
	#asking: Promise<void> | null = null;
	#watch: AbortController | null = null;
	/** Whether the server would have said by now if there were something newer. */
	#current = false;

	constructor(environment: string, parts: Parts) {
		this.#environment = environment;
		this.#parts = parts;
	}

	/** The values as they are, or as they were when `stale` is true. @throws HoldfastError */
	async read(): Promise<Held & { stale: boolean }> {
		if (!this.#current || this.#held === null) await this.#refresh();
		return { ...this.#require(), stale: this.#stale };
	}

	/** A value as it was last heard of. */
	at(name: string): string | undefined {
		return this.#held?.values[name]?.value;
	}

	/** Be told of each change from now on. Gives what ends it. */
	onChange(listener: Listener): () => void {
		const own: Listener = (names) => listener(names);
		this.#listeners.add(own);
		this.#watch ??= this.#begin();
		return () => {
			if (!this.#listeners.delete(own) || this.#listeners.size > 0) return;
			this.#watch?.abort();
			this.#watch = null;
			this.#current = false;
		};
	}

	#require(): Held {
		if (this.#held === null) throw new Error("There are no values yet.");
		return this.#held;
	}

	/** Once for all who ask meanwhile: the server is asked after each of them came. */
	async #refresh(): Promise<void> {
		if (this.#asking) return await this.#asking;
		// Those who ask in this turn of the event loop share one request.
		const asking = Promise.resolve().then(() => {
			this.#asking = null;
			return this.#ask();
		});
		this.#asking = asking;
		await asking;
	}

	async #ask(): Promise<void> {
		const { client, server, cache, onStale } = this.#parts;
		const question = ++this.#questions;
		try {
			const held = this.#held === null ? {} : { held: this.#held.revision };
			const answer = await client.settings.hydrate.mutate({ environment: this.#environment, ...held });
			// One that was overtaken by a later one is older than that.
			if (question < this.#answered) return;
			this.#answered = question;
			this.#take(answer);
			this.#stale = false;
			if (this.#held) await cache?.save(server, this.#environment, this.#held);
		} catch (error) {
			const known = asHoldfastError(error, server.url);
			if (known && REFUSALS.has(known.code)) {
				this.#held = null;
				await cache?.forget(this.#environment);
			}
			if (!known?.retryable || cache === null) throw known ?? error;
			this.#held ??= await cache.load(server, this.#environment);
			if (this.#held === null) throw known;
			if (this.#stale) return;
			this.#stale = true;
			const { revision, at } = this.#held;
			onStale({ environment: this.#environment, revision, since: new Date(at), error: known });
		}
	}

	#take({ revision, values }: Awaited<ReturnType<TRPCClient<AppRouter>["settings"]["hydrate"]["mutate"]>>): void {
		const before = this.#held;
		const after = values
			? Object.fromEntries(values.map(({ name, value, version }) => [name, { value, version }]))
			: (before?.values ?? {});
		this.#held = { revision, at: Date.now(), values: after };
		if (before === null || values === null) return;
		const names = Object.keys({ ...before.values, ...after });
		const changed = new Set(names.filter((name) => before.values[name]?.value !== after[name]?.value));
		if (changed.size > 0) for (const listener of [...this.#listeners]) listener(changed);
	}

	#begin(): AbortController {
		const ended = new AbortController();
		this.#follow(ended.signal).catch((error) => {
			if (ended.signal.aborted) return;
			this.#current = false;
			this.#watch = null;
			this.#parts.onError(error);
		});
		return ended;
	}

	async #follow(signal: AbortSignal): Promise<void> {
		await this.#catchUp(signal, () => this.#held !== null);
		let connections = 0;
		const watched = {
			environment: this.#environment,
			after: this.#stale ? null : this.#require().revision,
			signal,
			// What came while nobody listened is asked for, and from then on the server tells of what comes.
			connected: () => {
				const connection = ++connections;
				this.#catchUp(signal).then(
					() => {
						this.#current = connection === connections;
					},
					(error) => this.#parts.onError(error),
				);
			},
			failed: () => {
				connections++;
				this.#current = false;
			},
		};
		for await (const revision of revisions(this.#parts.server, watched)) {
			if (this.#held?.revision === revision && !this.#stale) continue;
			this.#current = false;
			await this.#catchUp(signal);
			this.#current = true;
		}
	}

	/** Ask until the server has answered, or there is enough. */
	async #catchUp(signal: AbortSignal, isEnough = () => !this.#stale): Promise<void> {
		for (let tries = 0; !signal.aborted; tries++) {
			try {
				await this.#refresh();
				if (isEnough()) return;
			} catch (error) {
				if (!(error instanceof HoldfastError) || !error.retryable) throw error;
			}
			await pause(backoff(tries), signal);
		}
	}
}

/** Of a name that has no value. */
export function notSet(name: string): HoldfastError {
	const fix = `Save ${name} in Holdfast.`;
	const message = `${name} is not set. ${fix}`;
	return new HoldfastError({ code: "NOT_SET", message, fix, retryable: false, subject: name });
}
