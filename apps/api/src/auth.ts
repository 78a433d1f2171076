/**
 * People: accounts and sessions, by better-auth, in the vault's database. The first account is made with the claim code and
 * owns the instance; without a code nobody signs up.
 */
import { AppError, ERRORS, type ErrorCode } from "@holdfast/contract";
import { sameText } from "@holdfast/crypto";
import { anonymous, audit, type Caller, userCaller, type Vault } from "@holdfast/vault";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import type { Limits } from "./limits.ts";
import type { Log } from "./log.ts";
import { PROVE, PROVE_LIMIT, prove } from "./prove.ts";

/** Where the server puts the address a request came from, after removing what the client may have sent under that name. */
export const ADDRESS_HEADER = "x-holdfast-address";

export interface AuthOptions {
	/** The address people open. */
	url: string;
	/** Every origin whose pages may call the server. */
	origins: string[];
	log: Log;
	limits: Limits;
}

const BASE_PATH = "/auth";

/**
 * The acts with an account, by better-auth's path, as the audit log calls them. The rest of what better-auth offers is
 * closed: nothing answers there.
 */
const ACTS: Record<string, string> = {
	"/sign-up/email": "session.claim",
	"/sign-in/email": "session.signIn",
	"/sign-out": "session.signOut",
	[PROVE]: "session.prove",
};

/** Longer than any claim takes, in milliseconds. */
const CLAIM_TAKES = 60_000;

/** Whether a path of the server is one of the acts with an account. */
export function isAccountPath(path: string): boolean {
	return path.startsWith(`${BASE_PATH}/`) && Object.hasOwn(ACTS, path.slice(BASE_PATH.length));
}

export type Auth = ReturnType<typeof openAuth>;

export function openAuth(vault: Vault, { url, origins, log, limits }: AuthOptions) {
	return betterAuth({
		appName: "Holdfast",
		baseURL: url,
		basePath: BASE_PATH,
		secret: vault.sessionSecret,
		trustedOrigins: origins,
		database: drizzleAdapter(vault.database, vault.accounts),
		emailAndPassword: { enabled: true, minPasswordLength: 10, maxPasswordLength: 200 },
		user: {
			additionalFields: {
				role: { type: "string", input: false, required: false },
				claimed: { type: "boolean", input: false, required: false },
				narrowed: { type: "string", input: false, required: false },
				invitation: { type: "string", input: false, required: false, returned: false },
			},
		},
		// The unique index on `claimed` lets one account be made this way, however many try at once.
		databaseHooks: {
			user: { create: { before: async (user) => ({ data: { ...user, role: "owner", claimed: true } }) } },
		},
		session: {
			cookieCache: { enabled: false },
			additionalFields: {
				provenAt: { type: "date", input: false, required: false, defaultValue: () => new Date(Date.now()) },
			},
		},
		rateLimit: { enabled: true, window: 60, max: 100, customRules: { [PROVE]: PROVE_LIMIT } },
		plugins: [prove],
		// What fails unexpectedly is the server's to report; better-auth would print messages that quote rows.
		onAPIError: { throw: true },
		advanced: {
			cookiePrefix: "holdfast",
			useSecureCookies: url.startsWith("https:"),
			ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
			// Said outright, because the default depends on NODE_ENV.
			disableOriginCheck: false,
			disableCSRFCheck: false,
		},
		telemetry: { enabled: false },
		// What follows the colon in its messages quotes the request.
		logger: { level: "error", log: (level, message) => log[level](`accounts: ${message.split(":", 1)}`) },
		hooks: hooksOf(vault, limits),
	});
}

function hooksOf(vault: Vault, limits: Limits) {
	return {
		before: createAuthMiddleware(async (context) => {
			if (context.path === "/sign-up/email") await requireClaimCode(vault, context);
			const account = accountTried(context);
			if (account !== null) await limits.try(account).catch(() => refuseTries(vault, context));
			// Afterwards nobody could tell whose session it was.
			if (context.path === "/sign-out") await getSessionFromCtx(context, { disableRefresh: true });
		}),
		after: createAuthMiddleware(async (context) => {
			const { newSession, session, returned } = context.context;
			if (!(context.path in ACTS)) return;
			const user = newSession?.user ?? session?.user;
			const who = user ? signedIn(user, addressOf(context)) : anonymous(addressOf(context));
			if (returned instanceof Error) {
				await record(vault, context, { who, outcome: "denied" });
				// What the edge found in the body, or a failure of our own.
				if (!(returned instanceof APIError)) throw returned;
				// The index has the last word when several claim at once.
				if (returned.body?.code === "FAILED_TO_CREATE_USER") throw refusal("ALREADY_CLAIMED");
				return;
			}
			const account = accountTried(context);
			if (account !== null) await limits.succeeded(account);
			if (user) await record(vault, context, { who, outcome: "done" });
			// The session's token travels in its HttpOnly cookie alone, where no script can read it.
			return context.json({ signedIn: Boolean(newSession ?? (context.path !== "/sign-out" && session)) });
		}),
	};
}

/** Someone whose session has just begun or ended. What they may do is asked of the next request. */
function signedIn({ id, name }: { id: string; name: string }, address: string | null): Caller {
	return userCaller({ id, name, role: "", narrowed: null, provenAt: Date.now() }, address);
}

/** Of better-auth's context, what is recorded. */
interface Attempt {
	path: string;
	body?: { email?: unknown; claimCode?: unknown };
	headers?: Headers | undefined;
}

function addressOf({ headers }: Attempt): string | null {
	return headers?.get(ADDRESS_HEADER) ?? null;
}

interface Recorded {
	who: Caller;
	outcome: "done" | "denied";
}

async function record(vault: Vault, attempt: Attempt, { who, outcome }: Recorded): Promise<void> {
	const action = ACTS[attempt.path] ?? attempt.path;
	await audit.recordAccess(vault, who, { action, outcome, target: emailIn(attempt.body) });
}

/** The email address a request names. Anything else typed into that field may be a password, and is not recorded. */
function emailIn(body: { email?: unknown } | undefined): string | null {
	const { email } = body ?? {};
	return typeof email === "string" && email.length <= 200 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? email : null;
}

/** Whose password a sign-in tries, by the email address in any case. */
function accountTried({ path, body }: Attempt): string | null {
	return path === "/sign-in/email" ? (emailIn(body)?.toLowerCase() ?? null) : null;
}

async function refuseTries(vault: Vault, attempt: Attempt): Promise<never> {
	await record(vault, attempt, { who: anonymous(addressOf(attempt)), outcome: "denied" });
	throw refusal("RATE_LIMITED");
}

async function requireClaimCode(vault: Vault, attempt: Attempt): Promise<void> {
	const given = attempt.body?.claimCode;
	const code = typeof given === "string" ? given.toUpperCase().replace(/[^0-9A-Z]/g, "") : "";
	const claimed = await vault.storage.claimed();
	if (!claimed && sameText(code, vault.claimCode.replaceAll("-", ""))) {
		await vault.storage.forgetUnfinishedClaims(new Date(Date.now() - CLAIM_TAKES));
		return;
	}
	await record(vault, attempt, { who: anonymous(addressOf(attempt)), outcome: "denied" });
	throw refusal(claimed ? "ALREADY_CLAIMED" : "CLAIM_CODE_WRONG");
}

function refusal(code: ErrorCode): APIError {
	return new APIError(ERRORS[code].transport as "FORBIDDEN" | "CONFLICT" | "TOO_MANY_REQUESTS", {
		code,
		message: new AppError(code).message,
	});
}
