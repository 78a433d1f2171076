/** What the settings procedures take and give. Strict: an unknown field is refused, so no request can smuggle one in. */
import { z } from "zod";
import { DEFAULT_ENVIRONMENT, ENVIRONMENT_MAX_LENGTH } from "../names.ts";

/** Names and environments are checked by `vault` against the tables, so that the refusal says which rule was broken. */
export const SettingName = z.string().min(1).max(200);
export const EnvironmentName = z.string().min(1).max(ENVIRONMENT_MAX_LENGTH).default(DEFAULT_ENVIRONMENT);

/** `shared`: the environment's, for everyone. `personal`: the caller's own, for requests on the caller's behalf. */
export const Owner = z.enum(["shared", "personal"]).default("shared");

export const Write = z.strictObject({
	name: SettingName,
	/** Values are bounded by `vault` (64 KiB of UTF-8); this bound only keeps the parser's work small. */
	value: z.string().max(1_000_000),
	/** Omitted: as saved before; else as the catalogue says; else secret. */
	secret: z.boolean().optional(),
	/** The version the caller saw, 0 for "not saved yet". Omitted: whatever is there is replaced. */
	expectedVersion: z.int().min(0).optional(),
});

export const Message = z.string().max(500).optional();

export const SaveSettings = z.strictObject({
	environment: EnvironmentName,
	owner: Owner,
	writes: z.array(Write).min(1).max(1_000),
	message: Message,
});

export const RemoveSetting = z.strictObject({
	environment: EnvironmentName,
	owner: Owner,
	name: SettingName,
	expectedVersion: z.int().min(0).optional(),
	message: Message,
});

export const RestoreSetting = z.strictObject({
	environment: EnvironmentName,
	owner: Owner,
	name: SettingName,
	/** The version whose value is saved again, as a new version. */
	version: z.int().min(1),
	expectedVersion: z.int().min(0).optional(),
	message: Message,
});

export const ListSettings = z.strictObject({ environment: EnvironmentName });
export const OneSetting = z.strictObject({ environment: EnvironmentName, owner: Owner, name: SettingName });
export const ExplainSetting = z.strictObject({ environment: EnvironmentName, name: SettingName });

/** The places a value can come from, strongest first. This order is the stated precedence. */
export const SOURCES = ["personal", "environment", "default", "process", "file", "catalogue"] as const;

/** One place that has a value for a name, without the value. */
export const Layer = z.object({
	source: z.enum(SOURCES),
	/** The environment or file it is in, where it has one: `production`, `.env`. */
	place: z.string().nullable(),
	/** A plain value itself; a secret's mask; `null` when it does not open. */
	shown: z.string().nullable(),
	/** The saved version; `null` for what was not saved in Holdfast. */
	version: z.int().nullable(),
});

export const SettingView = z.object({
	name: z.string(),
	secret: z.boolean(),
	/** The environment asked about. */
	environment: z.string(),
	/** The version saved in this environment for `shared`, 0 when there is none: what `expectedVersion` compares. */
	version: z.int(),
	/** The caller's own version, 0 when there is none. */
	personalVersion: z.int(),
	/** What applies, or `null` when no place has a value. */
	effective: Layer.nullable(),
	/** What it hides, strongest first. */
	shadows: z.array(Layer),
	/** Milliseconds since 1970 of the save of `version`; `null` when not saved here. */
	savedAt: z.number().nullable(),
	savedBy: z.string().nullable(),
	/** `VALUE_DAMAGED` when the saved value does not open. The rest of the list is unharmed. */
	problem: z.literal("VALUE_DAMAGED").nullable(),
});

export const SettingsList = z.object({
	environment: z.string(),
	revision: z.int(),
	settings: z.array(SettingView),
});

/**
 * How a mirror fared: `mirrored`, its file holds every saved value; `vault-only`, the values in `names` have no form all
 * readers agree on and only Holdfast has them; `drift`, the lines of `names` were edited by hand and left alone;
 * `pending`, it could not be written and is retried; `off`, the environment has no mirror.
 */
export const MirrorStatus = z.object({
	target: z.string(),
	status: z.enum(["mirrored", "vault-only", "drift", "pending", "off"]),
	names: z.array(z.string()),
	reason: z.string().nullable(),
});

export const SaveResult = z.object({
	revision: z.int(),
	settings: z.array(SettingView),
	mirrors: z.array(MirrorStatus),
	/**
	 * Running processes that these values are for, Holdfast servers among them, and how many of them hold what is saved
	 * already. `workers.list` names them.
	 */
	workers: z.object({ live: z.int(), converged: z.int() }),
});

export const RevealResult = z.object({
	name: z.string(),
	value: z.string(),
	version: z.int().nullable(),
	source: z.enum(SOURCES),
});

export const VersionView = z.object({
	version: z.int(),
	revision: z.int(),
	/** Milliseconds since 1970. For people: order comes from `revision`. */
	at: z.number(),
	by: z.string(),
	/** Against the version before it. `kept`: the same value again; of a secret that is told only to who may reveal it. */
	change: z.enum(["created", "changed", "kept", "removed"]),
	/** The version whose value this one brought back; `null` for any other. */
	restoredFrom: z.int().nullable(),
	removed: z.boolean(),
	secret: z.boolean(),
	shown: z.string().nullable(),
	message: z.string().nullable(),
});

export const Explanation = z.object({
	name: z.string(),
	environment: z.string(),
	/** Every place that has a value, strongest first; the first one applies. */
	chain: z.array(Layer),
	/** One sentence for people. */
	sentence: z.string(),
});

export type SaveSettings = z.infer<typeof SaveSettings>;
export type RemoveSetting = z.infer<typeof RemoveSetting>;
export type RestoreSetting = z.infer<typeof RestoreSetting>;
export type ListSettings = z.infer<typeof ListSettings>;
export type OneSetting = z.infer<typeof OneSetting>;
export type ExplainSetting = z.infer<typeof ExplainSetting>;
export type Owner = z.infer<typeof Owner>;
export type Write = z.infer<typeof Write>;
export type Source = (typeof SOURCES)[number];
export type Layer = z.infer<typeof Layer>;
export type SettingView = z.infer<typeof SettingView>;
export type SettingsList = z.infer<typeof SettingsList>;
export type MirrorStatus = z.infer<typeof MirrorStatus>;
export type SaveResult = z.infer<typeof SaveResult>;
export type RevealResult = z.infer<typeof RevealResult>;
export type VersionView = z.infer<typeof VersionView>;
export type Explanation = z.infer<typeof Explanation>;
