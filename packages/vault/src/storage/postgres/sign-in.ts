/** How people get in, on PostgreSQL: the rules of `../sign-in.ts`. */
import { and, count, desc, eq, gt, like, ne } from "drizzle-orm";
import { Conflict } from "../conflict.ts";
import { byPerson, type Counts, PROVIDERS, toSession, WAITING } from "../sign-in.ts";
import type { Change, SessionRow } from "../storage.ts";
import { account, passkey, session, twoFactor, user, verification } from "./auth-tables.ts";
import type { Executor } from "./connect.ts";

export async function sessionsOf(db: Executor, userId: string): Promise<SessionRow[]> {
	const open = and(eq(session.userId, userId), gt(session.expiresAt, new Date()));
	const rows = await db.select().from(session).where(open).orderBy(desc(session.createdAt), session.id);
	return rows.map(toSession);
}

export async function countsOf(db: Executor): Promise<Counts> {
	const keys = await db.select({ userId: passkey.userId, rows: count() }).from(passkey).groupBy(passkey.userId);
	const open = db.select({ userId: session.userId, rows: count() }).from(session);
	const isOpen = gt(session.expiresAt, new Date());
	const of = (providerId: string) =>
		db
			.select({ userId: account.userId, rows: count() })
			.from(account)
			.where(eq(account.providerId, providerId))
			.groupBy(account.userId);
	return {
		passkeys: byPerson(keys),
		sessions: byPerson(await open.where(isOpen).groupBy(session.userId)),
		passwords: byPerson(await of(PROVIDERS.password)),
		oidc: byPerson(await of(PROVIDERS.oidc)),
	};
}

export async function writeSignIn(
	db: Executor,
	{ password, forgetFactors, disconnect, endSessions }: Change,
): Promise<void> {
	if (password) {
		const { userId, hash, at } = password;
		const own = and(eq(account.userId, userId), eq(account.providerId, PROVIDERS.password));
		const updatedAt = new Date(at);
		const { rowCount } = await db.update(account).set({ password: hash, updatedAt }).where(own);
		if (rowCount === 0) {
			await refuseGone(db, userId);
			const row = { id: password.id, accountId: userId, providerId: PROVIDERS.password, userId, password: hash };
			await db.insert(account).values({ ...row, createdAt: updatedAt, updatedAt });
		}
		const waiting = and(eq(verification.value, userId), like(verification.identifier, WAITING));
		await db.delete(verification).where(waiting);
	}
	if (forgetFactors) {
		const { userId } = forgetFactors;
		await refuseGone(db, userId);
		await db.delete(twoFactor).where(eq(twoFactor.userId, userId));
		await db.delete(passkey).where(eq(passkey.userId, userId));
		await db.update(user).set({ twoFactorEnabled: false }).where(eq(user.id, userId));
	}
	if (disconnect) {
		const { userId } = disconnect;
		const own = and(eq(account.userId, userId), eq(account.providerId, PROVIDERS.oidc));
		await db.delete(account).where(own);
		await refuseLocked(db, userId);
	}
	if (!endSessions) return;
	const { userId, only, except } = endSessions;
	const named = only === undefined ? undefined : eq(session.id, only);
	const others = except === undefined ? undefined : ne(session.id, except);
	const { rowCount } = await db.delete(session).where(and(eq(session.userId, userId), named, others));
	if (only !== undefined && rowCount === 0) throw new Conflict(only);
}

export async function refuseGone(db: Executor, userId: string): Promise<void> {
	const [row] = await db.select({ id: user.id }).from(user).where(eq(user.id, userId));
	if (!row) throw new Conflict(userId);
}

export async function refuseLocked(db: Executor, userId: string): Promise<void> {
	const own = await db.select({ id: account.id }).from(account).where(eq(account.userId, userId));
	const keys = await db.select({ id: passkey.id }).from(passkey).where(eq(passkey.userId, userId));
	if (own.length + keys.length === 0) throw new Conflict(userId);
}
