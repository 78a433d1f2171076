/**
 * Restoring a backup into a data folder that has no database. Guards three rules: nothing is overwritten, nothing appears
 * before all of it is verified and durable, and what comes back does not act as if no time had passed.
 */
import {
	closeSync,
	existsSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readdirSync,
	renameSync,
	rmdirSync,
	rmSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { AppError } from "@holdfast/contract";
import { parseRootKey, type RootKey } from "@holdfast/crypto";
import { errnoText } from "@holdfast/envfile";
import { type Caller, entry } from "./access.ts";
import { type Copy, withCopy } from "./backup-copy.ts";
import type { BackupHeader } from "./backup-file.ts";
import { readBackup, readHeader } from "./backup-read.ts";
import { putRootKey } from "./root-key-place.ts";
import { type RootKeyOptions, type RootKeySource, rootKeySource } from "./root-key-source.ts";
import { DATABASE_FILE } from "./snapshot.ts";
import { openLock } from "./storage/lock.ts";
import { settleRestored } from "./storage/restored.ts";

/** Where the database is until it is whole. What a killed restore left in it is removed by the next. */
const FOLDER = "restoring";

export interface RestoreOptions {
	/** The backup. */
	file: string;
	/** Where to; made when missing. */
	dataDir: string;
	rootKey: RootKeyOptions;
	caller: Caller;
	/** Asks for the recovery kit of the root key with this fingerprint, when the usual source does not have it. */
	askKit: (fingerprint: string) => Promise<string>;
}

export interface Restored {
	/** The revision that the backup was made at, and when that was, in milliseconds since 1970. */
	revision: number;
	at: number;
	/** Current settings, and all values that opened, history included. */
	settings: number;
	values: number;
	/** What does not open, by name. */
	damaged: string[];
	fingerprint: string;
	/** Where the root key was written, because there was none; `null` when it was not. */
	keyFile: string | null;
	/** Whether the usual source has another root key, or none, so that a start will not find this one there. */
	keyElsewhere: boolean;
}

/**
 * Restore a backup. When it throws, the data folder is as it was.
 *
 * @throws AppError `RESTORE_OVERWRITES`, before anything is read or asked; `BACKUP_NOT_FOUND`; `BACKUP_DAMAGED`;
 * `ROOT_KEY_MISSING`, `ROOT_KEY_WRONG`, `ROOT_KEY_MALFORMED` or `ROOT_KEY_UNWRITABLE`; `RESTORE_FAILED` with what the file
 * system answered.
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
	const { file, dataDir } = options;
	refuseOverwriting(dataDir);
	try {
		const header = await readHeader(file);
		const found = await keyFor(header, options);
		// Once without writing anything: what is damaged leaves no trace.
		await readBackup(file, found.root);
		return await inNewFolder(dataDir, () => bringBack(options, header, found));
	} catch (error) {
		const detail = errnoText(error);
		throw detail ? new AppError("RESTORE_FAILED", { name: basename(file), detail }, { cause: error }) : error;
	}
}

/** A log that belongs to a database that is gone would be played into this one, so that it counts as a database, too. */
export function refuseOverwriting(dataDir: string): void {
	const path = join(dataDir, DATABASE_FILE);
	if (["", "-wal", "-journal"].some((suffix) => existsSync(`${path}${suffix}`)))
		throw new AppError("RESTORE_OVERWRITES", { name: path });
}

interface FoundKey {
	root: RootKey;
	source: RootKeySource;
	/** What the usual source has. */
	own: RootKey | null;
}

async function keyFor(header: BackupHeader, { rootKey, askKit }: RestoreOptions): Promise<FoundKey> {
	const { fingerprint, derivation } = header;
	const isIt = ({ id }: RootKey) => id === header.rootKey;
	const source = rootKeySource(rootKey);
	const own = source.read(derivation ? [derivation] : [], isIt);
	if (own && isIt(own)) return { root: own, source, own };
	const kit = await askKit(fingerprint);
	if (kit.trim() === "") throw new AppError("ROOT_KEY_MISSING", { detail: fingerprint });
	const root = parseRootKey(kit, "the recovery kit");
	if (isIt(root)) return { root, source, own };
	const detail = `the backup is sealed under ${fingerprint}, the recovery kit is of ${root.fingerprint}`;
	throw new AppError("ROOT_KEY_WRONG", { detail });
}

/** Under the lock of a start, so that none makes a database there meanwhile. A folder made in vain is removed again. */
async function inNewFolder<T>(dataDir: string, act: () => Promise<T>): Promise<T> {
	const made = mkdirSync(dataDir, { recursive: true, mode: 0o700 });
	const lock = openLock(dataDir, "start");
	try {
		return await lock.run(async () => {
			refuseOverwriting(dataDir);
			return await act();
		});
	} catch (error) {
		if (made !== undefined) removeFolders(dataDir, made);
		throw error;
	} finally {
		lock.close();
	}
}

/** Remove the folders that were made for this, from the innermost out, unless someone put something into them. */
function removeFolders(inner: string, outer: string): void {
	rmSync(join(inner, "start.lock"), { force: true });
	for (let folder = inner; readdirSync(folder).length === 0; folder = dirname(folder)) {
		rmdirSync(folder);
		if (folder === outer) return;
	}
}

/** The database in a folder of its own until it is whole, then in its place in one step. */
async function bringBack(options: RestoreOptions, header: BackupHeader, found: FoundKey): Promise<Restored> {
	const { file, dataDir, caller, rootKey } = options;
	const { root, source, own } = found;
	const folder = join(dataDir, FOLDER);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { mode: 0o700 });
	let keyFile: string | null = null;
	try {
		const restored = await withCopy({ file, root, folder }, async (copy) => settled(copy, { file, caller }));
		const database = join(folder, DATABASE_FILE);
		syncPath(database);
		if (source.kind === "file" && own === null) {
			const made = putRootKey(rootKey.file, root);
			if (made.id !== root.id) throw new AppError("RESTORE_OVERWRITES", { name: rootKey.file });
			keyFile = rootKey.file;
		}
		renameSync(database, join(dataDir, DATABASE_FILE));
		// From here on the database needs its key, whatever else fails.
		const kept = keyFile;
		keyFile = null;
		syncPath(dataDir);
		const keyElsewhere = kept === null && own?.id !== root.id;
		return { ...restored, at: header.at, fingerprint: root.fingerprint, keyFile: kept, keyElsewhere };
	} catch (error) {
		if (keyFile !== null) rmSync(keyFile, { force: true });
		throw error;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function settled(
	{ database, manifest, values, damaged }: Copy,
	{ file, caller }: { file: string; caller: Caller },
): Pick<Restored, "revision" | "settings" | "values" | "damaged"> {
	const { revision, settings } = manifest;
	const details = { revision, values, damaged: damaged.length };
	const act = {
		action: "backups.restore",
		target: basename(file),
		environment: null,
		outcome: "done",
		details,
	} as const;
	settleRestored(database, entry(caller, act));
	return { revision, settings, values, damaged };
}

/** Make a file, or what a folder lists, durable. */
export function syncPath(path: string): void {
	const opened = openSync(path, "r");
	try {
		fsyncSync(opened);
	} finally {
		closeSync(opened);
	}
}
