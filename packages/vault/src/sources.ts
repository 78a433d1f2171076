/** Gathers what every place has for an environment, and shows it without showing secrets. */
import { join } from "node:path";
import { DEFAULT_ENVIRONMENT, forbiddenBecause, mask } from "@holdfast/contract";
import type { Layer, SettingView } from "@holdfast/contract/schemas";
import { catalogueSetting } from "@holdfast/providers";
import type { Caller } from "./access.ts";
import { settableLines } from "./lines.ts";
import { type LiveEnvironment, openValue } from "./live.ts";
import { mirrorOptions } from "./mirror-options.ts";
import { type Candidate, candidates, type Sources } from "./resolve.ts";
import type { Snapshot } from "./snapshot.ts";
import type { VersionRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

export interface Places extends Omit<Sources, "fallback"> {
	/** The environment's id. */
	id: string;
	revision: number;
	own: Snapshot;
	base: Snapshot;
	personal: Snapshot;
	/** When each of the environment's own was saved, and by whom. */
	saved: LiveEnvironment["saved"];
	/** The environment's own settings whose stored row does not open. */
	damaged: ReadonlySet<string>;
}

/**
 * Everything an environment's names resolve from, current as of now.
 *
 * @throws AppError `ENVIRONMENT_NOT_FOUND`
 */
export async function gather(vault: Vault, caller: Caller, environment: string): Promise<Places> {
	await vault.live.refresh();
	const live = vault.live.named(environment);
	const inherited = environment === DEFAULT_ENVIRONMENT ? undefined : vault.live.find(DEFAULT_ENVIRONMENT);
	const files = [live, ...(inherited ? [inherited] : [])].map((each) => {
		const { file } = mirrorOptions(each);
		return { path: file, environment: each.name, values: settableLines(join(vault.options.projectDir, file)) };
	});
	return {
		environment,
		id: live.id,
		revision: vault.live.revision,
		own: live.values,
		saved: live.saved,
		damaged: live.damaged,
		base: inherited?.values ?? new Map(),
		personal: caller.userId === null ? new Map() : await personalValues(vault, caller.userId, live.id),
		process: vault.options.processEnv,
		files,
		precedence: vault.options.precedence,
	};
}

/** Every name that has a value somewhere, except for what only the process environment has. */
export function knownNames({ own, base, personal, files }: Places): Set<string> {
	return new Set([own, base, personal, ...files.map(({ values }) => values)].flatMap((values) => [...values.keys()]));
}

/**
 * The places that have a value for a name, strongest first. The process environment is looked into only for names that the
 * catalogue lists or that are set for all: the rest of it is nobody's business.
 */
export function chain(places: Places, name: string): Candidate[] {
	const listed = catalogueSetting(name);
	const shared = [places.own, places.base, ...places.files.map(({ values }) => values)];
	const known = listed !== undefined || shared.some((values) => values.has(name));
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

/** A setting as it may be shown. */
export function toView(places: Places, name: string): SettingView {
	const secret = isSecret(places, name);
	const layers = chain(places, name).map((candidate) => toLayer(places, name, candidate));
	const version = places.own.get(name)?.version ?? 0;
	const saved = places.saved.get(name);
	return {
		name,
		secret,
		environment: places.environment,
		version,
		personalVersion: places.personal.get(name)?.version ?? 0,
		effective: layers[0] ?? null,
		shadows: layers.slice(1),
		savedAt: saved?.at ?? null,
		savedBy: saved?.by ?? null,
		problem: places.damaged.has(name) || layers[0]?.shown === null ? "VALUE_DAMAGED" : null,
	};
}

async function personalValues(vault: Vault, userId: string, environment: string): Promise<Snapshot> {
	const rows = (await vault.storage.current(environment, userId)).filter(({ sealed }) => sealed !== null);
	if (rows.length === 0) return new Map();
	const opener = await vault.keys.openerOf(rows.map(({ sealed }) => sealed));
	const textOf = (row: VersionRow) => openValue(opener, vault.storage.instance.id, row);
	return new Map(rows.map((row) => [row.name, { value: textOf(row), version: row.version, secret: row.secret }]));
}
