/** What import and export take and give. Text and values travel in bodies only; a preview's answer has no value in it. */
import { z } from "zod";
import { EXPORT_FORMATS } from "../export-formats.ts";
import { EnvironmentName, Message, Owner, SettingName } from "./settings.ts";

/** The longest text that is read at once, in UTF-16 code units. */
export const IMPORT_MAX_LENGTH = 2 * 1024 * 1024;
/** The most assignments a text may have. */
export const IMPORT_MAX_LINES = 10_000;

/** Where the assignments come from: a text, or the lines of the environment's own file that Holdfast does not manage. */
export const ImportFrom = z.union([
	z.strictObject({ text: z.string().max(IMPORT_MAX_LENGTH) }),
	z.strictObject({ file: z.literal(true) }),
]);

export const PreviewImport = z.strictObject({ environment: EnvironmentName, owner: Owner, from: ImportFrom });

export const ImportRow = z.object({
	/** Counts from 1. */
	line: z.int(),
	/** `null` where what stands in the name's place may be a piece of a value. */
	name: z.string().nullable(),
	/**
	 * `new`, `changed` and `same` compare with what the owner has saved in the environment. Of a secret, `same` is told only
	 * to who may reveal it; to anyone else it is `changed`.
	 */
	verdict: z.enum(["new", "changed", "same", "refused", "superseded"]),
	/** Why it is refused, or which line supersedes it, as a clause: "it has no value". */
	reason: z.string().nullable(),
	/** The mask of the line's value, or a plain setting's value itself; `null` when it is not taken. */
	shown: z.string().nullable(),
	/** The same of what is saved; `null` when nothing is, or it does not open. */
	saved: z.string().nullable(),
	/** What is saved: what `expectedVersion` compares; 0 for nothing. */
	version: z.int(),
});

export const ImportPreview = z.object({
	/** In the order of the lines. */
	rows: z.array(ImportRow),
	/** Stands for what was read, and says nothing of it: given back, it makes sure that the same is imported. */
	mark: z.string(),
});

export const ImportSettings = z.strictObject({
	environment: EnvironmentName,
	owner: Owner,
	from: ImportFrom,
	/** From the preview. Omitted: whatever is read is imported. */
	mark: z.string().max(100).optional(),
	/** The chosen names, each with the version that its row showed. Nothing else is imported. */
	names: z
		.array(z.strictObject({ name: SettingName, expectedVersion: z.int().min(0) }))
		.min(1)
		.max(1_000),
	message: Message,
});

export const ExportSettings = z.strictObject({
	environment: EnvironmentName,
	format: z.enum(EXPORT_FORMATS).default("dotenv"),
	/** Omitted: everything that is saved. */
	names: z.array(SettingName).min(1).max(1_000).optional(),
	/** Whether what the environment inherits from `default` is in it as well. */
	inherited: z.boolean().default(false),
	/** The name of a Kubernetes Secret: a DNS-1123 subdomain. */
	title: z.string().max(300).optional(),
});

export const ExportResult = z.object({
	text: z.string(),
	fileName: z.string(),
	/** The settings that are not in it, each with a clause that says why: "it has more than one line". */
	left: z.array(z.object({ name: z.string(), reason: z.string() })),
});

export type ImportFrom = z.infer<typeof ImportFrom>;
export type PreviewImport = z.infer<typeof PreviewImport>;
export type ImportRow = z.infer<typeof ImportRow>;
export type ImportPreview = z.infer<typeof ImportPreview>;
export type ImportSettings = z.infer<typeof ImportSettings>;
export type ExportSettings = z.infer<typeof ExportSettings>;
export type ExportResult = z.infer<typeof ExportResult>;
