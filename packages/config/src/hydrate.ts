/**
 * Puts saved values into `process.env` while an application boots, by the one stated precedence. Reads the database file
 * itself, so that an application starts whether or not a Holdfast server runs.
 */
import { join } from "node:path";
import { AppError, DEFAULT_ENVIRONMENT, envFileName, forbiddenBecause, NAME_PATTERN } from "@holdfast/contract";
import { isEncrypted, readEnvValues } from "@holdfast/envfile";
import { type Candidate, candidates, readSavedValues, type SavedValues, type Sources } from "@holdfast/vault/snapshot";
import { type Options, readOptions } from "./options.ts";

export interface HydrateOptions {
	/** The environment to take values from; by default HOLDFAST_ENVIRONMENT, else `default`. */
	environment?: string;
	/** What to fill; by default `process.env`. */
	env?: Record<string, string | undefined>;
	/** Where to look for the data folder and the `.env` files; by default the working directory. */
	cwd?: string;
	/** Refuse a folder without a vault. By default its `.env` files are read, with a warning. */
	needsVault?: boolean;
}

/** Where the value of one name came from, as Holdfast's `explain` names it. Never the value. */
export type Origin = Pick<Candidate, "source" | "place" | "version">;

export interface Hydration {
	environment: string;
	/** The revision the values are of; `null` when there is no vault and only `.env` files were read. */
	revision: number | null;
	/** The names that have a value, and where from. */
	origins: ReadonlyMap<string, Origin>;
	/** The names that were left out, and why. */
	skipped: ReadonlyMap<string, string>;
}

type Lines = ReadonlyMap<string, string>;
type NothingSaved = Omit<SavedValues, "revision"> & { revision: null };

/** The first Node the database driver's binary runs on. An older one does not refuse it: the process dies. */
const OLDEST_NODE = 22;

/**
 * Hydrate an environment.
 *
 * @throws AppError `NODE_TOO_OLD`, `OPTION_INVALID`, `NO_VAULT` where one is needed, `ENVIRONMENT_NOT_FOUND`, `VALUE_DAMAGED`,
 * `DATABASE_UNREADABLE`, or one of the codes `ROOT_KEY_…`; then nothing was set.
 */
export function hydrate(wanted: HydrateOptions = {}): Hydration {
	refuseOldNode();
	const env = wanted.env ?? process.env;
	const options = readOptions(env, wanted.cwd);
	const environment = wanted.environment ?? options.environment;
	const saved = readSaved(options, environment, wanted.needsVault ?? false);
	const files = saved.files.map((file) => ({ ...file, lines: linesOf(options, file.path) }));
	const sources: Sources = {
		environment,
		own: saved.own,
		base: saved.base,
		process: options.processEnv,
		files: files.map(({ lines, ...file }) => ({ ...file, values: withoutSealed(lines) })),
		precedence: options.precedence,
	};
	const names = new Set<string>();
	for (const place of [saved.own, saved.base, ...files.map(({ lines }) => lines)]) {
		for (const name of place.keys()) names.add(name);
	}
	const values = new Map<string, string>();
	const origins = new Map<string, Origin>();
	const skipped = new Map<string, string>();
	for (const name of names) {
		const because = NAME_PATTERN.test(name) ? forbiddenBecause(name) : "it is not a legal setting name";
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
	for (const [name, value] of values) env[name] = value;
	for (const [name, because] of skipped)
		process.emitWarning(`${name} was not hydrated: ${because}.`, "HoldfastWarning");
	return { environment, revision: saved.revision, origins, skipped };
}

function refuseOldNode(): void {
	const version = process.versions.node;
	if (Number.parseInt(version, 10) < OLDEST_NODE) throw new AppError("NODE_TOO_OLD", { detail: version });
}

function readSaved(options: Options, environment: string, needsVault: boolean): SavedValues | NothingSaved {
	try {
		return readSavedValues(options.dataDir, options.rootKey, environment);
	} catch (error) {
		if (needsVault || !(error instanceof AppError) || error.code !== "NO_VAULT") throw error;
		process.emitWarning(`${error.message} Only .env files were read.`, "HoldfastWarning");
		const files = [...new Set([environment, DEFAULT_ENVIRONMENT])];
		return {
			revision: null,
			own: new Map(),
			base: new Map(),
			files: files.map((name) => ({ environment: name, path: envFileName(name) })),
		};
	}
}

function linesOf({ projectDir, envFile }: Options, path: string): Lines {
	return path === envFileName(DEFAULT_ENVIRONMENT) ? envFile : readEnvValues(join(projectDir, path));
}

/** The lines that may count as values: one that is sealed for another program is none. */
function withoutSealed(lines: Lines): Lines {
	for (const value of lines.values()) {
		if (isEncrypted(value)) return new Map([...lines].filter(([, each]) => !isEncrypted(each)));
	}
	return lines;
}
