/** Second factors and passkeys, on PostgreSQL: the rules of `../factors.ts`. */
import { and, eq, lt, ne } from "drizzle-orm";
import { Conflict } from "../conflict.ts";
import { columnsOf, type FactorRow, type FactorStep, type PasskeyRow, type PasskeyStep, valuesOf } from "../factors.ts";
import { passkey, session, twoFactor, user } from "./auth-tables.ts";
import { unlessTaken } from "./conflict.ts";
import type { Executor } from "./connect.ts";
import { refuseGone, refuseLocked } from "./sign-in.ts";

export async function factorOf(db: Executor, userId: string): Promise<FactorRow | null> {
	const [row] = await db.select().from(twoFactor).where(eq(twoFactor.userId, userId));
	return row ?? null;
}

export async function passkeysOf(db: Executor, userId: string): Promise<PasskeyRow[]> {
	return await db.select().from(passkey).where(eq(passkey.userId, userId)).orderBy(passkey.createdAt, passkey.id);
}

export async function passkeyByCredential(db: Executor, credentialId: string): Promise<PasskeyRow | null> {
	const [row] = await db.select().from(passkey).where(eq(passkey.credentialID, credentialId));
	return row ?? null;
}

export async function writeFactor(db: Executor, step: FactorStep): Promise<void> {
	const { userId } = step;
	const own = eq(twoFactor.userId, userId);
	const isOn = and(own, eq(twoFactor.verified, true));
	if (step.step === "begun") {
		const { id, secret, backupCodes } = step;
		await db.delete(twoFactor).where(and(own, eq(twoFactor.verified, false)));
		await refuseGone(db, userId);
		await unlessTaken(userId, db.insert(twoFactor).values({ id, userId, secret, backupCodes }));
		return;
	}
	const set = async (where: typeof isOn) => {
		const { rowCount } = await db.update(twoFactor).set(columnsOf(step)).where(where);
		if (rowCount !== 1) throw new Conflict(userId);
	};
	if (step.step === "confirmed") {
		const { timeStep, sessionId } = step;
		await set(and(own, eq(twoFactor.verified, false), lt(twoFactor.lastStep, timeStep)));
		await db.update(user).set({ twoFactorEnabled: true }).where(eq(user.id, userId));
		const others = and(eq(session.userId, userId), ne(session.id, sessionId));
		await db.update(session).set({ provenAt: null }).where(others);
	} else if (step.step === "code-used") await set(and(isOn, lt(twoFactor.lastStep, step.timeStep)));
	else if (step.step === "codes-left")
		await set(step.before === null ? isOn : and(isOn, eq(twoFactor.backupCodes, step.before)));
	else if (step.step === "failed") await set(own);
	else {
		const { rowCount } = await db.delete(twoFactor).where(own);
		if (rowCount !== 1) throw new Conflict(userId);
		await db.update(user).set({ twoFactorEnabled: false }).where(eq(user.id, userId));
	}
}

export async function writePasskey(db: Executor, step: PasskeyStep): Promise<void> {
	if (step.step === "added") {
		await refuseGone(db, step.row.userId);
		await unlessTaken(step.row.id, db.insert(passkey).values(step.row));
		return;
	}
	const { id } = step;
	const compared = step.step === "used" ? eq(passkey.counter, step.before) : eq(passkey.userId, step.userId);
	const where = and(eq(passkey.id, id), compared);
	const { rowCount } =
		step.step === "removed"
			? await db.delete(passkey).where(where)
			: await db.update(passkey).set(valuesOf(step)).where(where);
	if (rowCount !== 1) throw new Conflict(id);
	if (step.step === "removed") await refuseLocked(db, step.userId);
}
