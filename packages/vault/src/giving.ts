/**
 * Whom the caller may manage, and which links still stand. Guards that whoever may manage people is managed by an owner
 * alone, and that a link gives no more than its maker has at the moment it is used.
 */
import {
	ABOVE,
	type Access,
	AppError,
	accessIn,
	accessOf,
	ELSEWHERE,
	isAbove,
	mayEverywhere,
	type Narrowed,
	type Permission,
	refusalToGive,
} from "@holdfast/contract";
import { type Act, authorize, type Caller, deny, readNarrowed } from "./access.ts";
import type { LinkRow, PersonRow, TokenRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** @throws AppError `ENVIRONMENT_NOT_FOUND` for one that is narrowed and not there. */
export async function requireKnown({ live }: Vault, narrowed: Narrowed): Promise<void> {
	await live.refresh();
	const unknown = Object.keys(narrowed).find((name) => name !== ELSEWHERE && !live.find(name));
	if (unknown !== undefined) throw new AppError("ENVIRONMENT_NOT_FOUND", { name: unknown });
}

/**
 * Someone whom the caller may manage.
 *
 * @throws AppError `PERSON_NOT_FOUND`; `NOT_ALLOWED` for an owner or an administrator, unless by an owner.
 */
export async function requireManaged(vault: Vault, caller: Caller, act: Act & { target: string }): Promise<PersonRow> {
	await authorize(vault, caller, act);
	const person = (await vault.storage.people()).find(({ id }) => id === act.target);
	if (!person) throw new AppError("PERSON_NOT_FOUND", { name: act.target });
	if (isAbove(caller.access, person.role)) return person;
	return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail: ABOVE }));
}

/** Who made a link, as they are at the moment of asking. */
interface Backing {
	person?: Pick<PersonRow, "role" | "narrowed"> | undefined;
	token?: Pick<TokenRow, "permissions" | "environments" | "revokedAt"> | undefined;
	/** Whose password a reset is for. */
	target?: Pick<PersonRow, "role"> | undefined;
}

/** Who makes the links that are sent to whoever asks for one by mail. */
export const BY_MAIL = "mail";

/** Which person or token a link answers to; neither, for one that the command line made, or that went by mail. */
export function backerOf({ creator }: Pick<LinkRow, "creator">): { person?: string; token?: string } {
	const [, kind, id] = /^(user|token):(.*)$/s.exec(creator) ?? [];
	return kind === undefined ? {} : { [kind === "user" ? "person" : "token"]: id };
}

/** Whether whoever made a link may still make someone what it makes them, or manage the person whose password it is for. */
export function isBacked(link: LinkRow, { person, token, target }: Backing): boolean {
	if (link.kind === "reset" && !target) return false;
	const backer = backerOf(link);
	if (backer.person === undefined && backer.token === undefined) return true;
	const access = accessNow(person, token);
	if (access === null || !mayEverywhere(access, "members.write")) return false;
	if (target) return isAbove(access, target.role);
	return refusalToGive(access, { role: link.role ?? "", narrowed: link.narrowed }) === null;
}

function accessNow(person: Backing["person"], token: Backing["token"]): Access | null {
	if (person) return accessOf(person.role, readNarrowed(person.narrowed));
	if (!token || token.revokedAt !== null) return null;
	return accessIn(token.permissions as Permission[], token.environments);
}
