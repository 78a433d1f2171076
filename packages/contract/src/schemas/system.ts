/** The state of the instance itself, what is kept for how long, and where AI may be asked in a local network. */
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

/** In lower case. An IPv6 address is in brackets. */
export const LocalHost = z
	.string()
	.max(260)
	// Some browsers' URLs take what is no host, and encode it.
	.regex(/^[a-z0-9._:[\]-]+$/)
	.refine((text) => URL.canParse(`http://${text}`) && hostsOf(`http://${text}`).includes(text), "no host");

function hostsOf(url: string): string[] {
	const { hostname, port } = new URL(url);
	return [hostname, `${hostname}:${port || 80}`];
}

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
	/** The hosts on local networks that AI is asked at: `name` or `name:port`, as a base URL has them. */
	localHosts: z.array(LocalHost).max(100),
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
