/**
 * Keeps an environment as what is saved: takes in each change, tells who wants to know, and says which revision it holds.
 * Guards that an application never loses a value it had because of something that went wrong: then it keeps what it has, a
 * warning says why, and the next look tries again.
 */
import { join } from "node:path";
import { AppError } from "@holdfast/contract";
import { readEnvValues } from "@holdfast/envfile";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { fit } from "./fit.ts";
import type { Hydration } from "./hydrate.ts";
import { LocalSource } from "./local.ts";
import type { Options } from "./options.ts";
import { RemoteSource } from "./remote-source.ts";
import { statOf } from "./stat.ts";
import { asItWas, type Env, give, type Saved, type Taken, take, type Values } from "./values.ts";

export interface Change {
	revision: number | null;
	/** The names that have another value by now, or none any more. */
	names: readonly string[];
}

type Listener = (change: Change) => void;

export interface Watching {
	/**
	 * The value that a variable has at this moment. Where the data folder is at hand the database is asked first, which takes
	 * microseconds, so that no value is older than what was saved before the call.
	 */
	get(name: string): string | undefined;
	/** Be told of changes, of all or of one name's. Gives what ends it. */
	onChange(listener: Listener): () => void;
	onChange(name: string, listener: (value: string | undefined) => void): () => void;
	/** What keeps the newest values from being taken in; `null` when nothing does. */
	readonly problem: Error | null;
	/** Stop keeping up. The variables stay as they are. */
	stop(): void;
	[Symbol.dispose](): void;
}

/** Where what is saved comes from. */
export interface Source {
	/** `wake` is called when there may be something new. */
	start(wake: () => void): void;
	/** What is new since the last look; `null` for nothing. Throws when that cannot be found out at the moment. */
	look(): Saved | null;
	/** Called twice a second, for what nobody wakes for. */
	refresh(): void;
	/** Called with what the process holds from now on. */
	holds(revision: number | null, origins: Taken["origins"]): void;
	stop(): void;
}

/** What a process has when it begins to watch. */
interface Started {
	env: Env;
	options: Options;
	environment: string;
	saved: Saved;
	taken: Taken;
	schema: StandardSchemaV1 | undefined;
	fitted: { values: unknown } | undefined;
}

/** In milliseconds. */
const LOOK_EVERY = 500;
/** How long after a removal a line in a file may be what is left of it, because the file is about to be written anew. */
const LEFT_OVER = 2_000;

export function watch(started: Started): Hydration & Watching {
	return new Watch(started);
}

class Watch implements Hydration, Watching {
	readonly environment: string;
	readonly #env: Env;
	readonly #options: Options;
	readonly #schema: StandardSchemaV1 | undefined;
	readonly #source: Source;
	readonly #timer: NodeJS.Timeout;
	readonly #listeners = new Set<Listener>();
	#saved: Saved;
	#held: { revision: number | null; taken: Taken; fitted: unknown };
	#problem: Error | null = null;
	#files: string;
	#leftOver: { values: Values; until: number } | null = null;

	constructor({ env, options, environment, saved, taken, schema, fitted }: Started) {
		this.environment = environment;
		this.#env = env;
		this.#options = options;
		this.#schema = schema;
		this.#saved = saved;
		this.#held = { revision: saved.revision, taken, fitted: fitted?.values };
		this.#files = this.#stampOfFiles();
		const Kind = options.url === null ? LocalSource : RemoteSource;
		this.#source = new Kind(options, environment, saved);
		this.#source.start(() => this.#look());
		this.#source.holds(this.revision, this.origins);
		this.#timer = setInterval(() => this.#tick(), LOOK_EVERY).unref();
	}

	get revision(): number | null {
		return this.#held.revision;
	}

	get origins(): Taken["origins"] {
		return this.#held.taken.origins;
	}

	get skipped(): Taken["skipped"] {
		return this.#held.taken.skipped;
	}

	/** What the schema made of the variables. */
	get values(): unknown {
		return this.#held.fitted;
	}

