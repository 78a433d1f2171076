/**
 * A vault: one data folder opened by one process. What is done with it is in the modules named for its nouns, each a set of
 * functions that take the vault and the caller.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { AppError, DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import { claimCode, fingerprinter, newDataKey, openDataKey, type RootKey, sessionSecret } from "@holdfast/crypto";
import { KeyRing } from "./keyring.ts";
import { Live } from "./live.ts";
import { type MirrorStep, Mirrors } from "./mirrors.ts";
import { makeRootKey, type RootKeySource, readRootKey, requireRootKey } from "./root-key.ts";
import { sealSnapshot } from "./snapshot.ts";
import { openLock } from "./storage/lock.ts";
import { connect, createInstance, readInstance, type SqliteDatabase, sqliteStorage } from "./storage/sqlite.ts";
import type { Storage } from "./storage/storage.ts";
import { TokenUses } from "./token-uses.ts";
import { Worker } from "./worker.ts";

/** A step of a save that a test may stop at. */
export type Step = "before-commit" | "after-commit" | MirrorStep;

export interface VaultOptions {
	/** The folder with the database; made when missing. */
	dataDir: string;
	/** The folder with the `.env` files. */
	projectDir: string;
	rootKey: RootKeySource;
	/** The process environment as it was at start. */
	processEnv: ReadonlyMap<string, string>;
	precedence: "saved" | "process";
	/** Whether this process serves others for a while: it then reports itself as a worker and keeps up with the revision. */
	serves: boolean;
	/** Told of what goes wrong outside any request. Never given a value. */
	warn: (message: string) => void;
	/** Called at each step of a save, so that a test can stop the process there. */
	onStep?: (step: Step) => void;
}

export interface Vault {
	readonly options: VaultOptions;
	readonly storage: Storage;
	readonly keys: KeyRing;
	readonly live: Live;
	readonly mirrors: Mirrors;
	readonly tokenUses: TokenUses;
	/** This process as a worker; `null` when it does not serve. */
	readonly worker: Worker | null;
	readonly rootKeyFingerprint: string;
	/** The keyed fingerprint of a value, for comparing without knowing. */
	readonly fingerprint: (name: string, value: string) => string;
	readonly claimCode: string;
	/** The secret that browser sessions are signed with. */
	readonly sessionSecret: string;
	/** The connection for better-auth, which keeps accounts and sessions in the same database. */
	readonly database: SqliteDatabase;
	[Symbol.asyncDispose](): Promise<void>;
}

/**
 * Open a data folder, making it, its database and its root key on the very first start.
 *
 * @throws AppError `ROOT_KEY_MISSING`, `ROOT_KEY_WRONG` or `ROOT_KEY_MALFORMED`; then nothing was made or changed.
 */
export async function openVault(options: VaultOptions): Promise<Vault> {
	const host = hostname();
	const { database, storage, root } = await start(options);
	const keys = new KeyRing(root, storage);
	const instanceKey = await keys.find("instance");
	if (!instanceKey) throw new AppError("VALUE_DAMAGED", { name: "the instance's data key" });
	const fingerprint = fingerprinter(instanceKey);
	const live = new Live(storage, keys);
	const mirrors = new Mirrors({ options, storage, live, fingerprint, host });
	const worker = options.serves ? new Worker({ storage, live, host, id: randomUUID(), warn: options.warn }) : null;
	const tokenUses = new TokenUses(storage, options.warn);
	await live.refresh();
	if (worker) {
		await mirrors.syncAll();
		await worker.start();
	}
	return {
		options,
		storage,
		keys,
		live,
		mirrors,
		tokenUses,
		worker,
		rootKeyFingerprint: root.fingerprint,
		fingerprint,
		claimCode: claimCode(instanceKey),
		sessionSecret: sessionSecret(instanceKey),
		database,
		async [Symbol.asyncDispose]() {
			await tokenUses.stop();
			await worker?.stop();
			await mirrors.stop();
			await storage.close();
		},
	};
}

/** Under the folder's lock, so that two first starts make one database and one key between them. */
async function start(options: VaultOptions): Promise<{ database: SqliteDatabase; storage: Storage; root: RootKey }> {
	mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
	const lock = openLock(options.dataDir, "start");
	try {
		return await lock.run(async () => {
			const database = connect(options.dataDir);
			const instance = readInstance(database);
			if (instance) {
				const root = requireRootKey(options.rootKey, instance.rootKeyId);
				return { database, storage: sqliteStorage(database, options.dataDir, instance), root };
			}
			const root = readRootKey(options.rootKey) ?? makeRootKey(options.rootKey);
			return { database, storage: await firstStart(database, options.dataDir, root), root };
		});
	} finally {
		lock.close();
	}
}

/** Write the instance's row and the `default` environment in one transaction: there is an instance, or there is none. */
async function firstStart(database: SqliteDatabase, dataDir: string, root: RootKey): Promise<Storage> {
	const instance = { id: randomUUID(), rootKeyId: root.id, revision: 0 };
	const storage = sqliteStorage(database, dataDir, instance);
	const own = newDataKey(root, instance.id, "instance");
	const shared = newDataKey(root, instance.id, `environment:${DEFAULT_ENVIRONMENT}`);
	if (!openDataKey(root, instance.id, own.stored)) throw new AppError("INTERNAL");
	const place = { instance: instance.id, environment: DEFAULT_ENVIRONMENT, edition: 1 };
	database.$client.exec("BEGIN IMMEDIATE");
	try {
		createInstance(database, instance);
		await storage.commit({
			keys: [own.stored, shared.stored],
			snapshot: { ...place, sealed: sealSnapshot(shared.key, place, new Map()) },
			audit: [],
		});
		database.$client.exec("COMMIT");
	} catch (error) {
		database.$client.exec("ROLLBACK");
		throw error;
	}
	return storage;
}
