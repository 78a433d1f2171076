/** Where somebody is signed in, and the end of it. Whatever ends a session is told to whoever waits in its name. */
import { randomUUID } from "node:crypto";
import { AppError } from "@holdfast/contract";
import type { OneSession, SessionView } from "@holdfast/contract/schemas";
import { authorizePerson, type Caller, entry } from "./access.ts";
import type { Vault } from "./vault.ts";

/** The caller's own sessions that are open, newest first. */
export async function list(vault: Vault, caller: Caller): Promise<SessionView[]> {
	const userId = await authorizePerson(vault, caller, { action: "session.list", target: null, environment: null });
	return (await vault.storage.sessions(userId)).map((row) => ({
		id: row.id,
		current: row.id === caller.sessionId,
		userAgent: row.userAgent,
		address: row.ipAddress,
		createdAt: row.createdAt.getTime(),
		seenAt: row.updatedAt.getTime(),
		expiresAt: row.expiresAt.getTime(),
	}));
}

/** End one of the caller's own sessions. @throws AppError `SESSION_NOT_FOUND`, for another's too. */
export async function revoke(vault: Vault, caller: Caller, { id }: OneSession): Promise<void> {
	const act = { action: "session.revoke", target: null, environment: null } as const;
	const userId = await authorizePerson(vault, caller, act);
	const audit = [entry(caller, { ...act, outcome: "done" })];
	const committed = await vault.storage.commit({ endSessions: { userId, only: id }, audit });
	if (!committed.done) throw new AppError("SESSION_NOT_FOUND");
}

/** End all of the caller's sessions but the one that asks. */
export async function revokeOthers(vault: Vault, caller: Caller): Promise<void> {
	const act = { action: "session.revokeOthers", target: null, environment: null } as const;
	const userId = await authorizePerson(vault, caller, act);
	const audit = [entry(caller, { ...act, outcome: "done" })];
	await vault.storage.commit({ endSessions: { userId, except: caller.sessionId ?? "" }, audit });
}

/**
 * Another password for whoever is signed in, which ends their other sessions.
 *
 * @param hash of the password, as better-auth makes it.
 * @throws AppError `PROOF_NEEDED`; `SIGNED_OUT` when they were removed meanwhile.
 */
export async function setPassword(vault: Vault, caller: Caller, hash: string): Promise<void> {
	const act = { action: "session.setPassword", target: null, environment: null } as const;
	const userId = await authorizePerson(vault, caller, act);
	const committed = await vault.storage.commit({
		password: { userId, id: randomUUID(), hash, at: Date.now() },
		endSessions: { userId, except: caller.sessionId ?? "" },
		audit: [entry(caller, { ...act, outcome: "done" })],
	});
	if (!committed.done) throw new AppError("SIGNED_OUT");
}

/**
 * End the connection of the caller's account with the OpenID Connect provider.
 *
 * @throws AppError `PROOF_NEEDED`; `LAST_WAY_IN` when there is neither a password nor a passkey.
 */
export async function disconnect(vault: Vault, caller: Caller): Promise<void> {
	const act = { action: "session.disconnect", target: null, environment: null } as const;
	const userId = await authorizePerson(vault, caller, act);
	const audit = [entry(caller, { ...act, outcome: "done" })];
	const committed = await vault.storage.commit({ disconnect: { userId }, audit });
	if (!committed.done) throw new AppError("LAST_WAY_IN");
}
