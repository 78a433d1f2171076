/** Gathers what every place has for an environment, and shows it without showing secrets. */

import { join } from "node:path";
import { AppError, DEFAULT_ENVIRONMENT, forbiddenBecause, mask, NAME_PATTERN } from "@holdfast/contract";
import type { Layer, SettingView } from "@holdfast/contract/schemas";
import { open } from "@holdfast/crypto";
import { readEnvFile } from "@holdfast/envfile";
import { catalogueSetting } from "@holdfast/providers";
import type { Caller } from "./access.ts";
import { type LiveEnvironment, valueContext } from "./live.ts";
import { mirrorPath } from "./mirrors.ts";
import { type Candidate, candidates, type Sources } from "./resolve.ts";
import type { VersionRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** A value, or `null` where the stored one does not open. */
interface OwnValue {
	value: string | null;
	version: number;
	secret: boolean;
}

export interface Places extends Omit<Sources, "fallback"> {
	revision: number;
	own: ReadonlyMap<string, OwnValue>;
	base: ReadonlyMap<string, OwnValue>;
	personal: ReadonlyMap<string, OwnValue>;
	/** The environment's own settings whose stored row does not open. */
	damaged: ReadonlyMap<string, number>;
}

/**
 * Everything an environment's names resolve from, current as of now.
 *
 * @throws AppError `ENVIRONMENT_NOT_FOUND`
 */
export async function gather(vault: Vault, caller: Caller, environment: string): Promise<Places> {
	const revision = await vault.live.refresh();
	const live = vault.live.find(environment);
	if (!live) throw new AppError("ENVIRONMENT_NOT_FOUND", { name: environment });
	const inherited = environment === DEFAULT_ENVIRONMENT ? undefined : vault.live.find(DEFAULT_ENVIRONMENT);
	const files = [environment, ...(inherited ? [DEFAULT_ENVIRONMENT] : [])].map((name) => ({
		path: mirrorPath(name),
		environment: name,
		values: hydratable(readEnvFile(join(vault.options.projectDir, mirrorPath(name))).entries),
	}));
	return {
		environment,
		revision,
		own: withDamaged(live),
		damaged: live.damaged,
		base: inherited ? withDamaged(inherited) : new Map(),
		personal: caller.userId === null ? new Map() : await personalValues(vault, caller.userId, environment),
		process: vault.options.processEnv,
		files,
		precedence: vault.options.precedence,
	};
}

/** Every name that has a value somewhere, or that the catalogue knows. The rest of the process environment stays unread. */
export function knownNames(places: Places): Set<string> {
	const files = places.files.flatMap(({ values }) => [...values.keys()]);
	return new Set([...places.own.keys(), ...places.base.keys(), ...places.personal.keys(), ...files]);
}

/** The places that have a value for a name, strongest first. Names nobody saved or listed are not looked up in the process. */
export function chain(places: Places, name: string): Candidate[] {
	const listed = catalogueSetting(name);
	const known = listed !== undefined || knownNames(places).has(name);
	return candidates(name, {
		...places,
		fallback: listed?.fallback,
		process: known && forbiddenBecause(name) === null ? places.process : new Map(),
	});
}

function isSecret(places: Places, name: string): boolean {
	const saved = places.personal.get(name) ?? places.own.get(name) ?? places.base.get(name);
	return saved?.secret ?? secretByCatalogue(name);
}

/** What the catalogue says of a name; one it does not know is a secret. */
export function secretByCatalogue(name: string): boolean {
	return (catalogueSetting(name)?.kind ?? "secret") === "secret";
}

/**
 * A place as it may be shown to whoever may see settings. Each place decides for itself: what is saved plain in one
 * uncovers no other.
 */
export function toLayer(places: Places, name: string, candidate: Candidate): Layer {
	const { source, place, value, version } = candidate;
	return { source, place, version, shown: value !== null && isHidden(places, name, source) ? mask(value) : value };
}

function isHidden(places: Places, name: string, source: Layer["source"]): boolean {
	if (source === "catalogue") return false;
	const inherited = places.environment === DEFAULT_ENVIRONMENT ? places.own : places.base;
	const saved = { personal: places.personal, environment: places.own, default: inherited, process: null, file: null };
	return saved[source]?.get(name)?.secret ?? (isSecret(places, name) || secretByCatalogue(name));
}

/** A setting as it may be shown. `row` is the environment's own current version, if it has one. */
export function toView(places: Places, name: string, row: VersionRow | undefined): SettingView {
	const secret = isSecret(places, name);
	const layers = chain(places, name).map((candidate) => toLayer(places, name, candidate));
	const present = row && row.sealed !== null ? row : undefined;
	return {
		name,
		secret,
		environment: places.environment,
		version: present?.version ?? 0,
		personalVersion: places.personal.get(name)?.version ?? 0,
		effective: layers[0] ?? null,
		shadows: layers.slice(1),
		savedAt: present?.at ?? null,
		savedBy: present?.by ?? null,
		problem: places.damaged.has(name) ? "VALUE_DAMAGED" : null,
	};
}

function withDamaged(live: LiveEnvironment): ReadonlyMap<string, OwnValue> {
	if (live.damaged.size === 0) return live.values;
	const all = new Map<string, OwnValue>(live.values);
	for (const [name, version] of live.damaged) {
		if (!all.has(name)) all.set(name, { value: null, version, secret: true });
	}
	return all;
}

async function personalValues(vault: Vault, userId: string, environment: string): Promise<Map<string, OwnValue>> {
	const rows = await vault.storage.current(environment, userId);
	if (rows.length === 0) return new Map();
	const key = await vault.keys.find(`user:${userId}`);
	const values = rows.flatMap((row): Array<[string, OwnValue]> => {
		if (row.sealed === null) return [];
		const text = key && open(key, valueContext(vault.storage.instance.id, row), row.sealed);
		return [[row.name, { value: text?.toString("utf8") ?? null, version: row.version, secret: row.secret }]];
	});
	return new Map(values);
}

function hydratable(entries: ReadonlyMap<string, string>): Map<string, string> {
	const legal = [...entries].filter(
		([name, value]) => value !== "" && NAME_PATTERN.test(name) && forbiddenBecause(name) === null,
	);
	return new Map(legal);
}
