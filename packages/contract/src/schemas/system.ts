/** The state of the instance itself, and what is kept for how long. */
import { z } from "zod";
import { BackupView } from "./backups.ts";
import { RootKeyView, RotationView } from "./keys.ts";

export const Finding = z.object({
	/** Which check: `root-key.beside`, `backups.proven`. */
	id: z.string(),
	level: z.enum(["ok", "warning", "problem"]),
	title: z.string(),
	/** What was found. Names settings, never values. */
	detail: z.string(),
	/** What to do about it, exactly; `null` when there is nothing to do. */
	fix: z.string().nullable(),
});

/** `null`: without end. */
export const Policy = z.object({
	/** How many versions of a setting are kept, the current one included. */
	historyVersions: z.int().min(1).max(10_000).nullable(),
	/** For how many days a version that is no longer current is kept. */
	historyDays: z.int().min(1).max(36_500).nullable(),
	/** Hours between scheduled backups; `null` for none. */
	backupHours: z.int().min(1).max(8_760).nullable(),
	/** How many scheduled backups are kept. */
	backupsKept: z.int().min(1).max(1_000),
});

/** What is not named stays as it is. */
export const ConfigureSystem = z.strictObject(Policy.partial().shape);

export const SystemView = z.object({
	instance: z.string(),
	revision: z.int(),
	rootKey: RootKeyView,
	/** Data keys in use. */
	dataKeys: z.int(),
	/** The rotation under way, or the last one. */
	rotation: RotationView.nullable(),
	lastBackup: BackupView.nullable(),
	/** The backup whose drill was the last to succeed: the last proven restore. */
	lastProven: BackupView.nullable(),
	policy: Policy,
	findings: z.array(Finding),
});

export const DoctorReport = z.object({
	findings: z.array(Finding),
	/** Values that were opened, history included, and those that do not open. */
	values: z.int(),
	damaged: z.int(),
});

export type Finding = z.infer<typeof Finding>;
export type Policy = z.infer<typeof Policy>;
export type ConfigureSystem = z.infer<typeof ConfigureSystem>;
export type SystemView = z.infer<typeof SystemView>;
export type DoctorReport = z.infer<typeof DoctorReport>;
