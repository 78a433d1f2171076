import { z } from "zod";
import { READERS } from "../readers.ts";
import { EnvironmentName, Message, MirrorStatus, SettingName } from "./settings.ts";

/** `plain`: readable by every program. `dotenvx`: values sealed as dotenvx does it, the private key in `.env.keys`. */
export const MirrorFormat = z.enum(["plain", "dotenvx"]);

/** What becomes of a line edited by hand that conflicts with nothing: `take-in` saves it, `ask` waits for a person. */
export const OnEdit = z.enum(["take-in", "ask"]);

const MirrorOptions = z.object({
	/** Whether a file is kept at all. */
	enabled: z.boolean(),
	/** The file, relative to the project folder and inside it. */
	file: z.string(),
	format: MirrorFormat,
	onEdit: OnEdit,
	/** The programs that read the file: each line is written in a form that all of them read alike. */
	readers: z.array(z.enum(READERS)),
});

export const MirrorView = MirrorStatus.extend({
	environment: z.string(),
	options: MirrorOptions,
	/** The environment's revision, and the one that the file was last known to hold: 0 for none. */
	revision: z.int(),
	held: z.int(),
	/** When a failed write is tried again, in milliseconds since 1970; `null` when nothing waits. */
	retryAt: z.number().nullable(),
	/** How often it has failed since it last went well. */
	failures: z.int(),
});

/**
 * How a line stands. With the base, what Holdfast last wrote there: `behind`, the file has the base and the saved value is
 * newer; `edited` and `deleted`, the saved value is the base and someone changed the line or took it out; `conflict`, both
 * changed. `blank`, the line has no value or a mask. `vault-only`, the value has no form that all readers agree on.
 */
export const LINE_STATES = ["same", "behind", "edited", "deleted", "blank", "conflict", "vault-only"] as const;

/** A value as one of the three places has it: masked when secret, and a keyed mark to tell it from the other two. */
export const Side = z.object({ shown: z.string().nullable(), fingerprint: z.string() });

export const MirrorLine = z.object({
	name: z.string(),
	secret: z.boolean(),
	state: z.enum(LINE_STATES),
	/** `null` where the place has nothing. */
	base: Side.nullable(),
	saved: Side.nullable(),
	file: Side.nullable(),
});

export const MirrorDiff = z.object({
	environment: z.string(),
	target: z.string(),
	lines: z.array(MirrorLine),
	/** Names that stand in the file and were never saved: they belong to whoever wrote them. */
	unmanaged: z.array(z.string()),
});

export const OneMirror = z.strictObject({ environment: EnvironmentName });

/** Whose side a line takes. The fingerprints are those that the person saw, `null` for nothing there. */
const Choice = z.strictObject({
	name: SettingName,
	take: z.enum(["saved", "file"]),
	saved: z.string().max(64).nullable(),
	file: z.string().max(64).nullable(),
});

export const ResolveDrift = z.strictObject({
	environment: EnvironmentName,
	choices: z.array(Choice).min(1).max(1_000),
	message: Message,
});

export const ConfigureMirror = z.strictObject({
	environment: EnvironmentName,
	enabled: z.boolean().optional(),
	/** `null` for the environment's usual file. */
	file: z.string().min(1).max(400).nullable().optional(),
	format: MirrorFormat.optional(),
	onEdit: OnEdit.optional(),
	/** `null` for all of them. */
	readers: z.array(z.enum(READERS)).min(1).nullable().optional(),
});

export type MirrorOptions = z.infer<typeof MirrorOptions>;
export type MirrorView = z.infer<typeof MirrorView>;
export type LineState = (typeof LINE_STATES)[number];
export type Side = z.infer<typeof Side>;
export type MirrorLine = z.infer<typeof MirrorLine>;
export type MirrorDiff = z.infer<typeof MirrorDiff>;
export type OneMirror = z.infer<typeof OneMirror>;
export type ResolveDrift = z.infer<typeof ResolveDrift>;
export type ConfigureMirror = z.infer<typeof ConfigureMirror>;
