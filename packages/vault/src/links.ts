/**
 * Links that work once, for a while: `<origin>/join#<code>`, 256 random bits, stored as a SHA-256 digest. Guards that one
 * link makes one account at the most, that no one learns from a refusal why a code is not taken, and that a link gives
 * nothing that whoever made it may not give any more.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { ABOVE, AppError, refusalToGive } from "@holdfast/contract";
import type {
	CreatedLink,
	InvitePerson,
	LinkView,
	OnePerson,
	OpenedLink,
	OpenLink,
	RevokeLink,
} from "@holdfast/contract/schemas";
import { sha256 } from "@holdfast/crypto";
import { type Actor, authorize, type Caller, deny, entry } from "./access.ts";
import { BY_MAIL, backerOf, isBacked, requireKnown, requireManaged } from "./giving.ts";
import type { LinkRow, PersonRow, TokenRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

const DAY = 24 * 60 * 60 * 1000;
const INVITATION_LASTS = 7 * DAY;
const RESET_LASTS = DAY;
/** A mailbox is read by whoever finds a telephone. */
const MAILED_LASTS = DAY / 24;

/**
 * Invite someone. It ends the open invitations of the same address. The answer holds the link; nothing keeps it afterwards.
 *
 * @param origin of the dashboard, as it is configured: never what a request says.
 * @throws AppError `PERSON_EXISTS`; `ENVIRONMENT_NOT_FOUND`; `OWNER_NARROWED`; `NOT_ALLOWED`.
 */
export async function invite(
	vault: Vault,
	caller: Caller,
	{ email, role = "viewer", narrowed = null, origin }: InvitePerson & { origin: string },
): Promise<CreatedLink> {
	const act = { action: "people.invite", target: email, environment: null } as const;
	await authorize(vault, caller, act);
	await requireKnown(vault, narrowed ?? {});
	const isNarrowed = Object.keys(narrowed ?? {}).length > 0;
	const given = { role, narrowed: isNarrowed ? narrowed : null };
	const refusal = refusalToGive(caller.access, given);
	if (refusal !== null) return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail: refusal }));
	if (role === "owner" && isNarrowed) throw new AppError("OWNER_NARROWED");
	if ((await vault.storage.people()).some((person) => person.email === email)) throw new AppError("PERSON_EXISTS");
	const { link, code } = newLink(caller, { kind: "invitation", email, userId: null, ...given }, INVITATION_LASTS);
	const details = { id: link.id, role, narrowed: given.narrowed && JSON.stringify(given.narrowed) };
	const audit = [entry(caller, { ...act, outcome: "done", details })];
	const committed = await vault.storage.commit({ link, audit });
	if (!committed.done) {
		const detail = "all that they would be allowed, also at the moment it is written";
		return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail }));
	}
	return { ...toView(link, "open"), url: `${origin}/join#${code}` };
}

/**
 * Make a way to set a new password, for whoever cannot sign in. It ends the open ones of the same person.
 *
 * @throws AppError `PERSON_NOT_FOUND`; `NOT_ALLOWED` for an owner or an administrator, unless by an owner.
 */
export async function resetLink(
	vault: Vault,
	caller: Caller,
	{ id, origin }: OnePerson & { origin: string },
): Promise<CreatedLink> {
	const act = { action: "people.resetLink", target: id, environment: null } as const;
	const { email } = await requireManaged(vault, caller, act);
	const of = { kind: "reset", email, userId: id, role: null, narrowed: null } as const;
	const { link, code } = newLink(caller, of, RESET_LASTS);
	const audit = [entry(caller, { ...act, outcome: "done", details: { link: link.id } })];
	const committed = await vault.storage.commit({ link, audit });
	if (!committed.done) return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail: ABOVE }));
	return { ...toView(link, "open"), url: `${origin}/reset#${code}` };
}

/**
 * Make a way to set a new password for someone who asked for it by mail. It ends the ones that were sent before, and none
 * that somebody made: anyone may ask. Its maker is nobody who could lose the right to: whoever reads that person's mail may
 * use it.
 */
export async function forgot(
	{ storage }: Vault,
	{ id, name, email }: Pick<PersonRow, "id" | "name" | "email">,
	{ origin, who }: { origin: string; who: Actor },
): Promise<{ url: string; expiresAt: number }> {
	const of = { kind: "reset", email, userId: id, role: null, narrowed: null } as const;
	const { link, code } = newLink({ actor: BY_MAIL, label: name, expiresAt: null }, of, MAILED_LASTS);
	const act = { action: "session.forgot", target: email, environment: null, outcome: "done" } as const;
	const committed = await storage.commit({ link, audit: [entry(who, { ...act, details: { link: link.id } })] });
	if (!committed.done) throw new AppError("PERSON_NOT_FOUND", { name: id });
	return { url: `${origin}/reset#${code}`, expiresAt: link.expiresAt };
}

type Given = Pick<LinkRow, "kind" | "email" | "userId" | "role" | "narrowed">;

type Maker = Pick<Caller, "actor" | "label" | "expiresAt">;

function newLink(maker: Maker, given: Given, lasts: number): { link: LinkRow; code: string } {
	const code = randomBytes(32).toString("base64url");
	const now = Date.now();
	const link: LinkRow = {
		id: randomBytes(8).toString("hex"),
		hash: digestOf(code),
		...given,
		createdAt: now,
		createdBy: maker.label,
		creator: maker.actor,
		expiresAt: Math.min(now + lasts, maker.expiresAt ?? Number.POSITIVE_INFINITY),
		usedAt: null,
		revokedAt: null,
	};
	return { link, code };
}

