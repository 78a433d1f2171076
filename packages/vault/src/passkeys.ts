/** The passkeys of people, as they are kept. What a browser answers is verified by the server before it comes here. */
import { randomUUID } from "node:crypto";
import { AppError } from "@holdfast/contract";
import type { PasskeyView } from "@holdfast/contract/schemas";
import { authorizePerson, type Caller, entry } from "./access.ts";
import type { PasskeyRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** The caller's own passkeys, the first one first. */
export async function list(vault: Vault, caller: Caller): Promise<PasskeyView[]> {
	const userId = await authorizePerson(vault, caller, { action: "session.passkeys", target: null, environment: null });
	return (await vault.storage.passkeys(userId)).map(({ id, name, createdAt, backedUp, deviceType }) => ({
		id,
		name,
		createdAt: createdAt?.getTime() ?? null,
		backedUp,
		deviceType,
	}));
}

/** A passkey that a browser has just made for the caller. @throws AppError `PROOF_NEEDED`; `PASSKEY_REFUSED` if it is known. */
export async function add(vault: Vault, caller: Caller, made: Omit<PasskeyRow, "id" | "userId" | "createdAt">) {
	const act = { action: "session.addPasskey", target: made.name, environment: null } as const;
	const userId = await authorizePerson(vault, caller, act);
	const row = { ...made, id: randomUUID(), userId, createdAt: new Date(Date.now()) };
	const audit = [entry(caller, { ...act, outcome: "done" })];
	const committed = await vault.storage.commit({ passkey: { step: "added", row }, audit });
	if (!committed.done) throw new AppError("PASSKEY_REFUSED");
}

/** @throws AppError `PASSKEY_NOT_FOUND`, for another's too. */
export async function rename(vault: Vault, caller: Caller, { id, name }: { id: string; name: string }): Promise<void> {
	const userId = caller.userId ?? "";
	const audit = [entry(caller, { action: "session.renamePasskey", target: name, environment: null, outcome: "done" })];
	const committed = await vault.storage.commit({ passkey: { step: "renamed", id, userId, name }, audit });
	if (!committed.done) throw new AppError("PASSKEY_NOT_FOUND");
}

/** @throws AppError `PROOF_NEEDED`; `LAST_WAY_IN` when there is nothing else; `PASSKEY_NOT_FOUND`, for another's too. */
export async function remove(vault: Vault, caller: Caller, { id }: { id: string }): Promise<void> {
	const own = (await vault.storage.passkeys(caller.userId ?? "")).find((each) => each.id === id);
	const act = { action: "session.removePasskey", target: own?.name ?? null, environment: null } as const;
	const userId = await authorizePerson(vault, caller, act);
	const audit = [entry(caller, { ...act, outcome: "done" })];
	const committed = await vault.storage.commit({ passkey: { step: "removed", id, userId }, audit });
	if (!committed.done) throw new AppError(committed.conflict === userId ? "LAST_WAY_IN" : "PASSKEY_NOT_FOUND");
}

/**
 * Someone has signed with a passkey: its counter goes on from the one that was compared.
 *
 * @throws AppError `PASSKEY_REFUSED` when another has been quicker, with the same key or a copy of it.
 */
export async function use(
	vault: Vault,
	{ id, counter: before }: PasskeyRow,
	next: Pick<PasskeyRow, "counter" | "backedUp">,
): Promise<void> {
	const committed = await vault.storage.commit({ passkey: { step: "used", id, before, ...next }, audit: [] });
	if (!committed.done) throw new AppError("PASSKEY_REFUSED");
}
