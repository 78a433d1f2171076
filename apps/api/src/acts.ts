/**
 * The acts with an account, by better-auth's path. The rest of what better-auth offers is closed: nothing answers there.
 */
import { CODE, DISABLE, ENABLE, NEW_CODES, RECOVERY_CODE } from "./factors.ts";
import { FORGOT } from "./forgot.ts";
import { CALLBACK, CALLBACK_AT, CONNECT, START_OIDC } from "./oidc.ts";
import { ADD, ADD_OPTIONS, REMOVE, RENAME, SIGN_IN, SIGN_OPTIONS } from "./passkeys.ts";
import { RESET, SET_PASSWORD } from "./passwords.ts";
import { PROVE } from "./prove.ts";
import { isJoining, SIGN_UP } from "./sign-up.ts";

export const BASE_PATH = "/auth";
export const PASSWORD_SIGN_IN = "/sign-in/email";

interface ActRow {
	/** As the audit log calls it. Whether it asks for a fresh proof says `PROVEN_ACTS` in the contract. */
	action: string;
	/** POST unless said otherwise. */
	method?: "GET";
	/** Where it is reached, for a path with a parameter. */
	at?: string;
	/** Its success is recorded with what it writes, or by what follows it. */
	written?: true;
	/** It leads elsewhere, and is recorded when someone comes back from there. */
	begins?: true;
	/** Its answer says more than whether one is signed in. */
	answers?: true;
}

const ACTS: Readonly<Record<string, ActRow>> = {
	[SIGN_UP]: { action: "session.claim" },
	[PASSWORD_SIGN_IN]: { action: "session.signIn" },
	"/sign-out": { action: "session.signOut" },
	[START_OIDC]: { action: "session.signInWith", begins: true, answers: true },
	[CONNECT]: { action: "session.connect", begins: true, answers: true },
	[CALLBACK]: { action: "session.signInWith", method: "GET", at: CALLBACK_AT },
	[PROVE]: { action: "session.prove" },
	[FORGOT]: { action: "session.forgot", written: true },
	[RESET]: { action: "session.reset", written: true },
	[SET_PASSWORD]: { action: "session.setPassword", written: true },
	[ENABLE]: { action: "session.enableTwoFactor", written: true, answers: true },
	[DISABLE]: { action: "session.disableTwoFactor", written: true },
	[NEW_CODES]: { action: "session.recoveryCodes", written: true, answers: true },
	[CODE]: { action: "session.signIn" },
	[RECOVERY_CODE]: { action: "session.signIn" },
	[SIGN_OPTIONS]: { action: "session.signIn", method: "GET", written: true, answers: true },
	[SIGN_IN]: { action: "session.signIn" },
	[ADD_OPTIONS]: { action: "session.addPasskey", method: "GET", written: true, answers: true },
	[ADD]: { action: "session.addPasskey", written: true },
	[RENAME]: { action: "session.renamePasskey", written: true },
	[REMOVE]: { action: "session.removePasskey", written: true },
};

/** A sign-up with an invitation's code, whose use is recorded with its end. */
const JOIN: ActRow = { action: "session.join", written: true };

/** A code from whoever is signed in already: it is of the second factor they have just set up. */
const CONFIRM: ActRow = { action: "session.confirmTwoFactor", written: true };

/** A sign-in whose password was right, and that waits for the second factor. */
const FIRST_STEP: ActRow = { action: "session.password", answers: true };

const OPEN: ReadonlySet<string> = new Set(
	Object.entries(ACTS).map(([path, { method = "POST", at = path }]) => `${method} ${BASE_PATH}${at}`),
);

/** Whether a request of the server is one of the acts with an account. */
export function isAct({ method, path }: { method: string; path: string }): boolean {
	return OPEN.has(`${method} ${path}`);
}

/** What tells one act from another, of better-auth's context. */
interface Attempted {
	path: string;
	body?: unknown;
	context?: { session?: unknown; returned?: unknown };
}

/** The act that a request is, by better-auth's path, and by what has become of it so far. */
export function actOf({ path, body, context }: Attempted): ActRow | undefined {
	if (path === SIGN_UP && isJoining(body)) return JOIN;
	if (path === CODE && context?.session) return CONFIRM;
	if (path === PASSWORD_SIGN_IN && isHeld(context?.returned)) return FIRST_STEP;
	return Object.hasOwn(ACTS, path) ? ACTS[path] : undefined;
}

/** Whether an answer to a sign-in says that it waits, as better-auth's plugin puts it. */
function isHeld(returned: unknown): boolean {
	return typeof returned === "object" && returned !== null && "twoFactorRedirect" in returned;
}
