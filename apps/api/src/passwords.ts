/**
 * New passwords: `POST /auth/reset {code, password}` with the code of a reset link and no session, `POST /auth/password
 * {password}` by whoever is signed in and has just proven who they are. Either ends the sessions that an older password began.
 */
import { anonymous, links, sessions, type Vault } from "@holdfast/vault";
import { BASE_ERROR_CODES, type BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint, createAuthMiddleware, sensitiveSessionMiddleware } from "better-auth/api";
import { deleteSessionCookie } from "better-auth/cookies";
import { z } from "zod";
import { addressOf } from "./addresses.ts";
import { sessionCaller } from "./callers.ts";

export const RESET = "/reset";
export const SET_PASSWORD = "/password";

const Password = z.string().max(1_000);

/** Longer than a sign-in takes, in milliseconds. */
const SIGN_IN_TAKES = 60_000;

/** What a context of better-auth has to hash a password. */
interface Passwords {
	config: { minPasswordLength: number; maxPasswordLength: number };
	hash: (password: string) => Promise<string>;
}

export function passwords(vault: Vault, refuse: (error: unknown) => never) {
	return {
		id: "passwords",
		endpoints: {
			reset: createAuthEndpoint(
				RESET,
				{ method: "POST", body: z.strictObject({ code: z.string().max(200), password: Password }) },
				async (context) => {
					const { code, password } = context.body;
					// First the code: without one, nobody has a password hashed here.
					const link = await links.find(vault, { kind: "reset", code }).catch(refuse);
					const hash = await hashed(context.context.password, password);
					await links.reset(vault, link, { hash, who: anonymous(addressOf(context)) }).catch(refuse);
					return context.json({ signedIn: false });
				},
			),
			setPassword: createAuthEndpoint(
				SET_PASSWORD,
				{ method: "POST", body: z.strictObject({ password: Password }), use: [sensitiveSessionMiddleware] },
				async (context) => {
					const caller = sessionCaller(context.context.session, addressOf(context));
					const hash = await hashed(context.context.password, context.body.password);
					await sessions.setPassword(vault, caller, hash).catch(refuse);
					return context.json({ signedIn: true });
				},
			),
		},
	} satisfies BetterAuthPlugin;
}

/**
 * A sign-in that was under way while its password was replaced opens nothing: its session would begin after the others have
 * been ended. One whose password is that new is looked at again.
 */
export function overtaken(signIn: string) {
	const handler = createAuthMiddleware(async (context) => {
		const { newSession, internalAdapter, password } = context.context;
		if (!newSession) return;
		const accounts = await internalAdapter.findAccounts(newSession.user.id);
		const own = accounts.find(({ providerId }) => providerId === "credential");
		if (own && Date.now() - own.updatedAt.getTime() > SIGN_IN_TAKES) return;
		if (own?.password && (await password.verify({ hash: own.password, password: context.body.password }))) return;
		await internalAdapter.deleteSession(newSession.session.token);
		deleteSessionCookie(context, true);
		context.context.setNewSession(null);
		throw APIError.from("UNAUTHORIZED", BASE_ERROR_CODES.INVALID_EMAIL_OR_PASSWORD);
	});
	return {
		id: "overtaken",
		hooks: { after: [{ matcher: ({ path }) => path === signIn, handler }] },
	} satisfies BetterAuthPlugin;
}

/** @throws APIError `PASSWORD_TOO_SHORT`, `PASSWORD_TOO_LONG`, as a sign-up has them. */
async function hashed({ config, hash }: Passwords, password: string): Promise<string> {
	const { minPasswordLength, maxPasswordLength } = config;
	const wrong = (code: string, message: string) => APIError.from("BAD_REQUEST", { code, message });
	if (password.length < minPasswordLength) throw wrong("PASSWORD_TOO_SHORT", "Password too short");
	if (password.length > maxPasswordLength) throw wrong("PASSWORD_TOO_LONG", "Password too long");
	return await hash(password);
}
