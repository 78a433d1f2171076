/**
 * Who may make an account. The first one is made with the claim code and owns the instance; each further one is made with an
 * invitation, which says what it becomes. A sign-up sends these fields and no others: what it is allowed is never its own to say.
 */
import { randomUUID } from "node:crypto";
import { AppError } from "@holdfast/contract";
import { sameText } from "@holdfast/crypto";
import { type Actor, links, type Vault } from "@holdfast/vault";
import { z } from "zod";

export const SIGN_UP = "/sign-up/email";

/** Longer than any sign-up takes, in milliseconds. */
const SIGN_UP_TAKES = 60_000;

const PERSON = { name: z.string().max(200), email: z.string().max(200), password: z.string().max(1_000) };
const Claim = z.strictObject({ ...PERSON, claimCode: z.string().max(200) });
const Joining = z.strictObject({ ...PERSON, invitation: z.string().max(200) });

/** What better-auth is about to write of someone. */
interface NewUser {
	name: string;
	email: string;
}

/** Whether a body asks to join by an invitation, and not to claim the instance. */
export function isJoining(body: unknown): boolean {
	return typeof body === "object" && body !== null && Object.hasOwn(body, "invitation");
}

/**
 * Let a sign-up go on, before its password is looked at.
 *
 * @throws AppError `CLAIM_CODE_WRONG`, `ALREADY_CLAIMED`; `LINK_INVALID`; `INPUT_INVALID` for fields that are not asked for.
 */
export async function admit(vault: Vault, body: unknown): Promise<void> {
	if (isJoining(body)) await invitationOf(vault, fieldsOf(Joining, body));
	else await requireClaimCode(vault, body);
	await vault.storage.forgetUnfinishedClaims(new Date(Date.now() - SIGN_UP_TAKES));
}

async function requireClaimCode(vault: Vault, body: unknown): Promise<void> {
	const given = (body as { claimCode?: unknown } | undefined)?.claimCode;
	const code = typeof given === "string" ? given.toUpperCase().replace(/[^0-9A-Z]/g, "") : "";
	if (await vault.storage.claimed()) throw new AppError("ALREADY_CLAIMED");
	if (!sameText(code, vault.claimCode.replaceAll("-", ""))) throw new AppError("CLAIM_CODE_WRONG");
	fieldsOf(Claim, body);
}

/** An invitation is for its own address: to anyone else it is none. */
async function invitationOf(vault: Vault, { invitation, email }: z.infer<typeof Joining>) {
	const link = await links.find(vault, { kind: "invitation", code: invitation });
	if (link.email !== email.toLowerCase()) throw new AppError("LINK_INVALID");
	return link;
}

/**
 * What an account becomes, as the last thing before it is written. The unique index on `claimed` lets one be made by a
 * claim; an invitation is used up here, and its own index holds should that ever be lost.
 *
 * @throws AppError `LINK_INVALID` when another was first.
 */
export async function becoming(
	vault: Vault,
	user: NewUser,
	{ body, address }: { body: unknown; address: string | null },
) {
	if (!isJoining(body)) return { ...user, role: "owner", claimed: true };
	const link = await invitationOf(vault, fieldsOf(Joining, body));
	const id = randomUUID();
	const who: Actor = { actor: `user:${id}`, label: user.name, address };
	await links.join(vault, link, who);
	const { role, narrowed } = link;
	return { ...user, id, role, narrowed: narrowed && JSON.stringify(narrowed), claimed: false, joinedBy: link.id };
}

/** @throws AppError `INPUT_INVALID` naming fields, never what is in them. */
function fieldsOf<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
	const { data, error } = schema.safeParse(body);
	if (!error) return data;
	const detail = error.issues.map(({ path, code }) => `${path.map(String).join(".") || "input"}: ${code}`).join(", ");
	throw new AppError("INPUT_INVALID", { detail });
}
