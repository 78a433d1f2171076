/**
 * Second factors and passkeys, as rows. Each step compares what it was decided on with what is stored in the writing of it,
 * so that of two who use one code, or one recovery code, a single one is let through.
 */
import { and, eq, lt, ne, sql } from "drizzle-orm";
import { passkey, session, twoFactor, user } from "./auth-tables.ts";
import { Conflict, unlessTaken } from "./conflict.ts";
import type { SqliteDatabase } from "./connect.ts";
import { refuseGone, refuseLocked } from "./sign-in.ts";

export interface FactorRow {
	userId: string;
	/** Encrypted. */
	secret: string;
	/** The keyed digests of the recovery codes that are left, in JSON. */
	backupCodes: string;
	/** Whether a code has confirmed it. Until then nobody is asked for one. */
	verified: boolean;
	/** How often in a row a code was wrong. */
	failedVerificationCount: number;
	/** Until when no code is looked at. */
	lockedUntil: Date | null;
	/** The time step of the last code that was taken. */
	lastStep: number;
}

export interface PasskeyRow {
	id: string;
	userId: string;
	name: string | null;
	/** Of WebAuthn, in base64url. */
	credentialID: string;
	/** In COSE, in base64url. */
	publicKey: string;
	counter: number;
	deviceType: string;
	backedUp: boolean;
	/** Names joined by commas. */
	transports: string | null;
	createdAt: Date | null;
	aaguid: string | null;
}

/** A step of someone's second factor. */
export type FactorStep = {
	userId: string;
} /** One that is to be confirmed, in the place of another that never was. Refused over one that is on. */ & (
	| { step: "begun"; id: string; secret: string; backupCodes: string }
	/** On from here, by a code of that time step. The proofs that their other sessions gave, with less, count no more. */
	| { step: "confirmed"; timeStep: number; sessionId: string }
	| { step: "code-used"; timeStep: number }
	/** Digests in the place of `before`, or of whichever there are. */
	| { step: "codes-left"; before: string | null; backupCodes: string }
	/** A wrong code. The one that makes so many in a row shuts the factor for a while. */
	| { step: "failed"; most: number; until: Date }
	| { step: "off" }
);

/** A step of one of someone's passkeys. */
export type PasskeyStep =
	| { step: "added"; row: PasskeyRow }
	| { step: "renamed"; id: string; userId: string; name: string }
	/** A conflict by the id of its owner when they have no other way in. */
	| { step: "removed"; id: string; userId: string }
	/** Signed with: the counter goes on from the one that was compared. */
	| { step: "used"; id: string; before: number; counter: number; backedUp: boolean };

export function factorOf(db: SqliteDatabase, userId: string): FactorRow | null {
	return db.select().from(twoFactor).where(eq(twoFactor.userId, userId)).get() ?? null;
}

export function passkeysOf(db: SqliteDatabase, userId: string): PasskeyRow[] {
	return db.select().from(passkey).where(eq(passkey.userId, userId)).orderBy(passkey.createdAt, passkey.id).all();
}

export function passkeyByCredential(db: SqliteDatabase, credentialId: string): PasskeyRow | null {
	return db.select().from(passkey).where(eq(passkey.credentialID, credentialId)).get() ?? null;
}

export function writeFactor(db: SqliteDatabase, step: FactorStep): void {
	const { userId } = step;
	const own = eq(twoFactor.userId, userId);
	const isOn = and(own, eq(twoFactor.verified, true));
	if (step.step === "begun") {
		const { id, secret, backupCodes } = step;
		db.delete(twoFactor)
			.where(and(own, eq(twoFactor.verified, false)))
			.run();
		refuseGone(db, userId);
		unlessTaken(userId, () => db.insert(twoFactor).values({ id, userId, secret, backupCodes }).run());
		return;
	}
	const set = (where: typeof isOn) => {
		if (db.update(twoFactor).set(columnsOf(step)).where(where).run().changes !== 1) throw new Conflict(userId);
	};
	if (step.step === "confirmed") {
		const { timeStep, sessionId } = step;
		set(and(own, eq(twoFactor.verified, false), lt(twoFactor.lastStep, timeStep)));
		db.update(user).set({ twoFactorEnabled: true }).where(eq(user.id, userId)).run();
		const others = and(eq(session.userId, userId), ne(session.id, sessionId));
		db.update(session).set({ provenAt: null }).where(others).run();
	} else if (step.step === "code-used") set(and(isOn, lt(twoFactor.lastStep, step.timeStep)));
	else if (step.step === "codes-left")
		set(step.before === null ? isOn : and(isOn, eq(twoFactor.backupCodes, step.before)));
	else if (step.step === "failed") set(own);
	else {
		if (db.delete(twoFactor).where(own).run().changes !== 1) throw new Conflict(userId);
		db.update(user).set({ twoFactorEnabled: false }).where(eq(user.id, userId)).run();
	}
}

/** What a step writes into the row that is there. A right code ends the count of wrong ones. */
export function columnsOf(step: FactorStep) {
	const right = { failedVerificationCount: 0, lockedUntil: null };
	if (step.step === "confirmed") return { ...right, verified: true, lastStep: step.timeStep };
	if (step.step === "code-used") return { ...right, lastStep: step.timeStep };
	if (step.step === "codes-left") return { ...(step.before !== null && right), backupCodes: step.backupCodes };
	if (step.step !== "failed") return {};
	const isLast = sql`failed_verification_count + 1 >= ${step.most}`;
	return {
		failedVerificationCount: sql<number>`case when ${isLast} then 0 else failed_verification_count + 1 end`,
		lockedUntil: sql<Date | null>`case when ${isLast} then ${step.until.getTime()} else locked_until end`,
	};
}

export function writePasskey(db: SqliteDatabase, step: PasskeyStep): void {
	if (step.step === "added") {
		refuseGone(db, step.row.userId);
		unlessTaken(step.row.id, () => db.insert(passkey).values(step.row).run());
		return;
	}
	const { id } = step;
	const compared = step.step === "used" ? eq(passkey.counter, step.before) : eq(passkey.userId, step.userId);
	const where = and(eq(passkey.id, id), compared);
	const { changes } =
		step.step === "removed"
			? db.delete(passkey).where(where).run()
			: db.update(passkey).set(valuesOf(step)).where(where).run();
	if (changes !== 1) throw new Conflict(id);
	if (step.step === "removed") refuseLocked(db, step.userId);
}

/** What a step changes of a passkey. */
export function valuesOf(step: Extract<PasskeyStep, { step: "renamed" | "used" }>) {
	return step.step === "renamed" ? { name: step.name } : { counter: step.counter, backedUp: step.backedUp };
}
