/**
 * Second factors: codes of an authenticator app and recovery codes. What makes a sign-in by password wait for one is
 * better-auth's plugin; what takes a code is ours, since each is to be taken once. See docs/decisions/024-second-factors.md.
 */
import { AppError } from "@holdfast/contract";
import { totpSecret, totpUri } from "@holdfast/crypto";
import { factors, type Vault } from "@holdfast/vault";
import type { BetterAuthPlugin, GenericEndpointContext } from "better-auth";
import { createAuthEndpoint, getSessionFromCtx, sensitiveSessionMiddleware } from "better-auth/api";
import { expireCookie, setSessionCookie } from "better-auth/cookies";
import { symmetricDecrypt, symmetricEncrypt } from "better-auth/crypto";
import { twoFactor } from "better-auth/plugins";
import { z } from "zod";
import { addressOf } from "./addresses.ts";
import { sessionCaller } from "./callers.ts";
import type { Limits } from "./limits.ts";

export const ENABLE = "/two-factor/enable";
export const DISABLE = "/two-factor/disable";
export const NEW_CODES = "/two-factor/generate-backup-codes";
export const CODE = "/two-factor/verify-totp";
export const RECOVERY_CODE = "/two-factor/verify-backup-code";

/** As better-auth's plugin calls them. */
const COOKIE = "two_factor";
const WAITING = /^2fa-(?!attempts-)/;

export const TypedCode = z.string().max(40);
const Code = z.strictObject({ code: TypedCode });
const Nothing = z.strictObject({});

/** For acts with one's own account. */
const signedIn = [sensitiveSessionMiddleware];

export interface FactorOptions {
	limits: Limits;
	/** Throws what the vault refuses, in better-auth's terms. */
	refuse: (error: unknown) => never;
}

export function secondFactors(vault: Vault, { limits, refuse }: FactorOptions) {
	const held = twoFactor();
	return {
		id: held.id,
		schema: held.schema,
		hooks: held.hooks,
		rateLimit: held.rateLimit,
		endpoints: {
			enableFactor: createAuthEndpoint(ENABLE, { method: "POST", use: signedIn, body: Nothing }, async (context) => {
				const { session } = context.context;
				const secret = totpSecret();
				const data = secret.toString("base64");
				const encrypted = await symmetricEncrypt({ key: vault.sessionSecret, data });
				const caller = sessionCaller(session, addressOf(context));
				const recoveryCodes = await factors.begin(vault, caller, encrypted).catch(refuse);
				const uri = totpUri(secret, { issuer: context.context.appName, account: session.user.email });
				return context.json({ uri, recoveryCodes });
			}),
			disableFactor: createAuthEndpoint(DISABLE, { method: "POST", use: signedIn, body: Nothing }, async (context) => {
				await factors.disable(vault, sessionCaller(context.context.session, addressOf(context))).catch(refuse);
				return context.json({ signedIn: true });
			}),
			newRecoveryCodes: createAuthEndpoint(
				NEW_CODES,
				{ method: "POST", use: signedIn, body: Nothing },
				async (context) => {
					const caller = sessionCaller(context.context.session, addressOf(context));
					return context.json({ recoveryCodes: await factors.renewCodes(vault, caller).catch(refuse) });
				},
			),
			verifyCode: createAuthEndpoint(CODE, { method: "POST", body: Code }, async (context) => {
				const { code } = context.body;
				const session = await getSessionFromCtx(context, { disableRefresh: true });
				if (session) {
					const caller = sessionCaller(session, addressOf(context));
					const key = triesOf(session.user.id);
					await limits.try(key).catch(refuse);
					await factors.confirm(vault, caller, { code: plain(code), open: openerOf(vault) }).catch(refuse);
					await limits.succeeded(key);
				} else await finish(context, (userId) => takeCode(vault, limits, { userId, code })).catch(refuse);
				return context.json({ signedIn: true });
			}),
			verifyRecoveryCode: createAuthEndpoint(RECOVERY_CODE, { method: "POST", body: Code }, async (context) => {
				const recoveryCode = context.body.code;
				await finish(context, (userId) => takeCode(vault, limits, { userId, recoveryCode })).catch(refuse);
				return context.json({ signedIn: true });
			}),
		},
	} satisfies BetterAuthPlugin;
}

/**
 * Let a code of someone's second factor be used up, and count the wrong ones.
 *
 * @throws AppError as `factors.use`
 */
export async function takeCode(
	vault: Vault,
	limits: Limits,
	{ userId, ...typed }: { userId: string } & factors.TypedCode,
): Promise<void> {
	const open = openerOf(vault);
	// Before it is looked at: else many at once would all be.
	await limits.try(triesOf(userId));
	await factors.use(vault, userId, "code" in typed ? { code: plain(typed.code), open } : { ...typed, open });
	await limits.succeeded(triesOf(userId));
}

/** Whose sign-in by password waits for the second factor in this browser, and under which name. */
export async function waitingFor(context: GenericEndpointContext) {
	const { createAuthCookie, internalAdapter, secret } = context.context;
	const name = await context.getSignedCookie(createAuthCookie(COOKIE).name, secret);
	if (!name || !WAITING.test(name)) return null;
	const waiting = await internalAdapter.findVerificationValue(name);
	if (!waiting || waiting.expiresAt.getTime() <= Date.now()) return null;
	const user = await internalAdapter.findUserById(waiting.value);
	return user && { name, user };
}

/** The session that a sign-in waited for, once its person has shown the second factor. @throws AppError `SIGNED_OUT` */
async function finish(context: GenericEndpointContext, show: (userId: string) => Promise<void>): Promise<void> {
	const { createAuthCookie, internalAdapter } = context.context;
	const waiting = await waitingFor(context);
	if (!waiting) throw new AppError("SIGNED_OUT");
	const { name, user } = waiting;
	await show(user.id);
	// Once, whoever else has the same cookie and another code.
	const taken = await internalAdapter.consumeVerificationValue(name);
	if (taken?.value !== user.id) throw new AppError("SIGNED_OUT");
	const session = await internalAdapter.createSession(user.id, false);
	await setSessionCookie(context, { session, user });
	expireCookie(context, createAuthCookie(COOKIE));
}

function openerOf(vault: Vault): factors.Opener {
	return async (data) => Buffer.from(await symmetricDecrypt({ key: vault.sessionSecret, data }), "base64");
}

/** Apps show a code in two groups. */
function plain(code: string): string {
	return code.replace(/\s/g, "");
}

/** Under what the tries at someone's second factor are counted. */
function triesOf(userId: string): string {
	return `second factor of ${userId}`;
}
