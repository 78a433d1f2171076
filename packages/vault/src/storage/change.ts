/**
 * What follows from a change by itself, whichever database it is written to: the rules that the commits of all of them keep,
 * each said once.
 */
import { accessIn, accessOf, covers, type Permission } from "@holdfast/contract";
import { envelopeKeyId } from "@holdfast/crypto";
import { readNarrowed } from "../access.ts";
import { isBacked } from "../giving.ts";
import { Conflict } from "./conflict.ts";
import type { StoredRotation } from "./schema.ts";
import type { Change, LinkRow, PersonRow, TokenRow } from "./storage.ts";

/** Whether there is something new for whoever holds values: settings, or an environment with its name and file. */
export function raisesRevision({ writes = [], create, snapshot, mirror, rename }: Change): boolean {
	return writes.length > 0 || [create, snapshot, mirror, rename].some((part) => part !== undefined);
}

/** Whether it takes away access from someone who may be waiting for changes. */
export function endsAccess(change: Change): boolean {
	const { revokeToken, rotateToken, removePerson, updatePerson, endSessions, sessionEnded } = change;
	return Boolean(revokeToken ?? rotateToken ?? removePerson ?? updatePerson ?? endSessions ?? sessionEnded);
}

/** The ids of the keys that what is to be written is sealed under; `null` is that of no envelope. */
export function keysUsed({ writes = [], snapshot, keys = [] }: Change): Record<"data" | "root", Set<string | null>> {
	const idsOf = (envelopes: ReadonlyArray<Uint8Array | null | undefined>) =>
		new Set(envelopes.flatMap((sealed) => (sealed ? [envelopeKeyId(sealed)] : [])));
	return {
		data: idsOf([...writes.map(({ sealed }) => sealed), snapshot?.sealed]),
		root: idsOf(keys.map(({ sealed }) => sealed)),
	};
}

/** The people that new keys are for. */
export function keyPeople({ keys = [] }: Change): Array<{ owner: string; userId: string }> {
	return keys.flatMap(({ owner }) => {
		const userId = /^user:(.*)$/s.exec(owner)?.[1];
		return userId === undefined ? [] : [{ owner, userId }];
	});
}

/** The environments of a token once one is renamed; `null` when they stay. */
export function renamedScope(scope: readonly string[] | null, { from, to }: NonNullable<Change["rename"]>) {
	if (!scope?.some((name) => name === from || name === to)) return null;
	// One that was for an environment of the new name, removed since, is not for this one.
	return scope.filter((name) => name !== to).map((name) => (name === from ? to : name));
}

/** The id of the person a token answers to; `null` for one that the command line or another token made. */
export function makerOf({ creator }: Pick<TokenRow, "creator">): string | null {
	return /^user:(.*)$/s.exec(creator ?? "")?.[1] ?? null;
}

/**
 * Whoever makes a token, or takes one over by rotating it, must still have all that it may do when it is written: their role
 * may have been lowered since they were let in.
 */
export function refuseBeyond(maker: Pick<PersonRow, "role" | "narrowed"> | undefined, token: TokenRow): void {
	const granted = accessIn(token.permissions as Permission[], token.environments);
	const isWithin = maker && covers(accessOf(maker.role, readNarrowed(maker.narrowed)), granted);
	if (!isWithin) throw new Conflict(token.id);
}

/** Whoever made a link must still be able to give what it gives: when it is written, and again when it is used. */
export function refuseUnbacked(link: LinkRow, by: Parameters<typeof isBacked>[1]): void {
	if (!isBacked(link, by)) throw new Conflict(link.id);
}

/** The narrowed roles of a person once an environment is renamed, in JSON as they are stored; `null` when they stay. */
export function renamedNarrowing(stored: string | null, { from, to }: NonNullable<Change["rename"]>): string | null {
	const narrowed = stored === null ? {} : (JSON.parse(stored) as Record<string, string>);
	if (!Object.hasOwn(narrowed, from) && !Object.hasOwn(narrowed, to)) return null;
	// What was said of an environment of the new name, removed since, is not said of this one.
	const { [from]: role, [to]: _, ...rest } = narrowed;
	return JSON.stringify(role === undefined ? rest : { ...rest, [to]: role });
}

/** There is one record of a rotation: one that is begun over another's would leave that one half done for good. */
export function refuseUnderWay(rotation: StoredRotation | null): void {
	if (rotation?.finishedAt === null) throw new Conflict(`the rotation of ${rotation.kind} keys`);
}

export function progressed(rotation: StoredRotation, done: number): StoredRotation {
	return { ...rotation, done: Math.min(rotation.done + done, rotation.total) };
}

export function finished(rotation: StoredRotation, at: number): StoredRotation {
	return { ...rotation, done: rotation.total, finishedAt: at };
}
