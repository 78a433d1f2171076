/**
 * Signing in and out, and claiming: better-auth's endpoints under /auth.
 *
 * Each function answers with the sentence to show when it failed, `null` when it worked; afterwards the session cookie
 * is set or gone, and the caller reloads what it knows of the session.
 */
import { ERRORS, type ErrorCode, errorMessage } from "@holdfast/contract";
import { createAuthClient } from "better-auth/client";

const auth = createAuthClient({ basePath: "/auth" });

export interface Credentials {
	email: string;
	password: string;
}

export interface Claim extends Credentials {
	name: string;
	claimCode: string;
}

export interface Joining extends Credentials {
	name: string;
	invitation: string;
}

/** The server's own limit. */
export const PASSWORD_MIN = 10;

/** better-auth's own codes that people meet, in the house's words. */
const SENTENCES: Readonly<Record<string, string>> = {
	INVALID_EMAIL_OR_PASSWORD: "This email and password do not belong together. Check both, then try again.",
	INVALID_PASSWORD: "This is not your password. Type it again.",
	INVALID_EMAIL: "This is not an email address. Correct it.",
	PASSWORD_TOO_SHORT: `The password is too short. Use at least ${PASSWORD_MIN} characters.`,
	PASSWORD_TOO_LONG: "The password is too long. Use at most 200 characters.",
	USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "There is already an account with this email. Sign in instead.",
};

export async function signIn({ email, password }: Credentials): Promise<string | null> {
	return refusal(await reached(auth.signIn.email({ email, password })));
}

export async function claim(fields: Claim): Promise<string | null> {
	return refusal(await reached(auth.$fetch("/sign-up/email", { method: "POST", body: fields })));
}

export async function joinWith(fields: Joining): Promise<string | null> {
	return refusal(await reached(auth.$fetch("/sign-up/email", { method: "POST", body: fields })));
}

/** Set a new password with the code of a reset link. Signs nobody in. */
export async function resetWith(fields: { code: string; password: string }): Promise<string | null> {
	return refusal(await reached(auth.$fetch("/reset", { method: "POST", body: fields })));
}

export async function signOut(): Promise<string | null> {
	return refusal(await reached(auth.$fetch("/sign-out", { method: "POST", body: {} })));
}

/** Prove again who is signed in, for what asks for a fresh proof. */
export async function prove(password: string): Promise<string | null> {
	return refusal(await reached(auth.$fetch("/prove", { method: "POST", body: { password } })));
}

interface Answer {
	error: { code?: string | undefined; message?: string | undefined; status: number } | null;
}

/** A request that met no server counts as an answer with status 0. */
async function reached(request: Promise<Answer>): Promise<Answer> {
	try {
		return await request;
	} catch {
		return { error: { status: 0 } };
	}
}

function refusal({ error }: Answer): string | null {
	if (!error) return null;
	const code = error.code ?? "";
	if (isErrorCode(code)) return errorMessage(code);
	if (error.status === 0) return "The Holdfast server does not answer. Check that `holdfast start` is running.";
	if (error.status === 429) return errorMessage("RATE_LIMITED");
	return SENTENCES[code] ?? error.message ?? errorMessage("INTERNAL");
}

function isErrorCode(code: string): code is ErrorCode {
	return Object.hasOwn(ERRORS, code);
}
