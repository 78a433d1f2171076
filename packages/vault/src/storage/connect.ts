/** Opening the SQLite file: private to its owner, durable, migrated, and with its errors in our terms. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AppError } from "@holdfast/contract";
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import { migrate } from "drizzle-orm/better-sqlite3/migrator";
import { DATABASE_FILE } from "../snapshot.ts";
import { makePrivateFile } from "./private-file.ts";
import { instances, rootKeys } from "./schema.ts";
import type { Instance, RootKeyRow } from "./storage.ts";

/** Found through the package, because this file may be part of a bundle elsewhere. */
const MIGRATIONS = join(dirname(createRequire(import.meta.url).resolve("@holdfast/vault/package.json")), "drizzle");
/** How long a writer waits for the others, in milliseconds. */
const BUSY_TIMEOUT = 15_000;
/** The first SQLite whose WAL cannot be reset under another connection's feet: https://sqlite.org/releaselog/3_51_3.html */
const OLDEST_SQLITE = [3, 51, 3];

export type SqliteDatabase = ReturnType<typeof connect>;

/** Open and migrate the database file. The caller holds the folder's `start` lock: migrations must not race. */
export function connect(folder: string) {
	return connectFile(join(folder, DATABASE_FILE));
}

export function connectFile(path: string) {
	return translated(() => {
		// SQLite gives its WAL the mode of the database file, so that one is made first, for its owner alone.
		makePrivateFile(path);
		const client = new Database(path, { timeout: BUSY_TIMEOUT });
		refuseOldSqlite(client);
		client.pragma("journal_mode = WAL");
		client.pragma("synchronous = FULL");
		// On macOS a plain fsync leaves data in the drive's cache; elsewhere these say nothing.
		client.pragma("fullfsync = ON");
		client.pragma("checkpoint_fullfsync = ON");
		client.pragma("foreign_keys = ON");
		// What is replaced or removed is overwritten, not just given up: a key's envelope would still open.
		client.pragma("secure_delete = ON");
		const db = drizzle({ client, casing: "snake_case" });
		migrate(db, { migrationsFolder: MIGRATIONS });
		return db;
	});
}

/** The instance's row, `null` before the very first start has finished. */
export function readInstance(db: SqliteDatabase): Instance | null {
	return translated(
		() => db.select({ id: instances.id, rootKeyId: instances.rootKeyId }).from(instances).get() ?? null,
	);
}

/** Write the instance's row and that of its first root key, once. */
export function createInstance(db: SqliteDatabase, id: string, rootKey: Omit<RootKeyRow, "bridge">): void {
	db.insert(instances).values({ id, rootKeyId: rootKey.id, revision: 0 }).run();
	db.insert(rootKeys).values(rootKey).run();
}

function refuseOldSqlite(client: Database.Database): void {
	const version = client.prepare("SELECT sqlite_version()").pluck().get() as string;
	const parts = version.split(".").map(Number);
	const difference = OLDEST_SQLITE.map((oldest, i) => (parts[i] ?? 0) - oldest).find((d) => d !== 0) ?? 0;
	if (difference < 0) throw new AppError("DATABASE_TOO_OLD", { detail: version });
}

/** SQLite's errors in our terms. Its messages name tables and files, never values: statements carry those as parameters. */
export function translated<T>(act: () => T): T {
	try {
		return act();
	} catch (error) {
		if (!(error instanceof Database.SqliteError)) throw error;
		if (error.code.startsWith("SQLITE_BUSY")) throw new AppError("DATABASE_BUSY", {}, { cause: error });
		throw new AppError("DATABASE_UNREADABLE", { detail: `${error.code}, ${error.message}` }, { cause: error });
	}
}
