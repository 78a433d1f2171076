/** Backups as they are shown, and where their files are. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { BackupView } from "@holdfast/contract/schemas";
import { fingerprintOf } from "@holdfast/crypto";
import type { BackupRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** Every backup made here, newest first. */
export async function backupViews(vault: Vault): Promise<BackupView[]> {
	return (await vault.storage.backups()).map((row) => toBackupView(vault, row));
}

export function toBackupView(vault: Vault, { rootKeyId, ...row }: BackupRow): BackupView {
	return { ...row, fingerprint: fingerprintOf(rootKeyId), present: existsSync(backupPath(vault, row)) };
}

/** The ids of the root keys that were replaced. The recovery kit of today opens nothing that was made under one of them. */
export async function retiredKeys({ storage }: Vault): Promise<ReadonlySet<string>> {
	const rows = await storage.rootKeys();
	return new Set(rows.filter(({ state }) => state === "retired").map(({ id }) => id));
}

/** Where a backup's file is. Whatever the row says, it is in the folder for backups. */
export function backupPath({ options }: Vault, { file }: Pick<BackupRow, "file">): string {
	return join(options.backupDir, basename(file));
}
