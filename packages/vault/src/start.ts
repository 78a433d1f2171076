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
import { openLock } from "./storage/lock.ts";
import { openSqlite } from "./storage/sqlite.ts";
import type { Opened, Storage } from "./storage/storage.ts";

export interface Started extends Pick<Opened, "database" | "accounts"> {
	storage: Storage;
	roots: RootRing;
}

/** Where an instance is: its folder on this machine, and the database when that is elsewhere. */
export interface Location {
	dataDir: string;
	/** The address of a PostgreSQL database; `null` for a file in the folder. */
	databaseUrl: string | null;
}

/**
 * Open the database with the root key it needs. Under the lock of the folder, and of the database when it is elsewhere, so
 * that two first starts make one database and one key between them.
 *
 * @throws AppError with one of the codes `ROOT_KEY_…`; then nothing was made or changed.
 * `DATABASE_UNREACHABLE` or `OPTION_INVALID` for a database elsewhere.
 */
export async function start({ dataDir, databaseUrl }: Location, rootKey: RootKeyOptions): Promise<Started> {
	const begin = async (opened: Opened): Promise<Started> => {
		const { database, accounts, storage } = opened;
		const started = storage ? await openRoots(storage, rootKey) : await firstStart(opened, rootKey);
		return { database, accounts, ...started };
	};
	try {
		mkdirSync(dataDir, { recursive: true, mode: 0o700 });
		const lock = openLock(dataDir, "start");
		try {
			return await lock.run(async () => {
				if (databaseUrl === null) return await openSqlite(dataDir, begin);
				// Its driver is loaded where it is used: a command on a file starts without.
				const { openPostgres } = await import("./storage/postgres/storage.ts");
				return await openPostgres({ url: databaseUrl, folder: dataDir }, begin);
			});
		} finally {
			lock.close();
		}
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (error instanceof AppError || !code) throw error;
		throw new AppError("DATABASE_UNREADABLE", { detail: `the data folder answers ${code}` }, { cause: error });
	}
}

async function openRoots(storage: Storage, rootKey: RootKeyOptions): Promise<Pick<Started, "storage" | "roots">> {
	const stored = await storage.rootKeys();
	const roots = new RootRing(rootKey, storage.instance.id, stored);
	const { id } = roots.presented;
	if (stored.find((row) => row.id === id)?.canary === null)
		await storage.commit({ keyring: { step: "marked", id, canary: canaryOf(roots.presented) }, audit: [] });
	return { storage, roots };
}

async function firstStart(opened: Opened, rootKey: RootKeyOptions): Promise<Pick<Started, "storage" | "roots">> {
	const { key: root, derivation } = firstRootKey(rootKey);
	const instance = { id: randomUUID(), rootKeyId: root.id };
	const canary = canaryOf(root);
	const times = { createdAt: Date.now(), retiredAt: null, kitStoredAt: null };
	const own = newDataKey(root, instance.id, "instance");
	const shared = newDataKey(root, instance.id, `environment:${DEFAULT_ENVIRONMENT}`);
	const place = { instance: instance.id, environment: DEFAULT_ENVIRONMENT, edition: 1 };
	const create = { id: DEFAULT_ENVIRONMENT, name: DEFAULT_ENVIRONMENT };
	const snapshot = { ...place, sealed: sealSnapshot(shared.key, place, new Map()) };
	const first = { keys: [own.stored, shared.stored], create, snapshot, audit: [] };
	const storage = await opened.create(instance, { id: root.id, state: "current", derivation, canary, ...times }, first);
	return { storage, roots: new RootRing(rootKey, instance.id, await storage.rootKeys()) };
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
