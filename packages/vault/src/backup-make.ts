/**
 * Making a backup: a copy of the database as of one moment, encrypted into one file. Guards that whatever has a backup's name
 * in the folder is whole, was read back and is durable, and that nothing in the clear is left behind.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { open as openFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "@holdfast/contract";
import type { RootKey } from "@holdfast/crypto";
import { errnoText } from "@holdfast/envfile";
import { type Actor, entry } from "./access.ts";
import { readBackup } from "./backup-read.ts";
import { backupPath } from "./backup-view.ts";
import { writeBackup } from "./backup-write.ts";
import { policyOf } from "./policy.ts";
import { runApart } from "./storage/apart.ts";
import type { BackupRow, RootKeyRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** Who made a scheduled backup. */
export const SCHEDULE = "schedule";

/** A step of making a backup that a test may stop at. */
export type BackupStep = "backup-copied" | "backup-piece" | "backup-written" | "backup-renamed";

interface Making {
	actor: Actor;
	by: string;
	/** A private folder, empty and held by the caller. */
	work: string;
}

/** Make a backup and record it; of one by the schedule, let those go that are not kept any longer. */
export async function makeBackup(vault: Vault, { actor, by, work }: Making): Promise<BackupRow> {
	const { storage, options } = vault;
	const act = { action: "backups.create", environment: null } as const;
	const row = await writeFile(vault, by, work).catch(async (error) => {
		const failure = asFailure(vault, error);
		const details = { problem: failure instanceof AppError ? failure.code : "INTERNAL" };
		await storage.commit({ audit: [entry(actor, { ...act, target: null, outcome: "failed", details })] });
		throw failure;
	});
	const { backupsKept } = policyOf(await storage.state());
	const gone = by === SCHEDULE ? expired([row, ...(await storage.backups())], backupsKept) : [];
	const removed = gone.length > 0 && { removed: gone.map(({ file }) => file).join(" ") };
	const details = { revision: row.revision, size: row.size, by, ...removed };
	try {
		await storage.commit({
			backup: row,
			forgetBackups: gone.map(({ id }) => id),
			audit: [entry(actor, { ...act, target: row.file, outcome: "done", details })],
		});
	} catch (error) {
		rmSync(backupPath(vault, row), { force: true });
		throw error;
	}
	for (const old of gone) removeOld(backupPath(vault, old), options.warn);
	return row;
}

/**
 * The scheduled backups that go when there are more than are kept, given newest first. The last one that was proven to
 * restore stays, however old it is.
 */
export function expired(rows: readonly BackupRow[], kept: number): BackupRow[] {
	const scheduled = rows.filter(({ by }) => by === SCHEDULE);
	const proven = scheduled.find(({ drill }) => drill !== null && drill.problem === null && drill.damaged === 0);
	return scheduled.slice(kept).filter((row) => row !== proven);
}

function removeOld(path: string, warn: (message: string) => void): void {
	try {
		rmSync(path, { force: true });
	} catch (error) {
		if (errnoText(error) === null) throw error;
		warn(`The old backup ${basename(path)} could not be removed: ${errnoText(error)}. Remove it by hand.`);
	}
}

/** `BACKUP_FAILED` for what the file system, or SQLite on its way to it, did not do. Any other error as it is. */
function asFailure(vault: Vault, error: unknown): unknown {
	const unreadable = error instanceof AppError && error.code === "DATABASE_UNREADABLE";
	const detail = unreadable ? error.fields.detail : errnoText(error);
	return detail
		? new AppError("BACKUP_FAILED", { name: `in ${vault.options.backupDir}`, detail }, { cause: error })
		: error;
}

/** Copy the database, encrypt the copy, read the file back, and put it in its place. */
async function writeFile(vault: Vault, by: string, work: string): Promise<BackupRow> {
	const { storage, keys, options } = vault;
	const database = join(work, "copy.db");
	await storage.copyTo(database);
	options.onStep?.("backup-copied");
	const { rootKeyId, manifest } = await contentsOf(database);
	const stored = await storage.rootKeys();
	keys.roots.adopt(stored);
	// The one that is current in the copy: a rotation may have begun elsewhere since this process last looked.
	const root = heldKey(vault, stored) ?? keys.roots.get(rootKeyId);
	if (!root) throw new AppError("VALUE_DAMAGED", { name: "the root key" });
	const [id, at] = [randomBytes(8).toString("hex"), Date.now()];
	const derivation = stored.find((row) => row.id === root.id)?.derivation ?? null;
	mkdirSync(options.backupDir, { recursive: true, mode: 0o700 });
	const partial = join(options.backupDir, `.${storage.instance.id}.partial`);
	rmSync(partial, { force: true });
	try {
		const header = { id, instance: storage.instance.id, derivation, at };
		const onPiece = () => options.onStep?.("backup-piece");
		await writeBackup(partial, root, { database, header, manifest, onPiece });
		options.onStep?.("backup-written");
		await readBackup(partial, root);
		const { size } = statSync(partial);
		const file = freeName(options.backupDir, at, manifest.revision);
		renameSync(partial, join(options.backupDir, file));
		options.onStep?.("backup-renamed");
		await syncFolder(options.backupDir);
		return { id, file, at, revision: manifest.revision, size, rootKeyId: root.id, by, drill: null };
	} finally {
		rmSync(partial, { force: true });
	}
}

/**
 * The previous root key, while a rotation waits for a person to put the new one where it is read from: until then that is
 * nowhere but in the database, and the old one opens it there. `null` when the source has the current key.
 */
function heldKey({ keys: { roots } }: Vault, stored: readonly RootKeyRow[]): RootKey | null {
	const previous = stored.find(({ state }) => state === "previous");
	if (!previous) return null;
	const derivations = stored.flatMap(({ state, derivation }) =>
		state !== "retired" && derivation ? [derivation] : [],
	);
	const held = roots.source.read(derivations, ({ id }) => id === roots.current.id);
	return held?.id === previous.id ? held : null;
}

const CONTENTS = `
	SELECT root_key_id, revision,
		(SELECT count(*) FROM version WHERE current = 1 AND sealed IS NOT NULL),
		(SELECT count(*) FROM version)
	FROM instance`;

async function contentsOf(database: string) {
	const [[rootKeyId, revision, settings, versions] = []] = await runApart(database, CONTENTS);
	const manifest = { revision: Number(revision), settings: Number(settings), versions: Number(versions) };
	return { rootKeyId: String(rootKeyId), manifest };
}

/** `holdfast-20261126-013459-r17.backup`, in UTC, with a number when there is one of that second already. */
function freeName(folder: string, at: number, revision: number): string {
	const [day, time] = new Date(at).toISOString().replaceAll(/[-:]/g, "").split(/[T.]/);
	const taken = new Set(readdirSync(folder));
	for (let n = 1; ; n++) {
		const name = `holdfast-${day}-${time}-r${revision}${n === 1 ? "" : `-${n}`}.backup`;
		if (!taken.has(name)) return name;
	}
}

async function syncFolder(path: string): Promise<void> {
	await using folder = await openFile(path, "r");
	await folder.sync();
}
