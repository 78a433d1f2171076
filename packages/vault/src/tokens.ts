/**
 * Service tokens: `hf_<id>_<secret>`, 256 random bits, stored as a SHA-256 digest. Checking one costs one prepared SELECT, one
 * digest and a comparison in constant time, and no write.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { AppError, accessIn, may, mayWithin, type Permission } from "@holdfast/contract";
import { AddressRanges } from "@holdfast/contract/addresses";
import type { CreatedToken, CreateToken, RevokeToken, RotateToken, TokenView } from "@holdfast/contract/schemas";
import { sha256 } from "@holdfast/crypto";
import { authorize, type Caller, deny, entry } from "./access.ts";
import type { TokenRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** What someone lacks whose role was lowered while their token was being written. */
const LOWERED = "all that the token may do yourself, also at the moment it is written";

/**
 * Create a token, which can do no more than its creator, and for no longer. The answer holds the credential; nothing keeps
 * it afterwards.
 *
 * @throws AppError `NOT_ALLOWED` for a permission or an environment the creator does not have; `ENVIRONMENT_NOT_FOUND`.
 */
export async function create(vault: Vault, caller: Caller, input: CreateToken): Promise<CreatedToken> {
	const { label, permissions, environments = null, addresses = null, days } = input;
	const act = { action: "tokens.create", target: label, environment: null } as const;
	await authorize(vault, caller, act);
	const more = moreThan(caller, { permissions: ["tokens.write", ...permissions], environments });
	if (more !== null) return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail: more }));
	await vault.live.refresh();
	const unknown = environments?.find((name) => !vault.live.find(name));
	if (unknown !== undefined) throw new AppError("ENVIRONMENT_NOT_FOUND", { name: unknown });
	const id = randomBytes(8).toString("hex");
	const token = credentialOf(id);
	const now = Date.now();
	const row: TokenRow = {
		id,
		hash: digestOf(token),
		label,
		environments,
		permissions,
		addresses,
		previousHash: null,
		previousUntil: null,
		createdAt: now,
		createdBy: caller.label,
		creator: caller.actor,
		expiresAt: sooner(days === undefined ? null : now + days * DAY, caller.expiresAt),
		revokedAt: null,
		lastUsedAt: null,
	};
	const details = {
		id,
		permissions: permissions.join(" "),
		environments: environments?.join(" ") ?? "all",
		...(addresses && { addresses: addresses.join(" ") }),
	};
	const committed = await vault.storage.commit({
		token: row,
		audit: [entry(caller, { ...act, outcome: "done", details })],
	});
	if (!committed.done) return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail: LOWERED }));
	return { ...toView(row), token };
}

/** What of a token its creator does not have; `null` when it asks for no more. */
function moreThan(
	caller: Caller,
	asked: { permissions: readonly string[]; environments: readonly string[] | null },
): string | null {
	const { environments } = asked;
	const more = (asked.permissions as readonly Permission[]).find(
		(permission) => !mayWithin(caller.access, permission, environments),
	);
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

/**
 * Give a token a new credential, which is in the answer. The one before is taken until the overlap has passed; one before
 * that ends at once. What it may do stays, and so does when it expires.
 *
 * @throws AppError `TOKEN_NOT_FOUND`; `TOKEN_ENDED`; `NOT_ALLOWED` for a token that may do more than who rotates it, or for
 * longer.
 */
export async function rotate(vault: Vault, caller: Caller, { id, overlap }: RotateToken): Promise<CreatedToken> {
	const act = { action: "tokens.rotate", target: id, environment: null } as const;
	await authorize(vault, caller, act);
	const row = (await vault.storage.tokens()).find((token) => token.id === id && isWithin(caller, token));
	if (!row) throw new AppError("TOKEN_NOT_FOUND", { name: id });
	const now = Date.now();
	if (isEnded(row, now)) throw new AppError("TOKEN_ENDED", { name: id });
	const detail = moreThan(caller, row) ?? longerThan(caller, row);
	if (detail !== null) return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail }));
	const token = credentialOf(id);
	const previousUntil = overlap === 0 ? null : now + overlap * MINUTE;
	// Whoever has the credential from here on is the one whose going ends it.
	const creator = caller.actor === `token:${id}` ? row.creator : caller.actor;
	const next = {
		hash: digestOf(token),
		previousHash: previousUntil === null ? null : row.hash,
		previousUntil,
		creator,
	};
	const committed = await vault.storage.commit({
		rotateToken: { id, before: row.hash, ...next },
		audit: [entry(caller, { ...act, outcome: "done", details: { label: row.label, overlap } })],
	});
	if (!committed.done) {
		const current = await vault.storage.tokenById(id);
		const hasEnded = current?.hash !== row.hash || isEnded(current, now);
		if (hasEnded) throw new AppError("TOKEN_ENDED", { name: id });
		return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail: LOWERED }));
	}
	return { ...toView({ ...row, ...next }), token };
}

function longerThan(caller: Caller, { expiresAt }: TokenRow): string | null {
	return sooner(expiresAt, caller.expiresAt) === expiresAt ? null : "a credential that lasts as long as this token";
}

function credentialOf(id: string): string {
	return `hf_${id}_${randomBytes(32).toString("base64url")}`;
}

function digestOf(credential: string): string {
	return sha256(credential).toString("hex");
}

function isEnded({ revokedAt, expiresAt }: TokenRow, now: number): boolean {
	return revokedAt !== null || (expiresAt !== null && expiresAt <= now);
}

/** The caller a credential stands for; `null` when it is unknown, expired, revoked, or not for this address. */
export async function verify(vault: Vault, credential: string, address: string | null): Promise<Caller | null> {
	const id = /^hf_([0-9a-f]{16})_/.exec(credential)?.[1];
	const row = id === undefined ? null : await vault.storage.tokenById(id);
	const now = Date.now();
	if (!row || isEnded(row, now)) return null;
	const endsAt = endOf(row, sha256(credential));
	if (endsAt !== null && endsAt <= now) return null;
	const isHere = row.addresses === null || (address !== null && rangesOf(row.addresses).has(address));
	vault.tokenUses.note(row, address, isHere ? "done" : "denied");
	if (!isHere) return null;
	return {
		actor: `token:${row.id}`,
		label: row.label,
		access: accessIn(row.permissions as Permission[], row.environments),
		userId: null,
		sessionId: null,
		expiresAt: endsAt,
		provenAt: null,
		address,
	};
}

/** Made once for each set: they come with every request. */
const ranges = new Map<string, AddressRanges>();
const RANGES_MAX = 1_000;

function rangesOf(addresses: readonly string[]): AddressRanges {
	const key = addresses.join(" ");
	const known = ranges.get(key) ?? new AddressRanges(addresses);
	if (ranges.size >= RANGES_MAX) ranges.clear();
	ranges.set(key, known);
	return known;
}

/** When a credential of a token ends; 0 for one that is none of its own. */
function endOf({ hash, previousHash, previousUntil, expiresAt }: TokenRow, digest: Buffer): number | null {
	if (timingSafeEqual(digest, Buffer.from(hash, "hex"))) return expiresAt;
	if (previousHash === null || !timingSafeEqual(digest, Buffer.from(previousHash, "hex"))) return 0;
	return sooner(previousUntil, expiresAt);
}

function toView({ hash: _, creator: __, previousHash: ___, ...row }: TokenRow): TokenView {
	return { ...row, permissions: row.permissions as Permission[] };
}
