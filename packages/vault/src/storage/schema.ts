/**
 * The tables, once, for drizzle's queries and for the migrations generated from them (`npm run migration` in this package).
 * Nothing secret is stored in the clear: `sealed` columns hold envelopes, `fingerprint` keyed digests, `hash` digests of
 * random credentials. Times are milliseconds since 1970 and only for people; order comes from revisions and indexes.
 */
import type { Narrowed } from "@holdfast/contract";
import type { Drill, MirrorOptions, Policy, RotationKind } from "@holdfast/contract/schemas";
import type { Derivation } from "@holdfast/crypto";
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/** The options of a mirror that were chosen; what is not here is as usual. */
export type StoredMirror = Partial<MirrorOptions>;

const sealed = () => blob({ mode: "buffer" }).notNull();

/** A rotation under way, or the last one; see rotation.ts. */
export interface StoredRotation {
	kind: RotationKind;
	/** The root keys before and after; `null` for data keys. */
	from: string | null;
	to: string | null;
	total: number;
	done: number;
	startedAt: number;
	startedBy: string;
	finishedAt: number | null;
}

/** One row: which instance this is, which root key it is sealed under, and the counter of its commits. */
export const instances = sqliteTable("instance", {
	id: text().primaryKey(),
	/** The current root key. */
	rootKeyId: text().notNull(),
	revision: integer().notNull(),
	/** How long things are kept, where that was chosen. */
	policy: text({ mode: "json" }).$type<Partial<Policy>>().notNull().default({}),
	rotation: text({ mode: "json" }).$type<StoredRotation>(),
	/** Counts the rotations of data keys: a key of an older generation is to be replaced. */
	generation: integer().notNull().default(0),
});

/** The root keys that anything here was ever sealed under. No key is stored in the clear. */
export const rootKeys = sqliteTable(
	"root_key",
	{
		id: text().primaryKey(),
		/** At most one is `current`, and at most one `previous`: while a rotation lasts, either opens everything. */
		state: text({ enum: ["current", "previous", "retired"] }).notNull(),
		/** How it is derived from a passphrase; `null` for a key that is random. */
		derivation: text({ mode: "json" }).$type<Derivation>(),
		/** A digest that the right key has; `null` for a key older than this record, until it is next used. */
		canary: text(),
		/** The key itself sealed under another root key; `null` where no other key opens it. */
		bridge: blob({ mode: "buffer" }),
		createdAt: integer(),
		retiredAt: integer(),
		/** When someone said that its recovery kit is stored. */
		kitStoredAt: integer(),
	},
	(table) => [
		uniqueIndex("root_key_current").on(table.state).where(sql`state = 'current'`),
		uniqueIndex("root_key_previous").on(table.state).where(sql`state = 'previous'`),
	],
);

/** An owner has one current key. An older one stays until nothing is sealed under it any more. */
export const dataKeys = sqliteTable(
	"data_key",
	{
		id: text().primaryKey(),
		owner: text().notNull(),
		sealed: sealed(),
		current: integer({ mode: "boolean" }).notNull().default(true),
		generation: integer().notNull().default(0),
	},
	(table) => [uniqueIndex("data_key_current").on(table.owner).where(sql`current = 1`)],
);

/** The backups that were made here, whether or not their files are still there. */
export const backups = sqliteTable("backup", {
	id: text().primaryKey(),
	/** The file's name in the folder for backups. */
	file: text().notNull(),
	at: integer().notNull(),
	revision: integer().notNull(),
	size: integer().notNull(),
	rootKeyId: text().notNull(),
	/** `schedule`, or who made it. */
	by: text().notNull(),
	drill: text({ mode: "json" }).$type<Drill>(),
});

/**
 * An environment, with all its shared values in one sealed snapshot. Everything sealed is bound to its `id`, which never
 * changes, so that a new name costs nothing. `edition` counts its snapshots and is bound into the envelope; `revision` is
 * the instance's at its last change.
 */
export const environments = sqliteTable(
	"environment",
	{
		/** `default` for the one that always exists. */
		id: text().primaryKey(),
		name: text().notNull(),
		revision: integer().notNull(),
		edition: integer().notNull(),
		snapshot: sealed(),
		/** How its file is kept, where that is not the usual way. */
		mirror: text({ mode: "json" }).$type<StoredMirror>(),
		/** A removed environment keeps its history, for whoever creates it again. */
		removed: integer({ mode: "boolean" }).notNull().default(false),
	},
	(table) => [uniqueIndex("environment_name").on(table.name).where(sql`removed = 0`)],
);

/**
 * Every version of every setting. The highest version of a place is its `current` one; a removal is a version too. The
 * migrations make it WITHOUT ROWID: the versions of a setting lie side by side, and a save writes one page of it for three.
 */
