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
	/** The `.env` files of the environment, its own first. A line without a value (`KEY=`) is no place. */
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
 *
 * A saved value that does not open keeps its place, with `null` for the value: what it shadows must not stand in for it.
 */
export function candidates(name: string, sources: Sources): Candidate[] {
	const { environment, precedence } = sources;
	const found: Candidate[] = [];
	addSaved(found, "personal", environment, sources.personal?.get(name));
	if (precedence === "process") addText(found, "process", null, sources.process.get(name));
	addSaved(found, environment === DEFAULT_ENVIRONMENT ? "default" : "environment", environment, sources.own.get(name));
	addSaved(found, "default", DEFAULT_ENVIRONMENT, sources.base.get(name));
	if (precedence === "saved") addText(found, "process", null, sources.process.get(name));
	for (const file of sources.files) {
		const mirrored = (file.environment === environment ? sources.own : sources.base).get(name);
		const value = file.values.get(name) || undefined;
		if (mirrored?.value !== value) addText(found, "file", file.path, value);
	}
	addText(found, "catalogue", null, sources.fallback);
	return found;
}

function addSaved(found: Candidate[], source: Source, place: string, saved: SavedValue | undefined): void {
	if (saved) found.push({ source, place, value: saved.value, version: saved.version });
}

function addText(found: Candidate[], source: Source, place: string | null, value: string | undefined): void {
	if (value !== undefined) found.push({ source, place, value, version: null });
}
