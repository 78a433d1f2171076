/** Backups: whole databases in encrypted files, and drills that prove that they restore. */
import type { BackupList, BackupView, DrillBackup } from "@holdfast/contract/schemas";
import { authorize, type Caller } from "./access.ts";
import { drillBackup } from "./backup-drill.ts";
import { makeBackup, SCHEDULE } from "./backup-make.ts";
import { backupViews, toBackupView } from "./backup-view.ts";
import { inWorkFolder } from "./backup-work.ts";
import type { Vault } from "./vault.ts";

/** The backups made here, with the folder they are in. */
export async function list(vault: Vault, caller: Caller): Promise<BackupList> {
	await authorize(vault, caller, { action: "backups.list", target: null, environment: null });
	return { folder: vault.options.backupDir, backups: await backupViews(vault) };
}

/**
 * Make a backup, while saves go on. It is listed once its file is complete, was read back and is on the disk.
 *
 * @throws AppError `BACKUP_FAILED` with what the file system answered; `DATABASE_BUSY` while another process makes one.
 */
export async function create(vault: Vault, caller: Caller): Promise<BackupView> {
	await authorize(vault, caller, { action: "backups.create", target: null, environment: null });
	// Only the schedule's own are removed after a while, whatever someone is called.
	const by = caller.label === SCHEDULE ? `"${SCHEDULE}"` : caller.label;
	const row = await inWorkFolder(vault.options.dataDir, (work) => makeBackup(vault, { actor: caller, by, work }));
	return toBackupView(vault, row);
}

/**
 * Restore a backup into a private folder, open all that is in it, and remove it again. What came of it is in the answer and
 * stays with the backup. With a recovery kit, that key is used and no other, so that the paper is proven with the file.
 *
 * @throws AppError `BACKUP_NOT_FOUND`; `ROOT_KEY_WRONG` or `ROOT_KEY_MALFORMED` for the kit; `DATABASE_BUSY`.
 */
export async function drill(vault: Vault, caller: Caller, input: DrillBackup): Promise<BackupView> {
	await authorize(vault, caller, { action: "backups.drill", target: input.id ?? null, environment: null });
	const row = await inWorkFolder(vault.options.dataDir, (work) =>
		drillBackup(vault, { ...input, actor: caller, work }),
	);
	return toBackupView(vault, row);
}
