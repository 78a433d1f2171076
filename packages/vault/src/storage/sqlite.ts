/**
 * The vault's storage in one SQLite file, for one machine with many processes. A commit is one IMMEDIATE transaction in WAL
 * mode at synchronous=FULL: when it returns, it is on the disk.
 */
import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AppError } from "@holdfast/contract";
import type { KeyOwner } from "@holdfast/crypto";
import Database from "better-sqlite3";
import { and, eq, lt, notInArray } from "drizzle-orm";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { DATABASE_FILE } from "../snapshot.ts";
import { account, user } from "./auth-tables.ts";
import { openLock } from "./lock.ts";
import { prepareQueries } from "./queries.ts";
import { dataKeys, instances, tokens, workers } from "./schema.ts";
import type { Change, Committed, Instance, Storage } from "./storage.ts";

/** Found through the package, because this file may be part of a bundle elsewhere. */
const MIGRATIONS = join(dirname(createRequire(import.meta.url).resolve("@holdfast/vault/package.json")), "drizzle");
/** How long a writer waits for the others, in milliseconds. */
const BUSY_TIMEOUT = 15_000;
/** The first SQLite whose WAL cannot be reset under another connection's feet: https://sqlite.org/releaselog/3_51_3.html */
const OLDEST_SQLITE = [3, 51, 3];

export type SqliteDatabase = ReturnType<typeof connect>;

/** Open and migrate the database file. The caller holds the folder's `start` lock: migrations must not race. */
export function connect(folder: string) {
	const path = join(folder, DATABASE_FILE);
	return translated(() => {
		// SQLite gives its WAL the mode of the database file, so that one is made first, for its owner alone.
		closeSync(openSync(path, "a", 0o600));
		const client = new Database(path, { timeout: BUSY_TIMEOUT });
		refuseOldSqlite(client);
		client.pragma("journal_mode = WAL");
		client.pragma("synchronous = FULL");
		client.pragma("foreign_keys = ON");
		const db = drizzle({ client, casing: "snake_case" });
		migrate(db, { migrationsFolder: MIGRATIONS });
		return db;
	});
}

/** The instance's row, `null` before the very first start has finished. */
export function readInstance(db: SqliteDatabase): Instance | null {
	return translated(() => db.select().from(instances).get() ?? null);
}

/** Write the instance's row, once. */
export function createInstance(db: SqliteDatabase, instance: Instance): void {
	db.insert(instances).values(instance).run();
}