/** The links that are open, and those that ended lately, newest first, without their codes. */
export async function list(vault: Vault, caller: Caller): Promise<LinkView[]> {
	await authorize(vault, caller, { action: "people.links", target: null, environment: null });
	const { storage } = vault;
	const known = { people: await storage.people(), tokens: await storage.tokens() };
	const now = Date.now();
	return (await storage.links()).map((link) => toView(link, stateOf(link, known, now)));
}

/**
 * End a link that is open.
 *
 * @throws AppError `LINK_NOT_FOUND`, also for one that has ended.
 */
export async function revoke(vault: Vault, caller: Caller, { id }: RevokeLink): Promise<LinkView> {
	const act = { action: "people.revokeLink", target: id, environment: null } as const;
	await authorize(vault, caller, act);
	const link = (await vault.storage.links()).find((each) => each.id === id);
	if (!link) throw new AppError("LINK_NOT_FOUND", { name: id });
	const committed = await vault.storage.commit({
		endLink: { id, as: "revoked", at: Date.now() },
		audit: [entry(caller, { ...act, outcome: "done", details: { email: link.email } })],
	});
	if (!committed.done) throw new AppError("LINK_NOT_FOUND", { name: id });
	return toView(link, "revoked");
}

/** What a link says to whoever has it, which needs no more. @throws AppError `LINK_INVALID` for every reason alike. */
export async function open(vault: Vault, asked: OpenLink): Promise<OpenedLink> {
	const { kind, email, role, createdBy, expiresAt } = toView(await find(vault, asked), "open");
	return { kind, email, role, createdBy, expiresAt };
}

/** The open link with a code. @throws AppError `LINK_INVALID` for every reason alike. */
export async function find({ storage }: Vault, { kind, code }: OpenLink): Promise<LinkRow> {
	const link = await storage.linkByHash(digestOf(code));
	if (link?.kind !== kind) throw new AppError("LINK_INVALID");
	const known = { people: await storage.people(), tokens: await storage.tokens() };
	if (stateOf(link, known, Date.now()) !== "open") throw new AppError("LINK_INVALID");
	return link;
}

/** The open invitation of an address, for whoever has shown that it is theirs in another way than by the code. */
export async function invitationFor({ storage }: Vault, email: string): Promise<LinkRow | null> {
	const known = { people: await storage.people(), tokens: await storage.tokens() };
	const now = Date.now();
	const isTheirs = (link: LinkRow) => link.kind === "invitation" && link.email === email.toLowerCase();
	return (await storage.links()).find((link) => isTheirs(link) && stateOf(link, known, now) === "open") ?? null;
}

/**
 * Use an invitation up for the account that is about to be made: one of many who try at once may go on. What comes to
 * nothing afterwards has used it up as well, since no link may make two accounts.
 *
 * @throws AppError `LINK_INVALID` when it has ended, or whoever made it may not give any more what it gives.
 */
export async function join({ storage }: Vault, { id, email, role }: LinkRow, who: Actor): Promise<void> {
	const act = { action: "session.join", target: email, environment: null, outcome: "done" } as const;
	const committed = await storage.commit({
		endLink: { id, as: "used", at: Date.now() },
		audit: [entry(who, { ...act, details: { link: id, role } })],
	});
	if (!committed.done) throw new AppError("LINK_INVALID");
}

/**
 * Use a reset up: the new password is set, and every session and open reset of the person ended, in the same commit. One of many who try
 * at once may do it. A second factor stays as it is.
 *
 * @param hash of the new password, as better-auth makes it.
 * @throws AppError `LINK_INVALID` when it has ended, or whoever made it may not manage the person any more.
 */
export async function reset({ storage }: Vault, link: LinkRow, how: { hash: string; who: Actor }): Promise<void> {
	const { id, email, userId } = link;
	if (userId === null) throw new AppError("LINK_INVALID");
	const at = Date.now();
	const act = { action: "session.reset", target: email, environment: null, outcome: "done" } as const;
	const committed = await storage.commit({
		endLink: { id, as: "used", at },
		password: { userId, id: randomUUID(), hash: how.hash, at },
		endSessions: { userId },
		audit: [entry(how.who, { ...act, details: { link: id } })],
	});
	if (!committed.done) throw new AppError("LINK_INVALID");
}

function digestOf(code: string): string {
	return sha256(code).toString("hex");
}

interface Known {
	people: readonly PersonRow[];
	tokens: readonly TokenRow[];
}

function stateOf(link: LinkRow, { people, tokens }: Known, now: number): LinkView["state"] {
	if (link.usedAt !== null) return "used";
	if (link.revokedAt !== null) return "revoked";
	if (link.expiresAt <= now) return "expired";
	const backer = backerOf(link);
	const person = people.find(({ id }) => id === backer.person);
	const token = tokens.find(({ id }) => id === backer.token);
	const target = people.find(({ id }) => id === link.userId);
	return isBacked(link, { person, token, target }) ? "open" : "void";
}

function toView(
	{ id, kind, email, role, narrowed, createdAt, createdBy, expiresAt }: LinkRow,
	state: LinkView["state"],
): LinkView {
	return { id, kind, email, role: role as LinkView["role"], narrowed, createdAt, createdBy, expiresAt, state };
}
