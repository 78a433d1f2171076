/**
 * Signing in with an OpenID Connect provider, found by its discovery document. Guards who it lets in: whoever it names was
 * invited, or is in a group that has a role here, or has connected it to their account while signed in. An address alone
 * opens nobody's account, even where the provider has verified it.
 */
import { randomUUID } from "node:crypto";
import type { OidcOptions } from "@holdfast/config/server-options";
import { AppError, type ErrorCode, ROLES, type Role } from "@holdfast/contract";
import { type Actor, audit, links, people, type Vault } from "@holdfast/vault";
import type { GenericEndpointContext } from "better-auth";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import { z } from "zod";
import { addressOf } from "./addresses.ts";
import { signedIn } from "./callers.ts";

export const OIDC = "oidc";
export const START_OIDC = "/sign-in/social";
export const CONNECT = "/link-social";
/** As better-auth calls the place that the provider sends people back to. */
export const CALLBACK = "/callback/:id";
export const CALLBACK_AT = `/callback/${OIDC}`;

/** So many beginnings in so many seconds, by address. */
export const START_LIMIT = { window: 60, max: 20 };

/** Milliseconds to wait for the provider when the server starts; afterwards each sign-in with it asks again. */
const PATIENCE = 5_000;

/** A path of the dashboard. Two slashes would be another site's. */
const Path = z
	.string()
	.max(500)
	.regex(/^\/(?![/\\])/);
/** What may be asked of better-auth here; it would take a token in place of a sign-in, and scopes. */
const Start = z.strictObject({ provider: z.literal(OIDC), callbackURL: Path, errorCallbackURL: Path });

export function admitStart(body: unknown, refuse: (error: unknown) => never): void {
	if (Start.safeParse(body).success) return;
	const detail = "provider, callbackURL and errorCallbackURL, the latter two with paths of the dashboard";
	refuse(new AppError("INPUT_INVALID", { detail }));
}

/** The provider as better-auth has it. One that does not answer keeps nobody else from signing in. */
export function oidcPlugin({ issuer, clientId, clientSecret, name, scopes }: OidcOptions) {
	const provider = {
		providerId: OIDC,
		name,
		discoveryUrl: `${issuer}/.well-known/openid-configuration`,
		clientId,
		...(clientSecret === null ? {} : { clientSecret }),
		scopes,
		pkce: true,
		mapProfileToUser: ({ name: theirs, preferred_username, email }: Record<string, unknown>) => ({
			name: String(theirs || preferred_username || email).slice(0, 200),
		}),
		requireIdTokenVerification: true,
	};
	const plugin = genericOAuth({ config: [provider] });
	const { init } = plugin;
	return {
		...plugin,
		init: async (context: Parameters<typeof init>[0]) => {
			const later = {
				context: {
					socialProviders: context.socialProviders,
					// Where the plugin keeps those that it asks again.
					genericOAuthPendingDiscovery: new Map([[OIDC, provider]]),
				},
			} as unknown as Awaited<ReturnType<typeof init>>;
			const { promise, resolve } = Promise.withResolvers<typeof later>();
			const timer = setTimeout(() => resolve(later), PATIENCE);
			return await Promise.race([init(context), promise]).finally(() => clearTimeout(timer));
		},
	};
}

/** What the provider's word does here, as hooks of better-auth's. */
export function identitiesOf(vault: Vault, oidc: OidcOptions | null) {
	/** The roles of those who are about to get an account by that word, by the request that brings it. */
	const arrivals = new WeakMap<object, Role | null>();
	return {
		admit: async (known: Known, context: GenericEndpointContext) => {
			if (!oidc || known.source.oauth?.providerId !== OIDC) return;
			const error = await admitKnown(vault, oidc, known, addressOf(context));
			if (error) return { error };
			arrivals.set(context.context, roleOf(oidc, known.source));
		},
		/** What their account becomes; `null` for anyone else's. */
		arriving: (user: { name: string; email: string }, context: GenericEndpointContext) => {
			const role = arrivals.get(context.context);
			return role === undefined ? null : arriving(vault, user, { role, address: addressOf(context) });
		},
		hooks: {
			create: {
				before: async (account: object) => ({ data: withoutTokens(account) }),
				after: async (account: { userId: string; providerId: string }, context: GenericEndpointContext | null) => {
					const isConnected = account.providerId === OIDC && context;
					const user = isConnected && (await context.context.internalAdapter.findUserById(account.userId));
					if (!user) return;
					const who = signedIn(user, addressOf(context));
					await audit.recordAccess(vault, who, { action: "session.connect", outcome: "done", target: user.email });
					// Not before: an identity that is another's is not connected, and gives nothing.
					const role = oidc && arrivals.get(context.context);
					if (role) await people.assign(vault, { id: user.id, role }, speaking(oidc, who.address));
				},
			},
			update: { before: async (account: object) => ({ data: withoutTokens(account) }) },
		},
	};
}

