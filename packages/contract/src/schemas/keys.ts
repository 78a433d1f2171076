/** The root key and the data keys beneath it: the recovery kit, and rotation. */
import { z } from "zod";

/** Where a root key is had from; see `RootKeySource` in the vault. */
export const ROOT_KEY_SOURCES = ["variable", "command", "passphrase", "file"] as const;

export const RecoveryKit = z.object({
	/** The root key itself as text for paper. Shown until it is confirmed to be stored. */
	kit: z.string(),
	/** The fingerprint of the key: `3fa2-81c0-9be4-77d1`. */
	fingerprint: z.string(),
	instance: z.string(),
	/** Milliseconds since 1970; `null` for a key that is older than this record. */
	createdAt: z.number().nullable(),
});

/** A fingerprint and nothing else, since it is told and recorded: the kit itself, put here by mistake, must not be. */
export const ConfirmKit = z.strictObject({ fingerprint: z.string().regex(/^[0-9a-f]{4}(-[0-9a-f]{4}){3}$/) });

/** `root`: a new root key, data keys re-sealed. `data`: new data keys, values re-sealed. */
export const RotationKind = z.enum(["root", "data"]);

export const RotateKeys = z
	.strictObject({
		what: RotationKind.default("root"),
		/** The passphrase that the new root key is to be derived from. */
		passphrase: z.string().min(1).max(1_000).optional(),
	})
	.refine(({ what, passphrase }) => what === "root" || passphrase === undefined, "Data keys have no passphrase.");

export const RotationView = z.object({
	kind: RotationKind,
	/** `resealing`; `waiting` for a person to put the new root key where it is read from; `done`. */
	stage: z.enum(["resealing", "waiting", "done"]),
	/** Rows to touch, and rows touched. */
	total: z.int(),
	done: z.int(),
	startedAt: z.number(),
	startedBy: z.string(),
	/** What a person has to do while it waits: one sentence. */
	wanted: z.string().nullable(),
	/** The fingerprints of the root key before and after; `null` for data keys. */
	from: z.string().nullable(),
	to: z.string().nullable(),
});

export const RootKeyView = z.object({
	fingerprint: z.string(),
	source: z.enum(ROOT_KEY_SOURCES),
	/** For people: a path, a variable's name. */
	place: z.string(),
	createdAt: z.number().nullable(),
	/** When someone said that the recovery kit is stored. */
	kitStoredAt: z.number().nullable(),
	/** Fingerprints of the keys before it: backups made under them still open. */
	retired: z.array(z.object({ fingerprint: z.string(), retiredAt: z.number().nullable() })),
});

export type RootKeyKind = (typeof ROOT_KEY_SOURCES)[number];
export type RecoveryKit = z.infer<typeof RecoveryKit>;
export type ConfirmKit = z.infer<typeof ConfirmKit>;
export type RotationKind = z.infer<typeof RotationKind>;
export type RotateKeys = z.infer<typeof RotateKeys>;
export type RotationView = z.infer<typeof RotationView>;
export type RootKeyView = z.infer<typeof RootKeyView>;
