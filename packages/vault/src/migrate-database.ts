/**
 * Moving an instance between a file and PostgreSQL, with all that is in it. Guards three rules: nothing is overwritten, the
 * source stays as it is, and what appears in the target is whole and compared with the source.
 */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@holdfast/contract";
import { refuseOverwriting, syncPath } from "./restore.ts";
import { DATABASE_FILE } from "./snapshot.ts";
import type { Location } from "./start.ts";
import { runApart } from "./storage/apart.ts";
import { connect, readInstance as readFileInstance, type SqliteDatabase } from "./storage/connect.ts";
import { openLock } from "./storage/lock.ts";
import {
	inTransaction,
	migrateTables,
	openPool,
	type PostgresDatabase,
	readInstance,
	startLocked,
	translated,
} from "./storage/postgres/connect.ts";
import { type Copied, copyFromFile, copyToFile } from "./storage/postgres/copy.ts";
import { machineOf } from "./storage/postgres/machine.ts";
import { SqliteStorage } from "./storage/sqlite.ts";
import { liveRows } from "./workers.ts";

/** Where a copy of the file is, or the file until it is whole. What a killed move left in it is removed by the next. */
const FOLDER = "moving";

export interface Move extends Location {
	databaseUrl: string;
	/** Into the database at the address, or out of it into the data folder. */
	way: "to" | "from";
}

/**
 * Copy every row of an instance into an empty database, in one transaction.
 *
 * @throws AppError `NO_VAULT` when there is nothing to move, `DATABASE_IN_USE` while a server uses it, `DATABASE_NOT_EMPTY`,
 * `RESTORE_OVERWRITES`, `COPY_DIFFERS`, `DATABASE_UNREACHABLE` or `DATABASE_UNREADABLE`. The target is then as it was, but that
 * it may have empty tables.
 */
export async function migrateDatabase({ dataDir, databaseUrl, way }: Move): Promise<Copied> {
	const database = openPool(databaseUrl);
	const folder = join(dataDir, FOLDER);
	mkdirSync(dataDir, { recursive: true, mode: 0o700 });
	const lock = openLock(dataDir, "start");
	const act = way === "to" ? intoPostgres : outOfPostgres;
	try {
		return await lock.run(async () => {
			rmSync(folder, { recursive: true, force: true });
			mkdirSync(folder, { mode: 0o700 });
			return await translated(() =>
				startLocked(database, async () => {
					await migrateTables(database);
					return await act(database, { dataDir, folder });
				}),
			);
		});
	} finally {
		rmSync(folder, { recursive: true, force: true });
		lock.close();
		await database.$client.end();
	}
}

interface Folders {
	dataDir: string;
	/** For what is not whole yet, in the data folder. */
	folder: string;
}

/** By way of a copy of the file, which is of one moment and may be brought up to date. */
async function intoPostgres(database: PostgresDatabase, { dataDir, folder }: Folders): Promise<Copied> {
	const path = join(dataDir, DATABASE_FILE);
	await runApart(path, "VACUUM INTO ?", [join(folder, DATABASE_FILE)]).catch((error: unknown) => {
		const isAbsent = error instanceof AppError && error.fields.detail?.startsWith("SQLITE_CANTOPEN");
		throw isAbsent ? new AppError("NO_VAULT", { detail: dataDir }) : error;
	});
	return await withFile(folder, async (file, inUse) => {
		if (inUse === null) throw new AppError("NO_VAULT", { detail: dataDir });
		if (inUse) throw new AppError("DATABASE_IN_USE", { name: path });
		return await inTransaction(database, async ({ $client: client }) => {
			const copied = await copyFromFile(file, client);
			await client.query("update mirror set folder = $1 || folder", [machineOf(dataDir)]);
			return copied;
		});
	});
}

/** What the database knows of other machines' files stays there. */
async function outOfPostgres(database: PostgresDatabase, { dataDir, folder }: Folders): Promise<Copied> {
	refuseOverwriting(dataDir);
	if (!(await readInstance(database))) throw new AppError("NO_VAULT", { detail: "that PostgreSQL database" });
	const path = join(folder, DATABASE_FILE);
	const copied = await copyToFile(database, path);
	await withFile(folder, async (file, inUse) => {
		if (inUse) throw new AppError("DATABASE_IN_USE", { name: "that PostgreSQL database" });
		const machine = machineOf(dataDir);
		file.prepare("DELETE FROM mirror WHERE substr(folder, 1, ?) <> ?").run(machine.length, machine);
		file.prepare("UPDATE mirror SET folder = substr(folder, ?)").run(machine.length + 1);
		file.pragma("journal_mode = DELETE");
	});
	syncPath(path);
	renameSync(path, join(dataDir, DATABASE_FILE));
	syncPath(dataDir);
	return copied;
}

/** Open the file in a folder, and say whether a server used the database when it was copied; `null` for one of no instance. */
async function withFile<T>(
	folder: string,
	act: (file: SqliteDatabase["$client"], inUse: boolean | null) => Promise<T>,
): Promise<T> {
	const database = connect(folder);
	try {
		const instance = readFileInstance(database);
		if (!instance) return await act(database.$client, null);
		const storage = new SqliteStorage(database, folder, instance);
		const live = await liveRows(storage);
		return await act(
			database.$client,
			live.some(({ kind }) => kind === "server"),
		);
	} finally {
		database.$client.close();
	}
}
