/**
 * Letting go of old values. A version that is not to be kept loses its value and keeps its row: who saved it and when is
 * history, and its fingerprint is what files, and where a key may be sent, are judged by. Current versions are never touched.
 */
import { setImmediate as otherWork } from "node:timers/promises";
import type { Policy } from "@holdfast/contract/schemas";
import { bySystem } from "./access.ts";
import { policyOf } from "./policy.ts";
import type { Kept, Storage, VersionPlace } from "./storage/storage.ts";

/** In milliseconds. */
const EVERY = 60 * 60 * 1000;
const DAY = 24 * 60 * 60 * 1000;
/** How many values go in one commit. */
const AT_ONCE = 1_000;

/** What is kept at a moment, in milliseconds since 1970; `null` when all of it is. */
export function keptAt({ historyVersions, historyDays }: Policy, now: number): Kept | null {
	if (historyVersions === null && historyDays === null) return null;
	return { versions: historyVersions, since: historyDays === null ? null : now - historyDays * DAY };
}

/** Let go of every value that is not to be kept at a moment, and record how many. How many those were. */
export async function prune(storage: Storage, now: number, signal?: AbortSignal): Promise<number> {
	let [pruned, last]: [number, VersionPlace | null] = [0, null];
	while (!signal?.aborted) {
		const kept = keptAt(policyOf(await storage.state()), now);
		const places: VersionPlace[] = kept ? await storage.prunable(kept, last, AT_ONCE) : [];
		const settings = new Set(places.map(({ environment, owner, name }) => JSON.stringify([environment, owner, name])));
		const details = { versions: places.length, settings: settings.size };
		const recorded = { action: "history.prune", target: null, environment: null, outcome: "done", details } as const;
		// Where another process is at it too, the next time will find what is left.
		if (places.length === 0 || !(await storage.commit({ prune: places, audit: [bySystem(recorded)] })).done) break;
		pruned += places.length;
		last = places.at(-1) ?? null;
		await otherWork();
	}
	if (pruned > 0) await storage.eraseTraces({ whole: false });
	return pruned;
}

/** Prunes at the start of a process that serves, and every hour. */
export class Retention {
	readonly #storage: Storage;
	readonly #warn: (message: string) => void;
	readonly #stop = new AbortController();
	#timer: NodeJS.Timeout | undefined;
	#turn: Promise<void> = Promise.resolve();

	constructor(storage: Storage, warn: (message: string) => void) {
		this.#storage = storage;
		this.#warn = warn;
	}

	start(): void {
		const turn = () => {
			this.#turn = this.#turn.then(() => this.#prune());
		};
		turn();
		this.#timer = setInterval(turn, EVERY);
		this.#timer.unref();
	}

	async stop(): Promise<void> {
		clearInterval(this.#timer);
		this.#stop.abort();
		await this.#turn;
	}

	async #prune(): Promise<void> {
		try {
			await prune(this.#storage, Date.now(), this.#stop.signal);
		} catch (error) {
			this.#warn(`Old values could not be let go of: ${(error as Error).message}`);
		}
	}
}
