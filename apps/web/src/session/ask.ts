/** The one way to the acts under /auth. Sessions travel in HttpOnly cookies, so no answer holds one. */
import { errorMessage } from "@holdfast/contract";
import { z } from "zod";
import { isErrorCode, Refused, UNREACHABLE } from "../failure.ts";

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

const Failure = z.object({ code: z.string().optional(), message: z.string().optional() }).catch({});

interface Asking<Answer> {
	/** What is sent by POST; without it, the act is read by GET. */
	body?: object;
	answer: z.ZodType<Answer>;
}

/** @throws Refused with the sentence to show. */
export async function ask<Answer>(path: string, { body, answer }: Asking<Answer>): Promise<Answer> {
	const response = await reached(path, body);
	const content: unknown = await response.json().catch(() => null);
	if (response.ok) return answer.parse(content);
	const { code, message } = Failure.parse(content);
	if (isErrorCode(code)) throw new Refused(message ?? errorMessage(code), code);
	if (response.status === 429) throw new Refused(errorMessage("RATE_LIMITED"), "RATE_LIMITED");
	if (response.status === 401 && code === undefined) throw new Refused(errorMessage("SIGNED_OUT"), "SIGNED_OUT");
	throw new Refused(SENTENCES[code ?? ""] ?? message ?? errorMessage("INTERNAL"), code);
}

async function reached(path: string, body: object | undefined): Promise<Response> {
	const sent: RequestInit = body
		? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
		: {};
	try {
		return await fetch(`/auth${path}`, sent);
	} catch {
		throw new Refused(UNREACHABLE);
	}
}
