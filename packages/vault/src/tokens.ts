/**
 * Service tokens: `hf_<id>_<secret>`, 256 random bits, stored as a SHA-256 digest. Looking one up costs one digest and one
 * prepared SELECT, and no write.
 */
import { randomBytes } from "node:crypto";
import { AppError, accessIn, may, mayWithin, type Permission } from "@holdfast/contract";
import type { CreatedToken, CreateToken, RevokeToken, TokenView } from "@holdfast/contract/schemas";
import { sha256 } from "@holdfast/crypto";
import { authorize, type Caller, deny, entry } from "./access.ts";
import type { TokenRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

const DAY = 24 * 60 * 60 * 1000;

/**
 * Create a token, which can do no more than its creator, and for no longer. The answer holds the credential; nothing keeps
 * it afterwards.
 *
 * @throws AppError `NOT_ALLOWED` for a permission or an environment the creator does not have; `ENVIRONMENT_NOT_FOUND`.
 */
export async function create(vault: Vault, caller: Caller, input: CreateToken): Promise<CreatedToken> {
	const { label, permissions, environments = null, days } = input;
	const act = { action: "tokens.create", target: label, environment: null } as const;
	await authorize(vault, caller, act);
	const more = moreThan(caller, { permissions, environments });
	if (more !== null) return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail: more }));
	await vault.live.refresh();
	const unknown = environments?.find((name) => !vault.live.find(name));
	if (unknown !== undefined) throw new AppError("ENVIRONMENT_NOT_FOUND", { name: unknown });
	const id = randomBytes(8).toString("hex");
	const token = `hf_${id}_${randomBytes(32).toString("base64url")}`;
	const now = Date.now();
	const row: TokenRow = {
		id,
		hash: sha256(token).toString("hex"),
		label,
		environments,
		permissions,
		addresses: null,
		previousHash: null,
		previousUntil: null,
		createdAt: now,
		createdBy: caller.label,
		creator: caller.actor,
		expiresAt: sooner(days === undefined ? null : now + days * DAY, caller.expiresAt),
		revokedAt: null,
		lastUsedAt: null,
	};
	const details = { id, permissions: permissions.join(" "), environments: environments?.join(" ") ?? "all" };
	await vault.storage.commit({ token: row, audit: [entry(caller, { ...act, outcome: "done", details })] });
	return { ...toView(row), token };
}

/** What of a token its creator does not have; `null` when it asks for no more. */
function moreThan(
	caller: Caller,
	asked: { permissions: readonly Permission[]; environments: readonly string[] | null },
): string | null {
	const { environments } = asked;
	const more = asked.permissions.find((permission) => !mayWithin(caller.access, permission, environments));
	if (!more) return null;
	return may(caller.access, more, null)
		? "an environment that you may use yourself"
		: `${more} yourself, to give it to a token`;
}

/** Whether a token is for environments whose tokens are the caller's to manage. */
function isWithin({ access }: Caller, { environments }: { environments: readonly string[] | null }): boolean {
	return mayWithin(access, "tokens.write", environments);
}

function sooner(a: number | null, b: number | null): number | null {
	return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** Every token that is for the caller's environments, newest first, without its credential. */
export async function list(vault: Vault, caller: Caller): Promise<TokenView[]> {
	await authorize(vault, caller, { action: "tokens.list", target: null, environment: null });
	return (await vault.storage.tokens()).filter((row) => isWithin(caller, row)).map(toView);
}

/**
 * Revoke a token. Revoking it again changes nothing.
 *
 * @throws AppError `TOKEN_NOT_FOUND`
 */
export async function revoke(vault: Vault, caller: Caller, { id }: RevokeToken): Promise<TokenView> {
	const act = { action: "tokens.revoke", target: id, environment: null } as const;
	await authorize(vault, caller, act);
	const row = (await vault.storage.tokens()).find((token) => token.id === id && isWithin(caller, token));
	if (!row) throw new AppError("TOKEN_NOT_FOUND", { name: id });
	const revokedAt = row.revokedAt ?? Date.now();
	await vault.storage.commit({
		revokeToken: { id, at: revokedAt },
		audit: [entry(caller, { ...act, outcome: "done", details: { label: row.label } })],
	});
	return toView({ ...row, revokedAt });
}

/** The caller a credential stands for; `null` when it is unknown, expired or revoked. */
export async function verify(vault: Vault, credential: string, address: string | null): Promise<Caller | null> {
	const row = await vault.storage.tokenByHash(sha256(credential).toString("hex"));
	if (!row || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= Date.now())) return null;
	vault.tokenUses.note(row.id);
	return {
		actor: `token:${row.id}`,
		label: row.label,
		access: accessIn(row.permissions as Permission[], row.environments),
		userId: null,
		expiresAt: row.expiresAt,
		provenAt: null,
		address,
	};
}

function toView({
	hash: _,
	creator: __,
	previousHash: ___,
	previousUntil: ____,
	addresses: _____,
	...row
}: TokenRow): TokenView {
	return { ...row, permissions: row.permissions as Permission[] };
}