	get problem(): Error | null {
		return this.#problem;
	}

	get(name: string): string | undefined {
		this.#look();
		return this.#held.taken.values.get(name) ?? this.#env[name];
	}

	onChange(listener: Listener): () => void;
	onChange(name: string, listener: (value: string | undefined) => void): () => void;
	onChange(first: string | Listener, second?: (value: string | undefined) => void): () => void {
		const own: Listener = (change) => {
			if (typeof first === "function") first(change);
			else if (change.names.includes(first)) second?.(this.#env[first]);
		};
		this.#listeners.add(own);
		return () => void this.#listeners.delete(own);
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#listeners.clear();
		this.#source.stop();
	}

	[Symbol.dispose](): void {
		this.stop();
	}

	/** Whether it could be found out if there is anything new. */
	#look(): boolean {
		let saved: Saved | null;
		try {
			saved = this.#source.look();
		} catch (error) {
			this.#fail(error as Error);
			return false;
		}
		if (saved) this.#adopt(saved);
		return true;
	}

	#tick(): void {
		this.#source.refresh();
		if (!this.#look()) return;
		const files = this.#stampOfFiles();
		const isOver = this.#leftOver !== null && Date.now() > this.#leftOver.until;
		if (files === this.#files && !isOver && this.#problem === null) return;
		if (isOver) this.#leftOver = null;
		this.#files = files;
		this.#attempt();
	}

	#adopt(saved: Saved): void {
		const removed = new Map<string, string>();
		for (const [name, { value }] of [...this.#saved.base, ...this.#saved.own]) {
			if (value !== null && !saved.own.has(name) && !saved.base.has(name)) removed.set(name, value);
		}
		if (removed.size > 0) this.#leftOver = { values: removed, until: Date.now() + LEFT_OVER };
		this.#saved = saved;
		this.#attempt();
	}

	#attempt(): void {
		try {
			this.#apply();
			this.#problem = null;
		} catch (error) {
			this.#fail(error as Error);
		}
	}

	/** Take what is saved and what the files say, all of it or nothing. */
	#apply(): void {
		const files = this.#saved.files.map((file) => ({ ...file, lines: this.#linesOf(file.path) }));
		const before = this.#held;
		const taken = take(this.#options, this.environment, { ...this.#saved, files });
		const names = changed(before.taken.values, taken.values);
		const isNew = names.length > 0 && this.#schema;
		const fitted = isNew ? fit(isNew, asItWas(this.#env), taken.values) : before.fitted;
		give(this.#env, taken.values, this.#options);
		this.#held = { revision: this.#saved.revision, taken, fitted };
		this.#source.holds(this.revision, this.origins);
		if (names.length === 0) return;
		const change = { revision: this.#saved.revision, names };
		for (const listener of [...this.#listeners]) queueMicrotask(() => listener(change));
	}

	/** The lines of a file as it is, without what is only left of settings that were just removed. */
	#linesOf(path: string): Values {
		const lines = readEnvValues(join(this.#options.projectDir, path));
		const left = this.#leftOver?.values;
		return left ? new Map([...lines].filter(([name, value]) => left.get(name) !== value)) : lines;
	}

	#stampOfFiles(): string {
		const times = this.#saved.files.map(({ path }) => statOf(join(this.#options.projectDir, path))?.mtimeMs);
		return times.join(" ");
	}

	/** Once for each thing that is wrong, until it is another one. */
	#fail(error: Error): void {
		const isNews = this.#problem?.message !== error.message;
		this.#problem = error;
		if (!isNews) return;
		const what = error instanceof AppError ? error.message : `It could not be read: ${error.message}.`;
		process.emitWarning(
			`What is saved could not be taken in; the values that are there stay. ${what}`,
			"HoldfastWarning",
		);
	}
}

function changed(before: Values, after: Values): string[] {
	const names = new Set([...before.keys(), ...after.keys()]);
	return [...names].filter((name) => before.get(name) !== after.get(name));
}
