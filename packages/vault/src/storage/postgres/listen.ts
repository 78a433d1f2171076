/**
 * Who wants to hear of new revisions, and a connection that the server tells them over (LISTEN). While there is no such
 * connection, or behind a pooler that hands on no notifications, the revision is asked for instead.
 */
import pg from "pg";
import { ignoreLoss, type PostgresDatabase } from "./connect.ts";

/** All in milliseconds. */
const ASK_EVERY = 500;
const CONNECT_EVERY = 2_000;

export interface Listener {
	/** `listener` is called after each new revision, from any process, until the function it returns is called. */
	add(listener: () => void): () => void;
	close(): Promise<void>;
}

interface Asked {
	/** What the database says. */
	revision: () => Promise<number>;
	/** What it said when it was last asked by anyone here. */
	known: () => number;
}

export function openListener({ $client: { options } }: PostgresDatabase, { revision, known }: Asked): Listener {
	const listeners = new Set<() => void>();
	let client: pg.Client | null = null;
	let timer: NodeJS.Timeout | undefined;
	let triedAt = Number.NEGATIVE_INFINITY;
	let seen = -1;
	let work = Promise.resolve();

	async function connect(): Promise<void> {
		triedAt = performance.now();
		const next = new pg.Client(options);
		next.on("error", ignoreLoss);
		next.on("notification", ({ payload }) => {
			seen = Math.max(seen, Number(payload));
			tell();
		});
		next.on("end", () => {
			if (client === next) client = null;
		});
		try {
			await next.connect();
			await next.query("listen holdfast");
			client = next;
		} catch {
			await next.end().catch(ignoreLoss);
		}
	}

	/** Also while notifications come: a pooler may take the LISTEN and pass nothing on. */
	async function look(): Promise<void> {
		if (client === null && performance.now() - triedAt > CONNECT_EVERY) await connect();
		const now = await revision().catch(() => seen);
		if (now <= seen) return;
		seen = now;
		tell();
	}

	function tell(): void {
		for (const listener of listeners) listener();
	}

	function start(): void {
		seen = known();
		timer = setInterval(() => {
			work = work.then(look);
		}, ASK_EVERY);
		timer.unref();
		work = work.then(look);
	}

	async function stop(): Promise<void> {
		clearInterval(timer);
		await work;
		const ending = client;
		client = null;
		await ending?.end().catch(ignoreLoss);
	}

	return {
		add(listener) {
			if (listeners.size === 0) start();
			listeners.add(listener);
			return () => {
				listeners.delete(listener);
				if (listeners.size === 0) work = stop();
			};
		},
		async close() {
			listeners.clear();
			await stop();
		},
	};
}
