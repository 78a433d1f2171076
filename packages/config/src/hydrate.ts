/**
 * Puts saved values into `process.env` while an application boots, by the one stated precedence. Reads the database file
 * itself, so that an application starts whether or not a Holdfast server runs; with HOLDFAST_URL it asks that server instead.
 * What only some applications want is in a file of its own that is loaded when it is asked for.
 */
import { join } from "node:path";
import { AppError } from "@holdfast/contract";
import { readSavedValues } from "@holdfast/vault/snapshot";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type Options, readOptions } from "./options.ts";
import { asItWas, type Env, give, nothingSaved, type Origin, type Saved, take } from "./values.ts";
import type { Watching } from "./watch.ts";

export interface HydrateOptions<S extends StandardSchemaV1 = StandardSchemaV1, W extends boolean = boolean> {
	/** The environment to take values from; by default HOLDFAST_ENVIRONMENT, else `default`. */
	environment?: string;
	/** What to fill; by default `process.env`. */
	env?: Env;
	/** Where to look for the data folder and the `.env` files; by default the working directory. */
	cwd?: string;
	/** Refuse a folder without a vault. By default its `.env` files are read, with a warning. */
	needsVault?: boolean;
	/** Keep `env` as what is saved, from here on. Does not keep the process running. */
	watch?: W;
	/** What the variables have to be, by any validator that implements Standard Schema without waiting: https://standardschema.dev */
	schema?: S;
}

export interface Hydration {
	environment: string;
	/** The revision the values are of; `null` when there is no vault and only `.env` files were read. */
	revision: number | null;
	/** The names that have a value, and where from. */
	origins: ReadonlyMap<string, Origin>;
	/** The names that were left out, and why. */
	skipped: ReadonlyMap<string, string>;
}

/** With a schema, what it made of the variables; with `watch`, what keeps up with them. */
export type Hydrated<S extends StandardSchemaV1, W extends boolean> = Hydration &
	([S] extends [never] ? unknown : { values: StandardSchemaV1.InferOutput<S> }) &
	(W extends true ? Watching : unknown);

/** The first Node the database driver's binary runs on. An older one does not refuse it: the process dies. */
const OLDEST_NODE = 22;

/**
 * Hydrate an environment.
 *
 * @throws AppError `NEEDS_SERVER`, `NODE_TOO_OLD`, `OPTION_INVALID`, `NO_VAULT` where one is needed, `ENVIRONMENT_NOT_FOUND`, `VALUE_DAMAGED`,
 * `DATABASE_UNREADABLE`, `SETTINGS_UNFIT`, or one of the codes `ROOT_KEY_…`; of a server, `SERVER_UNREACHABLE` and what it
 * refuses. Then nothing was set.
 */
export function hydrate<S extends StandardSchemaV1 = never, W extends boolean = false>(
	wanted: HydrateOptions<S, W> = {},
): Hydrated<S, W> {
	const env = wanted.env ?? process.env;
	const options = readOptions(asItWas(env), wanted.cwd);
	const environment = wanted.environment ?? options.environment;
	const saved = readSaved(options, environment, wanted);
	const taken = take(options, environment, saved);
	const { schema } = wanted;
	const fitted = schema && { values: later().fit(schema, asItWas(env), taken.values) };
	give(env, taken.values, options);
	for (const [name, because] of taken.skipped)
		process.emitWarning(`${name} was not hydrated: ${because}.`, "HoldfastWarning");
	const { origins, skipped } = taken;
	const hydration = { environment, revision: saved.revision, origins, skipped, ...fitted };
	if (env === process.env && options.url === null && !wanted.watch) reportSoon(options, hydration);
	const result = wanted.watch ? later().watch({ env, options, environment, saved, taken, schema, fitted }) : hydration;
	return result as Hydrated<S, W>;
}

/** How long an application is left alone before it says in the data folder what it holds, in milliseconds. */
const SETTLED = 250;

function reportSoon(options: Options, { environment, revision, origins }: Hydration): void {
	if (revision === null) return;
	setTimeout(() => later().reportFirst(options, { environment, revision, origins }), SETTLED).unref();
}

/** The rest of this package. Found by its name, because this file may be part of a bundle elsewhere. */
export function later(): typeof import("./later.ts") {
	const from = join(import.meta.dirname, "-");
	return process.getBuiltinModule("node:module").createRequire(from)("@holdfast/config/later");
}

function readSaved(options: Options, environment: string, { needsVault, watch }: HydrateOptions): Saved {
	if (options.url !== null) return later().readRemote(options, environment, watch ?? false);
	// A file that may be there is of before.
	if (options.databaseUrl !== null) throw new AppError("NEEDS_SERVER");
	refuseOldNode();
	try {
		return readSavedValues(options.dataDir, options.rootKey, environment);
	} catch (error) {
		if (needsVault || !(error instanceof AppError) || error.code !== "NO_VAULT") throw error;
		// Turbo sets it for what it runs, and takes away what says where the vault is.
		const hint = process.env.TURBO_HASH === undefined ? "" : later().turboHint(options);
		process.emitWarning(`${error.message} Only .env files were read.${hint}`, "HoldfastWarning");
		return nothingSaved(environment);
	}
}

function refuseOldNode(): void {
	const version = process.versions.node;
	if (Number.parseInt(version, 10) < OLDEST_NODE) throw new AppError("NODE_TOO_OLD", { detail: version });
}
