/**
 * Signing in and out, claiming, joining, and what one signs in with: the acts under /auth.
 *
 * Each throws a `Refused` with the sentence to show. Afterwards the session cookie is set or gone, and the caller reloads
 * what it knows of the session. What needs a fresh proof asks for it and goes on.
 */
import { z } from "zod";
import { ask } from "./ask.ts";
import { whenProven } from "./proven.ts";

export interface Credentials {
	email: string;
	password: string;
}

/** What one proves with who one is. `passkey` is what a browser answers with. */
export type Proof = { password: string } | { code: string } | { recoveryCode: string } | { passkey: unknown };

const Outcome = z.object({ signedIn: z.boolean(), secondFactor: z.boolean().default(false) });
const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });
const SetUp = RecoveryCodes.extend({ uri: z.string() });

/** What an authenticator app is set up with, and the codes for when it is lost. Shown once. */
export type SetUp = z.infer<typeof SetUp>;

const post = (path: string, body: object) => ask(path, { body, answer: Outcome });

/** Answers with `secondFactor` when a code is asked for before there is a session. */
export const signIn = (fields: Credentials) => post("/sign-in/email", fields);

export function enterCode(code: { code: string } | { recoveryCode: string }) {
	if ("code" in code) return post("/two-factor/verify-totp", code);
	return post("/two-factor/verify-backup-code", { code: code.recoveryCode });
}

const Leads = z.object({ url: z.url() });

/** Where to go to sign in with the OpenID Connect provider. @param onward a path of this dashboard to come back to. */
export async function providerAddress(onward: string): Promise<string> {
	const body = { provider: "oidc", callbackURL: onward, errorCallbackURL: "/sign-in" };
	return (await ask("/sign-in/social", { body, answer: Leads })).url;
}

/** Where to go to connect that provider to the account that is signed in. It comes back to the Account screen. */
export async function connectAddress(): Promise<string> {
	const body = { provider: "oidc", callbackURL: "/account", errorCallbackURL: "/account" };
	return (await whenProven(() => ask("/link-social", { body, answer: Leads }))).url;
}

export const claim = (fields: Credentials & { name: string; claimCode: string }) => post("/sign-up/email", fields);

export const joinWith = (fields: Credentials & { name: string; invitation: string }) => post("/sign-up/email", fields);

/** Set a new password with the code of a reset link. Signs nobody in. */
export const resetWith = (fields: { code: string; password: string }) => post("/reset", fields);

/** Have a reset link sent. The answer is the same for every address. */
export const forgot = (fields: { email: string }) => post("/forgot", fields);

export const signOut = () => post("/sign-out", {});

/** Prove again who is signed in, for what asks for a fresh proof. */
export const prove = (proof: Proof) => post("/prove", proof);

export const setPassword = (password: string) => whenProven(() => post("/password", { password }));

/** It counts once `confirmTwoFactor` was given a code. */
export const enableTwoFactor = () => whenProven(() => ask("/two-factor/enable", { body: {}, answer: SetUp }));

export const confirmTwoFactor = (code: string) => whenProven(() => enterCode({ code }));

export const disableTwoFactor = () => whenProven(() => post("/two-factor/disable", {}));

/** The codes before them are refused from then on. */
export async function newRecoveryCodes(): Promise<string[]> {
	const made = await whenProven(() => ask("/two-factor/generate-backup-codes", { body: {}, answer: RecoveryCodes }));
	return made.recoveryCodes;
}
