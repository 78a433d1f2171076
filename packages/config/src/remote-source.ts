/** What is saved, from a server that tells of each change; and the server told that this process is there and what it holds. */
import { AppError, follow, type ProcedurePath } from "@holdfast/contract";
import type { HydratedSettings } from "@holdfast/contract/schemas";
import type { Options } from "./options.ts";
import { post, request, resultOf, type Server } from "./post.ts";
import { identity, savedOf, serverOf } from "./remote.ts";
import { inheritedOf } from "./report.ts";
import type { Saved, Taken } from "./values.ts";
import type { Source } from "./watch.ts";

/** In milliseconds. */
const REPORT_EVERY = 10_000;
const AGAIN = 1_000;
const AGAIN_AFTER_REFUSAL = 30_000;
/** How many tries to connect fail before it is told: a server that starts again takes a second. */
const TOLD_AFTER = 4;
/** How long after it is there a connection counts as one, in milliseconds: a refusal comes on one, too. */
const SETTLED = 500;

export class RemoteSource implements Source {
	readonly #server: Server;
	readonly #environment: string;
	readonly #stop = new AbortController();
	/** The revision that is held, and the one that the server knows to be. */
	#revision: number;
	#reported = { revision: -1, at: 0 };
	#inherited: string[] = [];
	#next: Saved | null = null;
	#error: Error | null = null;
	/** Runs while a connection is so new that it may be one that is being refused. */
	#connecting: NodeJS.Timeout | undefined;

	constructor(options: Options, environment: string, saved: Saved) {
		this.#server = serverOf(options);
		this.#environment = environment;
		this.#revision = saved.revision ?? 0;
	}

	start(wake: () => void): void {
		void this.#run(wake);
	}

	look(): Saved | null {
		if (this.#error) throw this.#error;
		const next = this.#next;
		this.#next = null;
		return next;
	}

	refresh(): void {
		if (Date.now() - this.#reported.at >= REPORT_EVERY) this.#report();
	}

	holds(revision: number | null, origins: Taken["origins"]): void {
		this.#revision = revision ?? 0;
		this.#inherited = inheritedOf(origins);
		if (this.#revision !== this.#reported.revision) this.#report();
	}

	stop(): void {
		this.#stop.abort();
		clearTimeout(this.#connecting);
		this.#tell("workers.remove", { id: identity(this.#environment).id });
	}

	async #run(wake: () => void): Promise<void> {
		const { signal } = this.#stop;
		const told = (error: Error | null) => {
			this.#error = error;
			wake();
		};
		while (!signal.aborted) {
			try {
				await this.#follow(told);
			} catch (error) {
				clearTimeout(this.#connecting);
				told(error as Error);
				const isRefused = error instanceof AppError && !error.retryable;
				await pause(isRefused ? AGAIN_AFTER_REFUSAL : AGAIN, signal);
			}
		}
	}

	async #follow(told: (error: Error | null) => void): Promise<void> {
		const following = follow({
			after: this.#revision,
			signal: this.#stop.signal,
			open: (after, signal) => this.#open(after, signal),
			pause,
			connected: () => {
				this.#connecting = setTimeout(() => told(null), SETTLED).unref();
			},
			failed: (error, tries) => {
				clearTimeout(this.#connecting);
				if (tries >= TOLD_AFTER) told(error);
			},
		});
		for await (const revision of following) {
			const input = { environment: this.#environment, held: this.#revision, worker: identity(this.#environment) };
			const answer = (await this.#call("settings.hydrate", input)) as HydratedSettings;
			if (answer.values) this.#next = savedOf(this.#environment, answer.revision, answer.values);
			else this.#revision = revision;
			told(null);
		}
	}

	async #open(after: number | null, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
		const input = { environment: this.#environment, ...(after !== null && { after }) };
		const path = `settings.watch?input=${encodeURIComponent(JSON.stringify(input))}`;
		const headers = { accept: "text/event-stream" };
		const answer = await request(this.#server, { method: "GET", path, headers, signal });
		if (answer.statusCode === 200) return answer;
		let text = "";
		for await (const chunk of answer.setEncoding("utf8")) text += chunk;
		resultOf(this.#server.url, answer.statusCode ?? 0, text);
		throw new AppError("SERVER_UNREACHABLE", { detail: this.#server.url });
	}

	#report(): void {
		this.#reported = { revision: this.#revision, at: Date.now() };
		const held = { environment: this.#environment, revision: this.#revision, inherited: this.#inherited };
		this.#tell("workers.report", { ...identity(this.#environment), ...held });
	}

	/** What nothing depends on: the next report says the same. */
	#tell(path: ProcedurePath, input: unknown): void {
		this.#call(path, input, 1).catch((error) => {
			if (!(error instanceof AppError)) throw error;
		});
	}

	#call(path: ProcedurePath, input: unknown, tries = 3): Promise<unknown> {
		return post({ ...this.#server, path, input, tries });
	}
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const end = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", end);
			resolve();
		};
		const timer = setTimeout(end, milliseconds).unref();
		signal.addEventListener("abort", end);
		if (signal.aborted) end();
	});
}
