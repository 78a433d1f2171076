/**
 * The acts with an account, by better-auth's path. The rest of what better-auth offers is closed: nothing answers there.
 */
import { FORGOT } from "./forgot.ts";
import { CALLBACK, CALLBACK_AT, CONNECT, START_OIDC } from "./oidc.ts";
import { RESET, SET_PASSWORD } from "./passwords.ts";
import { PROVE } from "./prove.ts";
import { isJoining, SIGN_UP } from "./sign-up.ts";

export const BASE_PATH = "/auth";

interface ActRow {
	/** As the audit log calls it. Whether it asks for a fresh proof says `PROVEN_ACTS` in the contract. */
	action: string;
	/** POST unless said otherwise. */
	method?: "GET";
	/** Where it is reached, for a path with a parameter. */
	at?: string;
	/** Its success is recorded with what it writes, or by what follows it. */
	written?: true;
}

const ACTS: Readonly<Record<string, ActRow>> = {
	[SIGN_UP]: { action: "session.claim" },
	"/sign-in/email": { action: "session.signIn" },
	"/sign-out": { action: "session.signOut" },
	[START_OIDC]: { action: "session.signInWith", written: true },
	[CONNECT]: { action: "session.connect" },
	[CALLBACK]: { action: "session.signInWith", method: "GET", at: CALLBACK_AT },
	[PROVE]: { action: "session.prove" },
	[FORGOT]: { action: "session.forgot", written: true },
	[RESET]: { action: "session.reset", written: true },
	[SET_PASSWORD]: { action: "session.setPassword", written: true },
};

/** A sign-up with an invitation's code, whose use is recorded with its end. */
const JOIN: ActRow = { action: "session.join", written: true };

const OPEN: ReadonlySet<string> = new Set(
	Object.entries(ACTS).map(([path, { method = "POST", at = path }]) => `${method} ${BASE_PATH}${at}`),
);

/** Whether a request of the server is one of the acts with an account. */
export function isAct({ method, path }: { method: string; path: string }): boolean {
	return OPEN.has(`${method} ${path}`);
}

/** The act that a request is, by better-auth's path. */
export function actOf({ path, body }: { path: string; body?: unknown }): ActRow | undefined {
	if (path === SIGN_UP && isJoining(body)) return JOIN;
	return Object.hasOwn(ACTS, path) ? ACTS[path] : undefined;
}
