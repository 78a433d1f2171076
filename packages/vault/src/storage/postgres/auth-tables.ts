/** The tables of better-auth 1.7 in PostgreSQL: those of `../auth-tables.ts`. */
import { sql } from "drizzle-orm";
import { index, pgTable, uniqueIndex } from "drizzle-orm/pg-core";
import { date, flag, text } from "./columns.ts";

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
