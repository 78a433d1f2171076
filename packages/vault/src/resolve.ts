/**
 * The one stated precedence: which of the places that have a value for a name applies. The server, the command line and
 * hydration all ask here, so that what the dashboard says is what a process gets.
 */
import { DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { Source } from "@holdfast/contract/schemas";

interface SavedValue {
	/** `null` when the saved value does not open. */
	value: string | null;
	version: number;
}

type Saved = ReadonlyMap<string, SavedValue>;

export interface Sources {
	environment: string;
	/** The user's own values, when resolving on behalf of one. */
	personal?: Saved;
	own: Saved;
	/** `default`'s values; empty for `default` itself. */
	base: Saved;
	/** The process environment as it was at start. */
	process: ReadonlyMap<string, string>;
	/** The `.env` files of the environment, its own first. */
	files: ReadonlyArray<{ path: string; environment: string; values: ReadonlyMap<string, string> }>;
	/** What the catalogue says applies when nothing else does. */
	fallback?: string | undefined;
	/** `process`: what the process had at start goes before everything that is saved for all. */
	precedence: "saved" | "process";
}

/** One place that has a value, with the value. */
export interface Candidate {
	source: Source;
	place: string | null;
	value: string | null;
	version: number | null;
}

/**
 * Every place that has a value for a name, strongest first. A line of a `.env` file that merely mirrors the value saved in
 * its environment is not a place of its own and is left out.
 */
export function candidates(name: string, sources: Sources): Candidate[] {
	const saved = (source: Source, place: string | null, from: Saved | undefined): Candidate[] => {
		const found = from?.get(name);
		return found ? [{ source, place, value: found.value, version: found.version }] : [];
	};
	const inherited = sources.process.get(name);
	const fromProcess: Candidate[] =
		inherited === undefined ? [] : [{ source: "process", place: null, value: inherited, version: null }];
	const personal = saved("personal", sources.environment, sources.personal);
	const isDefault = sources.environment === DEFAULT_ENVIRONMENT;
	const shared = [
		...saved(isDefault ? "default" : "environment", sources.environment, sources.own),
		...saved("default", DEFAULT_ENVIRONMENT, sources.base),
	];
	const fromFiles = sources.files.flatMap(({ path, environment, values }): Candidate[] => {
		const value = values.get(name);
		const mirrored = (environment === sources.environment ? sources.own : sources.base).get(name);
		if (value === undefined || mirrored?.value === value) return [];
		return [{ source: "file", place: path, value, version: null }];
	});
	const fallback: Candidate[] =
		sources.fallback === undefined
			? []
			: [{ source: "catalogue", place: null, value: sources.fallback, version: null }];
	const order = sources.precedence === "process" ? [fromProcess, shared] : [shared, fromProcess];
	return [personal, ...order, fromFiles, fallback].flat();
}
