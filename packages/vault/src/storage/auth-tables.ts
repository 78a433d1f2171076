/**
 * The tables of better-auth 1.7, in the same database: the columns are its own (https://better-auth.com/docs/concepts/database),
 * with those of its plugins for passkeys and second factors, and columns of our own: on the user `role`, `claimed`,
 * `narrowed` and `invitation`, on the session `provenAt`, on the second factor `lastStep`.
 */
import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

const date = () => integer({ mode: "timestamp_ms" });

export const user = sqliteTable(
	"user",
	{
		id: text().primaryKey(),
		name: text().notNull(),
		email: text().notNull().unique(),
		emailVerified: integer({ mode: "boolean" }).notNull(),
		image: text(),
		createdAt: date().notNull(),
		updatedAt: date().notNull(),
		role: text().notNull(),
		/** Whether this account was made with the claim code. At most one can be. */
		claimed: integer({ mode: "boolean" }).notNull(),
		/** In JSON, the roles in environments where that is less; see `Narrowed` in the contract. `null` for none. */
		narrowed: text(),
		/** The link this account was made with. No two accounts come of one. */
		invitation: text().unique(),
		twoFactorEnabled: integer({ mode: "boolean" }).notNull().default(false),
	},
	(table) => [uniqueIndex("user_claimed").on(table.claimed).where(sql`claimed = 1`)],
);

export const session = sqliteTable(
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

export const account = sqliteTable(
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

export const verification = sqliteTable(
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
export const twoFactor = sqliteTable(
	"two_factor",
	{
		id: text().primaryKey(),
		secret: text().notNull(),
		backupCodes: text().notNull(),
		userId: text()
			.notNull()
			.references(() => user.id, { onDelete: "cascade" }),
		verified: integer({ mode: "boolean" }).notNull().default(false),
		failedVerificationCount: integer().notNull().default(0),
		lockedUntil: date(),
		lastStep: integer().notNull().default(0),
	},
	(table) => [uniqueIndex("two_factor_user").on(table.userId)],
);

export const passkey = sqliteTable(
	"passkey",
	{
		id: text().primaryKey(),
		name: text(),
		publicKey: text().notNull(),
		userId: text()
			.notNull()
			.references(() => user.id, { onDelete: "cascade" }),
		credentialID: text().notNull().unique(),
		counter: integer().notNull(),
		deviceType: text().notNull(),
		backedUp: integer({ mode: "boolean" }).notNull(),
		transports: text(),
		createdAt: date(),
		aaguid: text(),
	},
	(table) => [index("passkey_user").on(table.userId)],
);
