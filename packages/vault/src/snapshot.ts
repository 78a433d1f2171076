/**
 * An environment's shared values in one sealed piece: what an application reads while it boots, and what the server keeps
 * in memory. Loads better-sqlite3 and the crypto package and nothing heavier, because it runs before applications do.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { AppError, DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import { type KeyOwner, open, openDataKey, type SealContext, type SealingKey, seal } from "@holdfast/crypto";
import Database from "better-sqlite3";
import { type RootKeySource, requireRootKey } from "./root-key.ts";

export { type Candidate, candidates, type Sources } from "./resolve.ts";
export { type RootKeySource, readRootKey } from "./root-key.ts";

/** The database's file in the data folder. */
export const DATABASE_FILE = "holdfast.db";

export interface SnapshotValue {
	value: string;
	secret: boolean;
	version: number;
}

export type Snapshot = ReadonlyMap<string, SnapshotValue>;

type Entry = [name: string, value: string, secret: 0 | 1, version: number];

function contextOf(instance: string, environment: string, edition: number): SealContext {
	return {
		purpose: "snapshot",
		instance,
		owner: `environment:${environment}`,
		environment,
		name: "",
		version: edition,
	};
}

/** Seal an environment's values as the given edition of its snapshot. */
export function sealSnapshot(
	key: SealingKey,
	place: { instance: string; environment: string; edition: number },
	values: Snapshot,
): Buffer {
	const entries = Array.from(values, ([name, v]): Entry => [name, v.value, v.secret ? 1 : 0, v.version]);
	const context = contextOf(place.instance, place.environment, place.edition);
	return seal(key, context, Buffer.from(JSON.stringify(entries), "utf8"));
}

/** Open a snapshot; `null` when it does not open as that edition of that environment. */
export function openSnapshot(
	key: SealingKey,
	place: { instance: string; environment: string; edition: number },
	sealed: Uint8Array,
): Snapshot | null {
	const text = open(key, contextOf(place.instance, place.environment, place.edition), sealed);
	if (text === null) return null;
	const entries = JSON.parse(text.toString("utf8")) as Entry[];
	return new Map(entries.map(([name, value, secret, version]) => [name, { value, secret: secret === 1, version }]));
}

export interface SavedValues {
	revision: number;
	/** The environment's own values. */
	own: Snapshot;
	/** What it inherits: `default`'s values, empty for `default` itself. */
	base: Snapshot;
}

/**
 * Read an environment's saved values straight from the database file, without a server.
 *
 * @throws AppError `NO_VAULT` when there is no database in the folder, `ENVIRONMENT_NOT_FOUND`, `ROOT_KEY_MISSING`,
 * `ROOT_KEY_WRONG`, or `DATABASE_UNREADABLE`.
 */
export function readSavedValues(folder: string, rootKey: RootKeySource, environment: string): SavedValues {
	const path = join(folder, DATABASE_FILE);
	if (!existsSync(path)) throw new AppError("NO_VAULT", { detail: folder });
	const database = openReadonly(path);
	try {
		return database.transaction(() => readAll(database, rootKey, environment))();
	} catch (error) {
		if (!(error instanceof Database.SqliteError)) throw error;
		throw new AppError("DATABASE_UNREADABLE", { detail: `${error.code}, ${error.message}` }, { cause: error });
	} finally {
		database.close();
	}
}

function openReadonly(path: string): Database.Database {
	try {
		return new Database(path, { readonly: true, fileMustExist: true });
	} catch (error) {
		throw new AppError("DATABASE_UNREADABLE", { detail: (error as Error).message }, { cause: error });
	}
}

interface InstanceRow {
	id: string;
	root_key_id: string;
	revision: number;
}
interface KeyRow {
	id: string;
	owner: KeyOwner;
	sealed: Buffer;
}
interface EnvironmentRow {
	edition: number;
	snapshot: Buffer;
}

function readAll(database: Database.Database, rootKey: RootKeySource, environment: string): SavedValues {
	const instance = database.prepare("SELECT id, root_key_id, revision FROM instance").get() as InstanceRow | undefined;
	if (!instance) throw new AppError("NO_VAULT", { detail: database.name });
	const root = requireRootKey(rootKey, instance.root_key_id);
	const findKey = database.prepare("SELECT id, owner, sealed FROM data_key WHERE owner = ?");
	const findSnapshot = database.prepare("SELECT edition, snapshot FROM environment WHERE name = ?");

	function valuesOf(name: string): Snapshot {
		const row = findSnapshot.get(name) as EnvironmentRow | undefined;
		const stored = findKey.get(`environment:${name}`) as KeyRow | undefined;
		if (!row || !stored || !instance) throw new AppError("ENVIRONMENT_NOT_FOUND", { name });
		const key = openDataKey(root, instance.id, stored);
		const place = { instance: instance.id, environment: name, edition: row.edition };
		const values = key && openSnapshot(key, place, row.snapshot);
		if (!values) throw new AppError("VALUE_DAMAGED", { name: `the snapshot of ${name}` });
		return values;
	}

	const own = valuesOf(environment);
	const base: Snapshot = environment === DEFAULT_ENVIRONMENT ? new Map() : valuesOf(DEFAULT_ENVIRONMENT);
	return { revision: instance.revision, own, base };
}
