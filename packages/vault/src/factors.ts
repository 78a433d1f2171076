/**
 * The second factor of people: codes of an authenticator app, and recovery codes. Guards that each code is taken once, and that
 * wrong ones are few. The secret comes and goes encrypted; what it is encrypted under is the server's.
 */
import { randomUUID } from "node:crypto";
import { AppError, type ProvenAct } from "@holdfast/contract";
import { plainRecoveryCode, recoveryCode, totpStep } from "@holdfast/crypto";
import { authorizePerson, type Caller, entry } from "./access.ts";
import type { FactorRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** How many recovery codes someone gets. */
const RECOVERY_CODES = 10;
/** So many wrong codes in a row, whatever address they come from, shut a second factor for so many milliseconds. */
const WRONG_CODES = { most: 10, shutFor: 15 * 60_000 };
/** Tries to use up a recovery code while others use theirs. */
const TRIES = 20;

/** What opens the secret of a row. */
export type Opener = (encrypted: string) => Promise<Uint8Array>;

/** What is typed to prove oneself: a code of an app, or one of the recovery codes. */
export type TypedCode = { code: string } | { recoveryCode: string };

/**
 * Begin to set up a second factor. It is asked for once `confirm` has seen a code of it.
 *
 * @returns the recovery codes, which nobody can see again.
 * @throws AppError `PROOF_NEEDED`; `SECOND_FACTOR_ON`
 */
export async function begin(vault: Vault, caller: Caller, secret: string): Promise<string[]> {
	const act = ownAct("session.enableTwoFactor");
	const userId = await authorizePerson(vault, caller, act);
	const { codes, backupCodes } = newCodes(vault, userId);
	const factor = { userId, step: "begun", id: randomUUID(), secret, backupCodes } as const;
	const committed = await vault.storage.commit({ factor, audit: [entry(caller, { ...act, outcome: "done" })] });
	if (!committed.done) throw new AppError("SECOND_FACTOR_ON");
	return codes;
}

/**
 * Turn on the second factor that was set up, by a code of it. What the person's other sessions had proven, without it, counts
 * no more.
 *
 * @throws AppError `SECOND_FACTOR_OFF` when none was set up; `SECOND_FACTOR_ON`; `CODE_WRONG`; `RATE_LIMITED`
 */
export async function confirm(vault: Vault, caller: Caller, typed: { code: string; open: Opener }): Promise<void> {
	const userId = caller.userId ?? "";
	const factor = await openFactor(vault, userId);
	if (factor.verified) throw new AppError("SECOND_FACTOR_ON");
	const timeStep = totpStep(await typed.open(factor.secret), typed.code, Date.now());
	if (timeStep === null) return wrong(vault, userId);
	const act = { action: "session.confirmTwoFactor", target: null, environment: null } as const;
	const step = { userId, step: "confirmed", timeStep, sessionId: caller.sessionId ?? "" } as const;
	const audit = [entry(caller, { ...act, outcome: "done" })];
	const committed = await vault.storage.commit({ factor: step, audit });
	if (!committed.done) throw new AppError("CODE_WRONG");
}

/** Turn the second factor off. Passkeys stay. @throws AppError `PROOF_NEEDED`; `SECOND_FACTOR_OFF` */
export async function disable(vault: Vault, caller: Caller): Promise<void> {
	const act = ownAct("session.disableTwoFactor");
	const userId = await authorizePerson(vault, caller, act);
	const audit = [entry(caller, { ...act, outcome: "done" })];
	const committed = await vault.storage.commit({ factor: { userId, step: "off" }, audit });
	if (!committed.done) throw new AppError("SECOND_FACTOR_OFF");
}

/** Other recovery codes in the place of all that are left. @throws AppError `PROOF_NEEDED`; `SECOND_FACTOR_OFF` */
export async function renewCodes(vault: Vault, caller: Caller): Promise<string[]> {
	const act = ownAct("session.recoveryCodes");
	const userId = await authorizePerson(vault, caller, act);
	const { codes, backupCodes } = newCodes(vault, userId);
	const factor = { userId, step: "codes-left", before: null, backupCodes } as const;
	const committed = await vault.storage.commit({ factor, audit: [entry(caller, { ...act, outcome: "done" })] });
	if (!committed.done) throw new AppError("SECOND_FACTOR_OFF");
	return codes;
}

/**
 * Take a code of someone's second factor, which is then used up: no other request is let through by it, whatever server it
 * reaches and however close it follows.
 *
 * @throws AppError `SECOND_FACTOR_OFF`; `CODE_WRONG`; `RATE_LIMITED` after many wrong ones.
 */
export async function use(vault: Vault, userId: string, typed: TypedCode & { open: Opener }): Promise<void> {
	const factor = await openFactor(vault, userId);
	if (!factor.verified) throw new AppError("SECOND_FACTOR_OFF");
	if ("recoveryCode" in typed) return useRecoveryCode(vault, factor, typed.recoveryCode);
	const timeStep = totpStep(await typed.open(factor.secret), typed.code, Date.now());
	if (timeStep === null) return wrong(vault, userId);
	const committed = await vault.storage.commit({ factor: { userId, step: "code-used", timeStep }, audit: [] });
	if (!committed.done) return wrong(vault, userId);
}

async function useRecoveryCode(vault: Vault, factor: FactorRow, typed: string): Promise<void> {
	const { userId } = factor;
	const used = digestOf(vault, userId, typed);
	let row: FactorRow | null = factor;
	for (let attempt = 1; row && attempt <= TRIES; attempt++) {
		const before = row.backupCodes;
		const left = JSON.parse(before) as string[];
		if (!left.includes(used)) return wrong(vault, userId);
		const backupCodes = JSON.stringify(left.filter((digest) => digest !== used));
		const step = { userId, step: "codes-left", before, backupCodes } as const;
		if ((await vault.storage.commit({ factor: step, audit: [] })).done) return;
		row = await vault.storage.factor(userId);
	}
	throw new AppError(row ? "DATABASE_BUSY" : "SECOND_FACTOR_OFF");
}

async function openFactor(vault: Vault, userId: string): Promise<FactorRow> {
	const factor = await vault.storage.factor(userId);
	if (!factor) throw new AppError("SECOND_FACTOR_OFF");
	if ((factor.lockedUntil?.getTime() ?? 0) > Date.now()) throw new AppError("RATE_LIMITED");
	return factor;
}

async function wrong(vault: Vault, userId: string): Promise<never> {
	const { most, shutFor } = WRONG_CODES;
	const until = new Date(Date.now() + shutFor);
	await vault.storage.commit({ factor: { userId, step: "failed", most, until }, audit: [] });
	throw new AppError("CODE_WRONG");
}

function newCodes(vault: Vault, userId: string): { codes: string[]; backupCodes: string } {
	const codes = Array.from({ length: RECOVERY_CODES }, recoveryCode);
	return { codes, backupCodes: JSON.stringify(codes.map((code) => digestOf(vault, userId, code))) };
}

/** Keyed, so that the database alone says of no code whether it is one. */
function digestOf(vault: Vault, userId: string, code: string): string {
	return vault.fingerprint(`recovery-code:${userId}`, plainRecoveryCode(code));
}

function ownAct<T extends ProvenAct>(action: T) {
	return { action, target: null, environment: null } as const;
}
