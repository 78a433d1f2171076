/** Backups, and the drills that prove that they restore. */
import { z } from "zod";

export const Drill = z.object({
	/** Milliseconds since 1970. */
	at: z.number(),
	/** Values that were opened, history included, and those that do not open. */
	values: z.int(),
	damaged: z.int(),
	/** Whether the recovery kit was typed in for it; else the server's own key was used. */
	withKit: z.boolean(),
	/** Why it did not restore; `null` when it did. */
	problem: z.string().nullable(),
});

export const BackupView = z.object({
	id: z.string(),
	/** The file's name in the folder for backups. */
	file: z.string(),
	/** Milliseconds since 1970. */
	at: z.number(),
	/** The revision it holds. */
	revision: z.int(),
	/** Bytes. */
	size: z.int(),
	/** The fingerprint of the root key it is sealed under. */
	fingerprint: z.string(),
	/** `schedule`, or the name of who made it. */
	by: z.string(),
	/** Whether the file is still in the folder. */
	present: z.boolean(),
	/** The last drill of this backup. */
	drill: Drill.nullable(),
});

export const BackupList = z.object({
	/** The folder's path on the server's machine. */
	folder: z.string(),
	/** Newest first. */
	backups: z.array(BackupView),
});

export const DrillBackup = z.strictObject({
	/** Which one; omitted for the newest. */
	id: z.string().min(1).max(60).optional(),
	/** The recovery kit, to prove that the one on paper opens the backup. */
	kit: z.string().min(1).max(400).optional(),
});

export type Drill = z.infer<typeof Drill>;
export type BackupView = z.infer<typeof BackupView>;
export type BackupList = z.infer<typeof BackupList>;
export type DrillBackup = z.infer<typeof DrillBackup>;