/** Someone as the provider describes them. */
interface Known {
	user: { id?: string | undefined; email?: string | undefined; emailVerified?: boolean | undefined };
	source: { action: string; oauth?: { providerId: string; profile?: Record<string, unknown> | undefined } | undefined };
}

/**
 * Whether the provider's word lets someone in; the code of the error that says why not. Where it gives roles, whoever
 * signs in to an account gets the one that counts now.
 */
async function admitKnown(
	vault: Vault,
	oidc: OidcOptions,
	{ user, source }: Known,
	address: string | null,
): Promise<ErrorCode | null> {
	const role = roleOf(oidc, source);
	if (oidc.roles && role === null) return "OIDC_NOT_ALLOWED";
	if (source.action === "create-user") {
		if (!user.emailVerified) return "OIDC_EMAIL_UNVERIFIED";
		const isKnown = role !== null || (await links.invitationFor(vault, user.email ?? "")) !== null;
		return isKnown && (await vault.storage.claimed()) ? null : "OIDC_UNKNOWN";
	}
	const { id } = user;
	const isTheirs = source.action === "sign-in" && id !== undefined;
	if (isTheirs && role !== null) await people.assign(vault, { id, role }, speaking(oidc, address));
	return null;
}

/** The provider, as the audit log calls it. */
function speaking({ name }: OidcOptions, address: string | null): Actor {
	return { actor: OIDC, label: name, address };
}

/**
 * What an account becomes that someone is about to get by the provider's word: what their groups say, or else what they were
 * invited to be. It uses the invitation up.
 *
 * @throws AppError `OIDC_UNKNOWN` when there is neither any more.
 */
async function arriving(
	vault: Vault,
	user: { name: string; email: string },
	{ role, address }: { role: Role | null; address: string | null },
) {
	const id = randomUUID();
	const who: Actor = { actor: `user:${id}`, label: user.name, address };
	const link = await links.invitationFor(vault, user.email);
	const becomes = { ...user, id, image: null, claimed: false };
	if (link) {
		await links.join(vault, link, who);
		const invited = { role: link.role, narrowed: link.narrowed && JSON.stringify(link.narrowed) };
		return { ...becomes, ...(role === null ? invited : { role, narrowed: null }), joinedBy: link.id };
	}
	if (role === null) throw new AppError("OIDC_UNKNOWN");
	await audit.recordAccess(vault, who, { action: "session.join", outcome: "done", target: user.email });
	return { ...becomes, role, narrowed: null };
}

/** An identity as it is stored: nothing is asked of the provider later, so its tokens are not kept. */
function withoutTokens<T extends object>(account: T) {
	const nothing = { accessToken: null, refreshToken: null, idToken: null, scope: null };
	return { ...account, ...nothing, accessTokenExpiresAt: null, refreshTokenExpiresAt: null };
}

/** The role that counts for the most, of those that someone's groups give; `null` where none does. */
function roleOf({ roles, groupsClaim }: OidcOptions, { oauth }: Known["source"]): Role | null {
	if (!roles) return null;
	const claim = oauth?.profile?.[groupsClaim];
	const groups = [...(Array.isArray(claim) ? claim : [claim]), "*"];
	const given = new Set(groups.map((group) => roles.get(String(group))));
	return (Object.keys(ROLES) as Role[]).find((role) => given.has(role)) ?? null;
}
