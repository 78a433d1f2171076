/**
 * An environment's shared values in one sealed piece: what an application reads while it boots, and what the server keeps
 * in memory. Loads better-sqlite3 and the crypto package and nothing heavier, because it runs before applications do.
 */
import { existsSync, lstatSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { AppError, DEFAULT_ENVIRONMENT, envFileName } from "@holdfast/contract";
import {
	envelopeKeyId,
	open,
	openDataKey,
	type SealContext,
	type SealedDataKey,
	type SealingKey,
	seal,
} from "@holdfast/crypto";
import Database from "better-sqlite3";
import type { RootKeyOptions } from "./root-key-source.ts";
import { RootRing, type StoredRootKey } from "./root-ring.ts";

export { type Candidate, candidates, type Sources } from "./resolve.ts";
export { type RootKeyOptions, rootKeySource } from "./root-key-source.ts";

/** The database's file in the data folder. */
export const DATABASE_FILE = "holdfast.db";
/** The file beside it whose change says that something was committed; see storage/revision-file.ts. */
export const REVISION_FILE = "revision";

export interface SnapshotValue {
	/** `null` for a setting that is saved but whose row does not open: whoever needs it is to be told, not given another. */
	value: string | null;
	secret: boolean;
	version: number;
}

export type Snapshot = ReadonlyMap<string, SnapshotValue>;

type Entry = [name: string, value: string | null, secret: 0 | 1, version: number];

/** The place that an edition of an environment's snapshot is sealed for. */
export function snapshotContext(instance: string, environment: string, edition: number): SealContext {
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
	const context = snapshotContext(place.instance, place.environment, place.edition);
	return seal(key, context, Buffer.from(JSON.stringify(entries), "utf8"));
}

/** Open a snapshot; `null` when it does not open as that edition of that environment. */
export function openSnapshot(
	key: SealingKey,
	place: { instance: string; environment: string; edition: number },
	sealed: Uint8Array,
): Snapshot | null {
	const text = open(key, snapshotContext(place.instance, place.environment, place.edition), sealed);
	if (text === null) return null;
	const values = new Map<string, SnapshotValue>();
	for (const [name, value, secret, version] of JSON.parse(text.toString("utf8")) as Entry[]) {
		values.set(name, { value, secret: secret === 1, version });
	}
	return values;
}

export interface SavedValues {
	revision: number;
	/** The environment's own values. */
	own: Snapshot;
	/** What it inherits: `default`'s values, empty for `default` itself. */
	base: Snapshot;
	/** Where each of the two is kept as a file, the environment's own first, relative to the project folder. */
	files: ReadonlyArray<{ environment: string; path: string }>;
}

/**
 * Root keys for who reads again and again: their source is asked once, which may be a command, or a passphrase that takes a
 * while to derive a key from; and again when the key was replaced.
 */
export class KeptRootKeys {
	readonly #options: RootKeyOptions;
	#kept: { instance: string; roots: RootRing } | null = null;

	constructor(options: RootKeyOptions) {
		this.#options = options;
	}

	/** @throws AppError as the ring does. */
	of(instance: string, stored: readonly StoredRootKey[]): RootRing {
		if (this.#kept?.instance === instance) this.#kept.roots.adopt(stored);
		else this.#kept = { instance, roots: new RootRing(this.#options, instance, stored) };
		return this.#kept.roots;
	}
}

/**
 * Read an environment's saved values straight from the database file: without a server, beside one, or in a folder that may
 * not be written to.
 *
 * @throws AppError `NO_VAULT` when there is no database in the folder, `ENVIRONMENT_NOT_FOUND`, `VALUE_DAMAGED`,
 * `DATABASE_UNREADABLE`, or one of the codes `ROOT_KEY_…`.
 */
export function readSavedValues(
	folder: string,
	rootKey: RootKeyOptions | KeptRootKeys,
	environment: string,
): SavedValues {
	const path = join(folder, DATABASE_FILE);
	const rows = isThere(path) ? readRows(path, environment) : [];
	const [first] = rows;
	if (!first) throw new AppError("NO_VAULT", { detail: folder });
	const [instance, rootKeys, revision] = first;
	const stored = (JSON.parse(rootKeys) as JsonRootKey[]).map(toStored);
	const roots = "of" in rootKey ? rootKey.of(instance, stored) : new RootRing(rootKey, instance, stored);
	const files: Array<SavedValues["files"][number]> = [];

	function valuesOf(name: string): Snapshot {
		const row = rows.find((each) => each[3] === name);
		if (!row) throw new AppError("ENVIRONMENT_NOT_FOUND", { name });
		const [, , , , environment, edition, snapshot, id, sealed, file] = row;
		files.push({ environment: name, path: file ?? envFileName(name) });
		const root = roots.active((sealed && envelopeKeyId(sealed)) ?? "");
		const stored = { id, owner: `environment:${environment}`, sealed } as SealedDataKey;
		const key = root && openDataKey(root, instance, stored);
		const values = key && openSnapshot(key, { instance, environment, edition }, snapshot);
		if (!values) throw new AppError("VALUE_DAMAGED", { name: `the snapshot of ${name}` });
		return values;
	}

	const own = valuesOf(environment);
	const base: Snapshot = environment === DEFAULT_ENVIRONMENT ? new Map() : valuesOf(DEFAULT_ENVIRONMENT);
	return { revision, own, base, files };
}

/** A root key as the statement below gives it: bytes as hex. */
type JsonRootKey = Pick<StoredRootKey, "id" | "state"> & Partial<Omit<StoredRootKey, "bridge">> & { bridge?: string };

/** What an older database does not have is left out of its JSON, and no bridge is no hex. */
function toStored({ bridge, derivation = null, canary = null, retiredAt = null, ...row }: JsonRootKey): StoredRootKey {
	return { ...row, derivation, canary, retiredAt, bridge: bridge ? Buffer.from(bridge, "hex") : null };
}

/** The instance, with an environment's snapshot and its data key; `environment` is `null` when there is none of them. */
type Row = [
	instance: string,
	/** JSON of `JsonRootKey`s. */
	rootKeys: string,
	revision: number,
	environment: string | null,
	environmentId: string,
	edition: number,
	snapshot: Uint8Array,
	/** `null` when the key that the snapshot names is gone. */
	keyId: string | null,
	sealedKey: Uint8Array | null,
	/**
	 * `null` for the usual one. Whether it is turned off is not asked: the file is the user's own then, and its lines count as
	 * any that are written by hand.
	 */
	file: string | null,
];

/** One statement, so that all it gives is of one moment. The snapshot's header names the key it is sealed under. */
const SELECT = `
	SELECT i.id,
		(SELECT json_group_array(json_object('id', r.id, 'state', r.state, 'derivation', json(r.derivation), 'canary', r.canary,
			'bridge', hex(r.bridge), 'retiredAt', r.retired_at)) FROM root_key r),
		i.revision, e.name, e.id, e.edition, e.snapshot, k.id, k.sealed, e.mirror ->> 'file'
	FROM instance i
	LEFT JOIN (environment e LEFT JOIN data_key k ON k.id = lower(hex(substr(e.snapshot, 2, 8))))
		ON e.name IN (?, ?) AND NOT e.removed`;

/** The root key of a database that no server has opened since there can be several: an application may be newer than that. */
const ONE_ROOT_KEY = `json_array(json_object('id', i.root_key_id, 'state', 'current'))`;

const SELECT_BEFORE_ROTATION = `
	SELECT i.id, ${ONE_ROOT_KEY}, i.revision, e.name, e.id, e.edition, e.snapshot, k.id, k.sealed, e.mirror ->> 'file'
	FROM instance i
	LEFT JOIN (environment e JOIN data_key k ON k.owner = 'environment:' || e.id) ON e.name IN (?, ?) AND NOT e.removed`;

/** The same from before environments had ids. */
const SELECT_FIRST = `
	SELECT i.id, ${ONE_ROOT_KEY}, i.revision, e.name, e.name, e.edition, e.snapshot, k.id, k.sealed, NULL
	FROM instance i
	LEFT JOIN (environment e JOIN data_key k ON k.owner = 'environment:' || e.name) ON e.name IN (?, ?)`;

function readRows(path: string, environment: string): Row[] {
	try {
		return select(path, environment);
	} catch (error) {
		const code = sqliteCode(error);
		const shut = code === "SQLITE_READONLY_DIRECTORY" || code === "SQLITE_CANTOPEN";
		if (shut && !existsSync(`${path}-wal`)) return select(wholeFile(path), environment);
		const detail = `${code === null ? "" : `${code}, `}${(error as Error).message}`;
		throw new AppError("DATABASE_UNREADABLE", { detail }, { cause: error });
	}
}

/** SQLite's own name for what failed. Known by its form, since there may be two drivers in one process. */
function sqliteCode(error: unknown): string | null {
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	return code.startsWith("SQLITE_") ? code : null;
}

/** Whether there is a database. A folder that cannot be looked into is not an absent one: its keys would seem to vanish. */
function isThere(path: string): boolean {
	try {
		return statSync(path, { throwIfNoEntry: false }) !== undefined;
	} catch (error) {
		const detail = `the data folder answers ${(error as NodeJS.ErrnoException).code}${ownerOf(dirname(path))}`;
		throw new AppError("DATABASE_UNREADABLE", { detail }, { cause: error });
	}
}

function ownerOf(folder: string): string {
	try {
		return `, it belongs to user ${lstatSync(folder).uid}, and this process runs as ${process.getuid?.()}`;
	} catch {
		// Nor may what is above it be looked into.
		return "";
	}
}

/** Rows come as arrays, because the driver compiles a function to make objects of them. */
function select(source: string | Buffer, environment: string): Row[] {
	const database = new Database(source, { readonly: true, fileMustExist: true });
	try {
		return prepare(database).raw().all(environment, DEFAULT_ENVIRONMENT);
	} finally {
		database.close();
	}
}

function prepare(database: Database.Database): Database.Statement<[string, string], Row> {
	for (const select of [SELECT, SELECT_BEFORE_ROTATION]) {
		try {
			return database.prepare(select);
		} catch (error) {
			// "no such table" and "no such column": https://sqlite.org/rescode.html#error
			if (sqliteCode(error) !== "SQLITE_ERROR") throw error;
		}
	}
	return database.prepare(SELECT_FIRST);
}

/**
 * A database that nobody has open, as bytes. SQLite makes files of its own beside a WAL database even to read it, which a
 * read-only folder forbids; in memory it needs none once the header says so: https://sqlite.org/c3ref/deserialize.html
 */
function wholeFile(path: string): Buffer {
	const bytes = readFileSync(path);
	return bytes.fill(1, 18, 20);
}