export const versions = sqliteTable(
	"version",
	{
		/** The environment's id. */
		environment: text().notNull(),
		/** `shared`, or the id of the user whose personal setting it is. */
		owner: text().notNull(),
		name: text().notNull(),
		version: integer().notNull(),
		current: integer({ mode: "boolean" }).notNull(),
		secret: integer({ mode: "boolean" }).notNull(),
		/** `null` for a removal, and for an old version whose value is no longer kept. */
		sealed: blob({ mode: "buffer" }),
		/** `null` for a removal. */
		fingerprint: text(),
		/** The version whose value this one brought back. */
		restoredFrom: integer(),
		revision: integer().notNull(),
		at: integer().notNull(),
		by: text().notNull(),
		message: text(),
	},
	(table) => [
		primaryKey({ columns: [table.environment, table.owner, table.name, table.version] }),
		uniqueIndex("version_current").on(table.environment, table.owner, table.name).where(sql`current = 1`),
	],
);

/** The project folders with `.env` files, relative to the data folder, and the revision each file was last known to hold. */
export const mirrors = sqliteTable(
	"mirror",
	{
		/** The environment's id. */
		environment: text().notNull(),
		folder: text().notNull(),
		revision: integer().notNull(),
		/**
		 * What Holdfast last wrote for each name whose line was left alone since: a fingerprint, `null` for no line. `null` in
		 * JSON: nothing is known of the file.
		 */
		base: text({ mode: "json" }).$type<Record<string, string | null> | null>().notNull().default({}),
	},
	(table) => [primaryKey({ columns: [table.environment, table.folder] })],
);

/** Running processes, with the revision each one holds. */
export const workers = sqliteTable("worker", {
	id: text().primaryKey(),
	host: text().notNull(),
	pid: integer().notNull(),
	/** What runs, for people. */
	program: text().notNull().default(""),
	kind: text({ enum: ["server", "application"] })
		.notNull()
		.default("server"),
	/** The environment's id; `null` for a server, which holds them all. */
	environment: text(),
	revision: integer().notNull(),
	/** The names whose value it has from elsewhere. */
	inherited: text({ mode: "json" }).$type<string[]>().notNull().default([]),
	/** Whether it reported itself over the network, where its `pid` says nothing here. */
	remote: integer({ mode: "boolean" }).notNull().default(false),
	seenAt: integer().notNull(),
});

export const audit = sqliteTable(
	"audit",
	{
		index: integer().primaryKey(),
		at: integer().notNull(),
		actor: text().notNull(),
		actorLabel: text().notNull(),
		action: text().notNull(),
		target: text(),
		environment: text(),
		outcome: text({ enum: ["done", "denied", "failed"] }).notNull(),
		address: text(),
		revision: integer(),
		details: text({ mode: "json" }).$type<Record<string, string | number | boolean | null>>().notNull(),
	},
	// Each index costs every commit a page, so that this one has no more than it is asked for: the last test of a provider.
	(table) => [index("audit_test").on(table.target, table.environment).where(sql`action = 'providers.test'`)],
);

export const tokens = sqliteTable("token", {
	id: text().primaryKey(),
	/** A digest of the credential. */
	hash: text().notNull().unique(),
	label: text().notNull(),
	environments: text({ mode: "json" }).$type<string[]>(),
	permissions: text({ mode: "json" }).$type<string[]>().notNull(),
	/** The addresses and ranges it may be used from; `null` for any. */
	addresses: text({ mode: "json" }).$type<string[]>(),
	/** The digest of the credential before the last rotation, and until when it is still taken. */
	previousHash: text(),
	previousUntil: integer(),
	createdAt: integer().notNull(),
	createdBy: text().notNull(),
	/** Who that was, as the audit log calls them. `null` of a token that is older than this record. */
	creator: text(),
	expiresAt: integer(),
	revokedAt: integer(),
	lastUsedAt: integer(),
});

/** Invitations, and ways back in for whoever forgot a password: each is a link that works once, for a while. */
export const links = sqliteTable("link", {
	id: text().primaryKey(),
	kind: text({ enum: ["invitation", "reset"] }).notNull(),
	/** A digest of the code in the link. */
	hash: text().notNull().unique(),
	/** Who is invited, or whose password may be set. */
	email: text().notNull(),
	/** The person whose password may be set; `null` for an invitation. */
	userId: text(),
	/** What they are invited as; `null` for a reset. */
	role: text(),
	narrowed: text({ mode: "json" }).$type<Narrowed>(),
	createdAt: integer().notNull(),
	createdBy: text().notNull(),
	/** Who that was, as the audit log calls them. */
	creator: text().notNull(),
	expiresAt: integer().notNull(),
	usedAt: integer(),
	revokedAt: integer(),
});
