/**
 * Which value each name of an environment has, by the one stated precedence, from what is saved and what the process and its
 * `.env` files have; and the record of what a process was given, so that what it had itself can come back.
 */
import { join } from "node:path";
import { AppError, DEFAULT_ENVIRONMENT, envFileName, forbiddenBecause, NAME_PATTERN } from "@holdfast/contract";
import { isEncrypted, readEnvValues } from "@holdfast/envfile";
import { type Candidate, candidates, type SavedValues, type Sources } from "@holdfast/vault/snapshot";
import type { Options } from "./options.ts";

export type Env = Record<string, string | undefined>;
export type Values = ReadonlyMap<string, string>;

/** Where the value of one name came from, as Holdfast's `explain` names it. Never the value. */
export type Origin = Pick<Candidate, "source" | "place" | "version">;

/** What is saved; the revision is `null` when there is no vault. */
export interface Saved extends Omit<SavedValues, "revision" | "files"> {
	revision: number | null;
	/** Each with its lines, where they have been read already. */
	files: ReadonlyArray<SavedValues["files"][number] & { lines?: Values }>;
}

export interface Taken {
	values: Values;
	origins: ReadonlyMap<string, Origin>;
	skipped: ReadonlyMap<string, string>;
}

/**
 * Everything that an environment's names resolve from. `files` are its `.env` files with all their lines, of which sealed
 * ones count as none.
 */
export function sourcesOf(options: Options, environment: string, saved: Saved) {
	const files = saved.files.map((file) => ({ ...file, lines: file.lines ?? linesOf(options, file.path) }));
	const sources: Sources = {
		environment,
		own: saved.own,
		base: saved.base,
		process: options.processEnv,
		files: files.map(({ lines, ...file }) => ({ ...file, values: withoutSealed(lines) })),
		precedence: options.precedence,
	};
	return { files, sources };
}

/** Where nothing is saved, or it could not be read. */
export function nothingSaved(environment: string): Saved {
	return { revision: null, own: new Map(), base: new Map(), files: usualFiles(environment) };
}

/** The `.env` files of an environment where nobody chose others. */
export function usualFiles(environment: string): Saved["files"] {
	const environments = [...new Set([environment, DEFAULT_ENVIRONMENT])];
	return environments.map((name) => ({ environment: name, path: envFileName(name) }));
}

/** Why a name is given no value, whoever has one; `null` where there is no such reason. */
export function leftOutBecause(name: string): string | null {
	return NAME_PATTERN.test(name) ? forbiddenBecause(name) : "it is not a legal setting name";
}

/** @throws AppError `VALUE_DAMAGED` */
export function take(options: Options, environment: string, saved: Saved): Taken {
	const { files, sources } = sourcesOf(options, environment, saved);
	const names = new Set<string>();
	for (const place of [saved.own, saved.base, ...files.map(({ lines }) => lines)]) {
		for (const name of place.keys()) names.add(name);
	}
	const values = new Map<string, string>();
	const origins = new Map<string, Origin>();
	const skipped = new Map<string, string>();
	for (const name of names) {
		const because = leftOutBecause(name);
		if (because !== null) {
			if (!name.startsWith("HOLDFAST_")) skipped.set(name, because);
			continue;
		}
		const [first] = candidates(name, sources);
		if (!first) {
			const sealed = files.find(({ lines }) => isEncrypted(lines.get(name) ?? ""));
			if (sealed) skipped.set(name, `its value in ${sealed.path} is encrypted`);
			continue;
		}
		if (first.value === null) throw new AppError("VALUE_DAMAGED", { name });
		values.set(name, first.value);
		origins.set(name, { source: first.source, place: first.place, version: first.version });
	}
	return { values, origins, skipped };
}

function linesOf({ projectDir, envFile }: Options, path: string): Values {
	return path === envFileName(DEFAULT_ENVIRONMENT) ? envFile : readEnvValues(join(projectDir, path));
}

/** The lines that may count as values: one that is sealed for another program is none. */
function withoutSealed(lines: Values): Values {
	for (const value of lines.values()) {
		if (isEncrypted(value)) return new Map([...lines].filter(([, each]) => !isEncrypted(each)));
	}
	return lines;
}

/** What an environment was given, and what it had itself before. */
interface Given {
	values: Values;
	had: Values;
}

/** One record in a process, whichever of this package's files have been loaded into it, and how often. */
const RECORD = Symbol.for("@holdfast/config");
const shared = globalThis as { [RECORD]?: WeakMap<Env, Given> };

/** Fill an environment. What it was given before and has no value any more leaves it, and what it had itself comes back. */
export function give(env: Env, values: Values, { processEnv }: Options): void {
	shared[RECORD] ??= new WeakMap();
	const record = shared[RECORD];
	const given = record.get(env);
	for (const [name, value] of values) if (given?.values.get(name) !== value) env[name] = value;
	if (given) for (const name of given.values.keys()) if (!values.has(name)) takeBack(env, name, given);
	record.set(env, { values, had: processEnv });
}

/** An environment as it was before it was given anything: itself, if it never was. */
export function asItWas(env: Env): Env {
	const given = shared[RECORD]?.get(env);
	if (!given) return env;
	const before = { ...env };
	for (const name of given.values.keys()) takeBack(before, name, given);
	return before;
}

/** What the application has set itself since then stays. */
function takeBack(env: Env, name: string, { values, had }: Given): void {
	if (env[name] !== values.get(name)) return;
	const own = had.get(name);
	if (own === undefined) delete env[name];
	else env[name] = own;
}
