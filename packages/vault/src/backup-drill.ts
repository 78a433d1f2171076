/** Drills: a backup is restored beside the instance and all of it is opened, so that nobody has to hope. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@holdfast/contract";
import type { Drill, DrillBackup } from "@holdfast/contract/schemas";
import { fingerprintOf, parseRootKey, type RootKey } from "@holdfast/crypto";
import { errnoText } from "@holdfast/envfile";
import { type Actor, entry } from "./access.ts";
import { withCopy } from "./backup-copy.ts";
import { readHeader } from "./backup-read.ts";
import { backupPath } from "./backup-view.ts";
import type { BackupRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

interface Drilling extends DrillBackup {
	actor: Actor;
	/** A private folder, empty and held by the caller. */
	work: string;
}

/** Drill one backup, or the newest whose file is there, and record what came of it. */
export async function drillBackup(vault: Vault, { id, kit, actor, work }: Drilling): Promise<BackupRow> {
	const row = await find(vault, id);
	const act = { action: "backups.drill", target: row.file, environment: null } as const;
	let key: RootKey | null;
	try {
		key = kit === undefined ? null : keyOf(kit, row);
	} catch (error) {
		// A slip with the kit says nothing about the backup, whose last drill stays.
		if (!(error instanceof AppError)) throw error;
		const details = { problem: error.code, withKit: true };
		await vault.storage.commit({ audit: [entry(actor, { ...act, outcome: "failed", details })] });
		throw error;
	}
	const found = await restored(vault, { row, key, work });
	const drill: Drill = { at: Date.now(), withKit: key !== null, ...found };
	const proven = drill.problem === null && drill.damaged === 0;
	const { at: _, ...details } = drill;
	await vault.storage.commit({
		drilled: { id: row.id, drill },
		audit: [entry(actor, { ...act, outcome: proven ? "done" : "failed", details })],
	});
	return { ...row, drill };
}

/** The backup with an id, or the newest one that has its file. @throws AppError `BACKUP_NOT_FOUND` */
async function find(vault: Vault, id: string | undefined): Promise<BackupRow> {
	const rows = await vault.storage.backups();
	const isThere = (row: BackupRow) => existsSync(backupPath(vault, row));
	const row = rows.find((each) => (id === undefined ? isThere(each) : each.id === id));
	if (row && isThere(row)) return row;
	throw new AppError("BACKUP_NOT_FOUND", { name: row?.file ?? id ?? `in ${vault.options.backupDir}` });
}

function keyOf(kit: string, { rootKeyId }: BackupRow): RootKey {
	const key = parseRootKey(kit, "the recovery kit");
	if (key.id === rootKeyId) return key;
	const detail = `the backup is sealed under ${fingerprintOf(rootKeyId)}, the recovery kit is of ${key.fingerprint}`;
	throw new AppError("ROOT_KEY_WRONG", { detail });
}

/** Restore into the work folder with the kit's key, or else with the one that the instance has for it. */
async function restored(
	vault: Vault,
	{ row, key, work }: { row: BackupRow; key: RootKey | null; work: string },
): Promise<Pick<Drill, "values" | "damaged" | "problem">> {
	const file = backupPath(vault, row);
	const folder = join(work, "restored");
	try {
		const { id, rootKey, fingerprint } = await readHeader(file);
		if (id !== row.id || rootKey !== row.rootKeyId) {
			const detail = "it is the file of another backup";
			throw new AppError("BACKUP_DAMAGED", { name: row.file, detail });
		}
		vault.keys.roots.adopt(await vault.storage.rootKeys());
		const root = key ?? vault.keys.roots.get(rootKey);
		if (root?.id !== rootKey) throw new AppError("ROOT_KEY_MISSING", { detail: fingerprint });
		mkdirSync(folder, { mode: 0o700 });
		return await withCopy({ file, root, folder }, async ({ values, damaged }) => {
			return { values, damaged: damaged.length, problem: null };
		});
	} catch (error) {
		const problem = error instanceof AppError ? error.message : errnoText(error);
		if (problem === null) throw error;
		return { values: 0, damaged: 0, problem };
	}
}
