/** How people get in, as rows: their sessions, a password in the place of another, and the end of their second factors. */
import { and, count, desc, eq, gt, like, ne } from "drizzle-orm";
import { account, passkey, session, twoFactor, user, verification } from "./auth-tables.ts";
import { Conflict } from "./conflict.ts";
import type { SqliteDatabase } from "./connect.ts";
import type { Change, PersonRow, SessionRow } from "./storage.ts";

export function sessionsOf(db: SqliteDatabase, userId: string): SessionRow[] {
	const open = and(eq(session.userId, userId), gt(session.expiresAt, new Date()));
	const rows = db.select().from(session).where(open).orderBy(desc(session.createdAt), session.id).all();
	return rows.map(toSession);
}

export function toSession(row: Pick<typeof session.$inferSelect, keyof SessionRow>): SessionRow {
	const { id, userId, ipAddress, userAgent, createdAt, updatedAt, expiresAt } = row;
	return { id, userId, ipAddress, userAgent, createdAt, updatedAt, expiresAt };
}

/** How many passkeys and open sessions people have, and how many accounts of each kind of sign-in, by their ids. */
export interface Counts {
	passkeys: ReadonlyMap<string, number>;
	sessions: ReadonlyMap<string, number>;
	passwords: ReadonlyMap<string, number>;
	oidc: ReadonlyMap<string, number>;
}

/** As better-auth calls them. */
export const PROVIDERS = { password: "credential", oidc: "oidc" } as const;

/** Of a sign-in that waits for its second factor, as better-auth's plugin names it: its value is whose it is. */
export const WAITING = "2fa-%";

export function toPerson(
	row: Omit<PersonRow, "createdAt" | "password" | "oidc" | "passkeys" | "sessions"> & { createdAt: Date },
	{ passkeys, sessions, passwords, oidc }: Counts,
): PersonRow {
	const { id } = row;
	return {
		...row,
		createdAt: row.createdAt.getTime(),
		password: passwords.has(id),
		oidc: oidc.has(id),
		passkeys: passkeys.get(id) ?? 0,
		sessions: sessions.get(id) ?? 0,
	};
}

export function countsOf(db: SqliteDatabase): Counts {
	const keys = db.select({ userId: passkey.userId, rows: count() }).from(passkey).groupBy(passkey.userId);
	const open = db.select({ userId: session.userId, rows: count() }).from(session);
	const isOpen = gt(session.expiresAt, new Date());
	const of = (providerId: string) =>
		db
			.select({ userId: account.userId, rows: count() })
			.from(account)
			.where(eq(account.providerId, providerId))
			.groupBy(account.userId)
			.all();
	return {
		passkeys: byPerson(keys.all()),
		sessions: byPerson(open.where(isOpen).groupBy(session.userId).all()),
		passwords: byPerson(of(PROVIDERS.password)),
		oidc: byPerson(of(PROVIDERS.oidc)),
	};
}

export function byPerson(rows: ReadonlyArray<{ userId: string; rows: number }>): Map<string, number> {
	return new Map(rows.map((row) => [row.userId, row.rows]));
}

export function writeSignIn(db: SqliteDatabase, { password, forgetFactors, disconnect, endSessions }: Change): void {
	if (password) {
		const { userId, hash, at } = password;
		const own = and(eq(account.userId, userId), eq(account.providerId, PROVIDERS.password));
		const updatedAt = new Date(at);
		const { changes } = db.update(account).set({ password: hash, updatedAt }).where(own).run();
		if (changes === 0) {
			refuseGone(db, userId);
			const row = { id: password.id, accountId: userId, providerId: PROVIDERS.password, userId, password: hash };
			db.insert(account)
				.values({ ...row, createdAt: updatedAt, updatedAt })
				.run();
		}
		const waiting = and(eq(verification.value, userId), like(verification.identifier, WAITING));
		db.delete(verification).where(waiting).run();
	}
	if (forgetFactors) {
		const { userId } = forgetFactors;
		refuseGone(db, userId);
		db.delete(twoFactor).where(eq(twoFactor.userId, userId)).run();
		db.delete(passkey).where(eq(passkey.userId, userId)).run();
		db.update(user).set({ twoFactorEnabled: false }).where(eq(user.id, userId)).run();
	}
	if (disconnect) {
		const { userId } = disconnect;
		const own = and(eq(account.userId, userId), eq(account.providerId, PROVIDERS.oidc));
		db.delete(account).where(own).run();
		refuseLocked(db, userId);
	}
	if (!endSessions) return;
	const { userId, only, except } = endSessions;
	const named = only === undefined ? undefined : eq(session.id, only);
	const others = except === undefined ? undefined : ne(session.id, except);
	const { changes } = db
		.delete(session)
		.where(and(eq(session.userId, userId), named, others))
		.run();
	if (only !== undefined && changes === 0) throw new Conflict(only);
}

export function refuseGone(db: SqliteDatabase, userId: string): void {
	if (!db.select({ id: user.id }).from(user).where(eq(user.id, userId)).get()) throw new Conflict(userId);
}

/** What signs someone in is a password, an identity or a passkey: one of them has to be left. */
export function refuseLocked(db: SqliteDatabase, userId: string): void {
	const own = db.select({ id: account.id }).from(account).where(eq(account.userId, userId)).get();
	const key = db.select({ id: passkey.id }).from(passkey).where(eq(passkey.userId, userId)).get();
	if (!own && !key) throw new Conflict(userId);
}
