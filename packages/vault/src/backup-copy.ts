/**
 * A database that came out of a backup, opened beside the instance's own: with one root key and nothing else, as it would be
 * on a machine that has only the file and the key.
 */
import { open as openFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "@holdfast/contract";
import { type RootKey, rootKeyText } from "@holdfast/crypto";
import type { BackupManifest } from "./backup-file.ts";
import { readBackup } from "./backup-read.ts";
import { type Examined, examine } from "./examine.ts";
import { KeyRing } from "./keyring.ts";
import { RootRing } from "./root-ring.ts";
import { DATABASE_FILE } from "./snapshot.ts";
import { runApart } from "./storage/apart.ts";
import { connect, readInstance, type SqliteDatabase } from "./storage/connect.ts";
import { SqliteStorage } from "./storage/sqlite.ts";

export interface Copy extends Examined {
	database: SqliteDatabase;
	storage: SqliteStorage;
	keys: KeyRing;
	manifest: BackupManifest;
}

/**
 * Bring the database of a backup into an empty private folder, check all of it, and hand it to `use` while it is open.
 *
 * @throws AppError `BACKUP_DAMAGED`, or a `ROOT_KEY_…` when the key is not one of the database inside.
 */
export async function withCopy<T>(
	{ file, root, folder }: { file: string; root: RootKey; folder: string },
	use: (copy: Copy) => Promise<T>,
): Promise<T> {
	const path = join(folder, DATABASE_FILE);
	const { header, manifest } = await extract(file, root, path);
	const damaged = (detail: string) => new AppError("BACKUP_DAMAGED", { name: basename(file), detail });
	const [[verdict] = []] = await runApart(path, "PRAGMA integrity_check(1)");
	if (verdict !== "ok") throw damaged(`its database does not pass SQLite's check: ${verdict}`);
	const database = connect(folder);
	try {
		const instance = readInstance(database);
		if (instance?.id !== header.instance) throw damaged("its database is of another instance");
		const storage = new SqliteStorage(database, folder, instance);
		try {
			const roots = new RootRing({ text: rootKeyText(root), file: "" }, instance.id, storage.rootKeys());
			const keys = new KeyRing(roots, storage);
			return await use({ ...(await examine(storage, keys)), database, storage, keys, manifest });
		} finally {
			storage.close();
		}
	} finally {
		database.$client.close();
	}
}

async function extract(file: string, root: RootKey, path: string) {
	await using database = await openFile(path, "wx", 0o600);
	return await readBackup(file, root, (bytes) => database.writeFile(bytes));
}
