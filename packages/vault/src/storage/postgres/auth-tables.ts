/** The tables of better-auth 1.7 in PostgreSQL: those of `../auth-tables.ts`. */
import { sql } from "drizzle-orm";
import { index, integer, pgTable, uniqueIndex } from "drizzle-orm/pg-core";
import { date, flag, long, text } from "./columns.ts";

export const user = pgTable(
	"user",
	{
		id: text().primaryKey(),
		name: text().notNull(),
		email: text().notNull().unique(),
		emailVerified: flag().notNull(),
		image: text(),
		createdAt: date().notNull(),
		updatedAt: date().notNull(),
		role: text().notNull(),
		/** Whether this account was made with the claim code. At most one can be. */
		claimed: flag().notNull(),
		/** In JSON, the roles in environments where that is less; see `Narrowed` in the contract. `null` for none. */
		narrowed: text(),
		/** The link this account was made with. No two accounts come of one. */
		invitation: text().unique(),
		twoFactorEnabled: flag().notNull().default(sql`0`),
	},
	(table) => [uniqueIndex("user_claimed").on(table.claimed).where(sql`claimed = 1`)],
);

export const session = pgTable(
	"session",
	{
		id: text().primaryKey(),
		expiresAt: date().notNull(),
		token: text().notNull().unique(),
		createdAt: date().notNull(),
		updatedAt: date().notNull(),
		ipAddress: text(),
		userAgent: text(),
		userId: text()
			.notNull()
			.references(() => user.id, { onDelete: "cascade" }),
		/** When its person last proved who they are. `null` of a session that is older than this record. */
		provenAt: date(),
	},
	(table) => [index("session_user").on(table.userId)],
);

export const account = pgTable(
	"account",
	{
		id: text().primaryKey(),
		accountId: text().notNull(),
		providerId: text().notNull(),
		userId: text()
			.notNull()
			.references(() => user.id, { onDelete: "cascade" }),
		accessToken: text(),
		refreshToken: text(),
		idToken: text(),
		accessTokenExpiresAt: date(),
		refreshTokenExpiresAt: date(),
		scope: text(),
		password: text(),
		createdAt: date().notNull(),
		updatedAt: date().notNull(),
	},
	(table) => [index("account_user").on(table.userId)],
);

export const verification = pgTable(
	"verification",
	{
		id: text().primaryKey(),
		identifier: text().notNull(),
		value: text().notNull(),
		expiresAt: date().notNull(),
		createdAt: date().notNull(),
		updatedAt: date().notNull(),
	},
	(table) => [index("verification_identifier").on(table.identifier)],
);

/**
 * The second factor of whoever has one, or is about to. Nothing here is of use to whoever reads the database alone: the secret
 * is encrypted under the key of sessions, and of each recovery code that is left there is a keyed digest, in JSON; both keys
 * come of the instance's own. `lastStep` is the time step of the last code that was taken: none of it or before is taken again.
 */
export const twoFactor = pgTable(
	"two_factor",
	{
		id: text().primaryKey(),
		secret: text().notNull(),
		backupCodes: text().notNull(),
		userId: text()
			.notNull()
			.references(() => user.id, { onDelete: "cascade" }),
		verified: flag().notNull().default(sql`0`),
		failedVerificationCount: integer().notNull().default(0),
		lockedUntil: date(),
		lastStep: integer().notNull().default(0),
	},
	(table) => [uniqueIndex("two_factor_user").on(table.userId)],
);

export const passkey = pgTable(
	"passkey",
	{
		id: text().primaryKey(),
		name: text(),
		publicKey: text().notNull(),
		userId: text()
			.notNull()
			.references(() => user.id, { onDelete: "cascade" }),
		credentialID: text().notNull().unique(),
		counter: long().notNull(),
		deviceType: text().notNull(),
		backedUp: flag().notNull(),
		transports: text(),
		createdAt: date(),
		aaguid: text(),
	},
	(table) => [index("passkey_user").on(table.userId)],
);
