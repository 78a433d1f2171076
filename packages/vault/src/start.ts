/**
 * Opening a data folder, or making it on the very first start. Guards the rule that an instance is whole or absent: its row,
 * its keys and its `default` environment are written in one transaction, and a root key is made only where there is none.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { AppError, DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import { canaryOf, newDataKey } from "@holdfast/crypto";
import { bySystem } from "./access.ts";
import type { KeyRing } from "./keyring.ts";
import type { Live } from "./live.ts";
import { firstRootKey } from "./root-key-place.ts";
import type { RootKeyOptions } from "./root-key-source.ts";
import { RootRing } from "./root-ring.ts";
import { sealSnapshot } from "./snapshot.ts";
import { connect, createInstance, readInstance, type SqliteDatabase } from "./storage/connect.ts";
import { openLock } from "./storage/lock.ts";
import { SqliteStorage } from "./storage/sqlite.ts";
import type { Storage } from "./storage/storage.ts";

export interface Started {
	database: SqliteDatabase;
	storage: Storage;
	roots: RootRing;
}

/**
 * Open the folder's database with the root key it needs. Under the folder's lock, so that two first starts make one
 * database and one key between them.
 *
 * @throws AppError with one of the codes `ROOT_KEY_…`; then nothing was made or changed.
 */
export async function start(dataDir: string, rootKey: RootKeyOptions): Promise<Started> {
	try {
		mkdirSync(dataDir, { recursive: true, mode: 0o700 });
		const lock = openLock(dataDir, "start");
		try {
			return await lock.run(async () => startLocked(dataDir, rootKey));
		} finally {
			lock.close();
		}
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (error instanceof AppError || !code) throw error;
		throw new AppError("DATABASE_UNREADABLE", { detail: `the data folder answers ${code}` }, { cause: error });
	}
}

function startLocked(dataDir: string, rootKey: RootKeyOptions): Started {
	const database = connect(dataDir);
	try {
		const instance = readInstance(database);
		if (!instance) return firstStart(database, dataDir, rootKey);
		const storage = new SqliteStorage(database, dataDir, instance);
		return { database, storage, roots: openRoots(storage, rootKey) };
	} catch (error) {
		database.$client.close();
		throw error;
	}
}

function openRoots(storage: SqliteStorage, rootKey: RootKeyOptions): RootRing {
	const stored = storage.rootKeys();
	const roots = new RootRing(rootKey, storage.instance.id, stored);
	const { id } = roots.presented;
	if (stored.find((row) => row.id === id)?.canary === null)
		storage.commit({ keyring: { step: "marked", id, canary: canaryOf(roots.presented) }, audit: [] });
	return roots;
}

function firstStart(database: SqliteDatabase, dataDir: string, rootKey: RootKeyOptions): Started {
	const { key: root, derivation } = firstRootKey(rootKey);
	const instance = { id: randomUUID(), rootKeyId: root.id };
	const storage = new SqliteStorage(database, dataDir, instance);
	const canary = canaryOf(root);
	const times = { createdAt: Date.now(), retiredAt: null, kitStoredAt: null };
	const own = newDataKey(root, instance.id, "instance");
	const shared = newDataKey(root, instance.id, `environment:${DEFAULT_ENVIRONMENT}`);
	const place = { instance: instance.id, environment: DEFAULT_ENVIRONMENT, edition: 1 };
	const create = { id: DEFAULT_ENVIRONMENT, name: DEFAULT_ENVIRONMENT };
	const snapshot = { ...place, sealed: sealSnapshot(shared.key, place, new Map()) };
	const begin = database.$client.transaction(() => {
		createInstance(database, instance.id, { id: root.id, state: "current", derivation, canary, ...times });
		storage.commit({ keys: [own.stored, shared.stored], create, snapshot, audit: [] });
	});
	begin.immediate();
	return { database, storage, roots: new RootRing(rootKey, instance.id, storage.rootKeys()) };
}

/** Seal again the snapshots that do not say what the rows say, so that applications can hydrate. */
export async function repairSnapshots(storage: Storage, keys: KeyRing, live: Live): Promise<string[]> {
	const repaired: string[] = [];
	for (const { id, name, edition, values, torn } of live.environments()) {
		const key = torn ? await keys.find(`environment:${id}`) : null;
		if (!key) continue;
		const place = { instance: storage.instance.id, environment: id, edition: edition + 1 };
		const committed = await storage.commit({
			snapshot: { ...place, sealed: sealSnapshot(key, place, values) },
			audit: [repairEntry(name)],
		});
		if (committed.done) repaired.push(name);
	}
	return repaired;
}

function repairEntry(environment: string) {
	return bySystem({ action: "environments.repair", target: environment, environment, outcome: "done" });
}