export function sqliteStorage(db: SqliteDatabase, folder: string, instance: Instance): Storage {
	const queries = prepareQueries(db);
	const dataVersion = db.$client.prepare("PRAGMA data_version").pluck();
	const mirrorLock = openLock(folder, "mirror");
	let seen = { dataVersion: -1, revision: -1 };

	const write = db.$client.transaction((change: Change): Committed => {
		const conflict = findConflict(change);
		if (conflict !== null) return { done: false, conflict };
		const raises = (change.writes?.length ?? 0) > 0 || change.snapshot !== undefined;
		const revision = raises ? (queries.raiseRevision.get()?.revision ?? 0) : readRevision();
		for (const key of change.keys ?? [])
			db.insert(dataKeys)
				.values({ ...key, sealed: Buffer.from(key.sealed) })
				.run();
		for (const row of change.writes ?? []) {
			queries.retire.run({ environment: row.environment, owner: row.owner, name: row.name });
			queries.insertVersion.run({ ...row, revision });
		}
		if (change.snapshot) {
			const { environment, edition, sealed } = change.snapshot;
			queries.putSnapshot.run({ name: environment, revision, edition, snapshot: sealed });
		}
		if (change.token) db.insert(tokens).values(change.token).run();
		if (change.revokeToken) {
			const { id, at } = change.revokeToken;
			db.update(tokens).set({ revokedAt: at }).where(eq(tokens.id, id)).run();
		}
		for (const entry of change.audit) queries.insertAudit.run({ ...entry, revision: raises ? revision : null });
		for (const mirror of change.mirrored ?? []) queries.putMirror.run({ ...mirror });
		if (change.worker && raises) queries.advanceWorker.run({ id: change.worker, revision, seenAt: Date.now() });
		return { done: true, revision };
	});

	function findConflict(change: Change): string | null {
		for (const { environment, owner, name, version } of change.writes ?? []) {
			const current = queries.setting.get({ environment, owner, name });
			// Two writes of one setting in one change build on each other: only the first meets the stored row.
			const first = change.writes?.find((w) => w.name === name && w.owner === owner && w.environment === environment);
			if (first?.version === version && version !== (current?.version ?? 0) + 1) return name;
		}
		if (change.snapshot) {
			const { environment, edition } = change.snapshot;
			if (edition !== (queries.edition.get({ name: environment })?.edition ?? 0) + 1) return environment;
		}
		return (change.keys ?? []).find(({ owner }) => queries.dataKey.get({ owner }))?.owner ?? null;
	}

	function readRevision(): number {
		return queries.instance.get()?.revision ?? 0;
	}

	return {
		instance,
		revision() {
			const version = dataVersion.get() as number;
			if (version !== seen.dataVersion) seen = { dataVersion: version, revision: readRevision() };
			return seen.revision;
		},
		environments: () => queries.environments.all(),
		dataKey: (owner) => {
			const row = queries.dataKey.get({ owner });
			return row ? { ...row, owner: row.owner as KeyOwner } : null;
		},
		current: (environment, owner, since = -1) => queries.current.all({ environment, owner, since }),
		setting: (environment, owner, name) => queries.setting.get({ environment, owner, name }) ?? null,
		history: (environment, owner, name, since = -1) => queries.history.all({ environment, owner, name, since }),
		mirror: (environment, host) => queries.mirror.get({ environment, host }) ?? null,
		audit: (before, limit) => queries.audit.all({ before, limit }),
		lastAudit: (action, target, environment) => queries.lastAudit.get({ action, target, environment }) ?? null,
		tokens: () => queries.tokens.all(),
		tokenByHash: (hash) => queries.tokenByHash.get({ hash }) ?? null,
		touchTokens(uses) {
			for (const [id, at] of uses) db.update(tokens).set({ lastUsedAt: at }).where(eq(tokens.id, id)).run();
		},
		workers: (since) => queries.workers.all({ since }),
		reportWorker(worker, forgetBefore) {
			db.insert(workers).values(worker).onConflictDoUpdate({ target: workers.id, set: worker }).run();
			db.delete(workers).where(lt(workers.seenAt, forgetBefore)).run();
		},
		removeWorker(id) {
			db.delete(workers).where(eq(workers.id, id)).run();
		},
		commit(change) {
			const committed = translated(() => write.immediate(change));
			// A connection's own commits do not move its data_version.
			if (committed.done) seen = { ...seen, revision: Math.max(seen.revision, committed.revision) };
			return committed;
		},
		claimed: () => queries.anyAccount.get() !== undefined,
		forgetUnfinishedClaims(before) {
			const withAccount = db.select({ id: account.userId }).from(account);
			db.delete(user)
				.where(and(lt(user.createdAt, before), notInArray(user.id, withAccount)))
				.run();
		},
		exclusive: (act) => mirrorLock.run(act),
		close() {
			mirrorLock.close();
			db.$client.close();
		},
	};
}

function refuseOldSqlite(client: Database.Database): void {
	const version = client.prepare("SELECT sqlite_version()").pluck().get() as string;
	const parts = version.split(".").map(Number);
	const difference = OLDEST_SQLITE.map((oldest, i) => (parts[i] ?? 0) - oldest).find((d) => d !== 0) ?? 0;
	if (difference < 0) throw new AppError("DATABASE_TOO_OLD", { detail: version });
}

/** SQLite's errors in our terms. Its messages name tables and files, never values: statements carry those as parameters. */
function translated<T>(act: () => T): T {
	try {
		return act();
	} catch (error) {
		if (!(error instanceof Database.SqliteError)) throw error;
		if (error.code.startsWith("SQLITE_BUSY")) throw new AppError("DATABASE_BUSY", {}, { cause: error });
		throw new AppError("DATABASE_UNREADABLE", { detail: `${error.code}, ${error.message}` }, { cause: error });
	}
}
