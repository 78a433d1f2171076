/**
 * The tables in PostgreSQL: those of `../schema.ts`, where each is explained, and one more. Migrations are generated from
 * them (`pnpm migration:postgres` in this package).
 */
import type { Narrowed } from "@holdfast/contract";
import type { Drill, Policy } from "@holdfast/contract/schemas";
import type { Derivation } from "@holdfast/crypto";
import { sql } from "drizzle-orm";
import { index, integer, pgTable, primaryKey, uniqueIndex } from "drizzle-orm/pg-core";
import type { StoredMirror, StoredRotation } from "../schema.ts";
import type { AuditRow, LinkRow, RootKeyRow, WorkerRow } from "../storage.ts";
import { bytes, flag, json, long, text } from "./columns.ts";

export const instances = pgTable("instance", {
	id: text().primaryKey(),
	rootKeyId: text().notNull(),
	revision: long().notNull(),
	policy: json<Partial<Policy>>().notNull().default(sql`'{}'`),
	rotation: json<StoredRotation>(),
	generation: integer().notNull().default(0),
});

export const rootKeys = pgTable(
	"root_key",
	{
		id: text().primaryKey(),
		state: text().$type<RootKeyRow["state"]>().notNull(),
		derivation: json<Derivation>(),
		canary: text(),
		bridge: bytes(),
		createdAt: long(),
		retiredAt: long(),
		kitStoredAt: long(),
	},
	(table) => [
		uniqueIndex("root_key_current").on(table.state).where(sql`state = 'current'`),
		uniqueIndex("root_key_previous").on(table.state).where(sql`state = 'previous'`),
	],
);

export const dataKeys = pgTable(
	"data_key",
	{
		id: text().primaryKey(),
		owner: text().notNull(),
		sealed: bytes().notNull(),
		current: flag().notNull().default(sql`1`),
		generation: integer().notNull().default(0),
	},
	(table) => [uniqueIndex("data_key_current").on(table.owner).where(sql`current = 1`)],
);

export const backups = pgTable("backup", {
	id: text().primaryKey(),
	file: text().notNull(),
	at: long().notNull(),
	revision: long().notNull(),
	size: long().notNull(),
	rootKeyId: text().notNull(),
	by: text().notNull(),
	drill: json<Drill>(),
});

export const environments = pgTable(
	"environment",
	{
		id: text().primaryKey(),
		name: text().notNull(),
		revision: long().notNull(),
		edition: integer().notNull(),
		snapshot: bytes().notNull(),
		mirror: json<StoredMirror>(),
		removed: flag().notNull().default(sql`0`),
	},
	(table) => [uniqueIndex("environment_name").on(table.name).where(sql`removed = 0`)],
);

export const versions = pgTable(
	"version",
	{
		environment: text().notNull(),
		owner: text().notNull(),
		name: text().notNull(),
		version: integer().notNull(),
		current: flag().notNull(),
		secret: flag().notNull(),
		sealed: bytes(),
		fingerprint: text(),
		restoredFrom: integer(),
		revision: long().notNull(),
		at: long().notNull(),
		by: text().notNull(),
		message: text(),
	},
	(table) => [
		primaryKey({ columns: [table.environment, table.owner, table.name, table.version] }),
		uniqueIndex("version_current").on(table.environment, table.owner, table.name).where(sql`current = 1`),
	],
);

export const mirrors = pgTable(
	"mirror",
	{
		environment: text().notNull(),
		folder: text().notNull(),
		revision: long().notNull(),
		base: json<Record<string, string | null> | null>().notNull().default(sql`'{}'`),
	},
	(table) => [primaryKey({ columns: [table.environment, table.folder] })],
);

export const workers = pgTable("worker", {
	id: text().primaryKey(),
	host: text().notNull(),
	pid: integer().notNull(),
	program: text().notNull().default(""),
	kind: text().$type<WorkerRow["kind"]>().notNull().default("server"),
	environment: text(),
	revision: long().notNull(),
	inherited: json<string[]>().notNull().default(sql`'[]'`),
	remote: flag().notNull().default(sql`0`),
	seenAt: long().notNull(),
});

export const audit = pgTable(
	"audit",
	{
		index: long().primaryKey(),
		at: long().notNull(),
		actor: text().notNull(),
		actorLabel: text().notNull(),
		action: text().notNull(),
		target: text(),
		environment: text(),
		outcome: text().$type<AuditRow["outcome"]>().notNull(),
		address: text(),
		revision: long(),
		details: json<AuditRow["details"]>().notNull(),
	},
	(table) => [index("audit_test").on(table.target, table.environment).where(sql`action = 'providers.test'`)],
);

export const tokens = pgTable("token", {
	id: text().primaryKey(),
	hash: text().notNull().unique(),
	label: text().notNull(),
	environments: json<string[]>(),
	permissions: json<string[]>().notNull(),
	addresses: json<string[]>(),
	previousHash: text(),
	previousUntil: long(),
	createdAt: long().notNull(),
	createdBy: text().notNull(),
	creator: text(),
	expiresAt: long(),
	revokedAt: long(),
	lastUsedAt: long(),
});

/** Commits of the last day, each written in its own transaction, so that one whose answer was lost can be looked up. */
export const commitIds = pgTable("commit_id", {
	id: text().primaryKey(),
	/** The instance's after the commit. */
	revision: long().notNull(),
	at: long().notNull(),
});

export const links = pgTable("link", {
	id: text().primaryKey(),
	kind: text().$type<LinkRow["kind"]>().notNull(),
	hash: text().notNull().unique(),
	email: text().notNull(),
	userId: text(),
	role: text(),
	narrowed: json<Narrowed>(),
	createdAt: long().notNull(),
	createdBy: text().notNull(),
	creator: text().notNull(),
	expiresAt: long().notNull(),
	usedAt: long(),
	revokedAt: long(),
});
