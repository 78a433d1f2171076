/**
 * People: accounts and sessions, by better-auth, in the vault's database. Who may make one is in sign-up.ts.
 */
import type { OidcOptions } from "@holdfast/config/server-options";
import { AppError, ERRORS, type ErrorCode, isProvenAct } from "@holdfast/contract";
import { anonymous, audit, authorizePerson, type Caller, type Vault } from "@holdfast/vault";
import { betterAuth, type GenericEndpointContext } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { actOf, BASE_PATH, PASSWORD_SIGN_IN } from "./acts.ts";
import { ADDRESS_HEADER, addressOf } from "./addresses.ts";
import { sessionCaller, signedIn } from "./callers.ts";
import { secondFactors, waitingFor } from "./factors.ts";
import { FORGOT, FORGOT_LIMIT, type ForgotOptions, forgot } from "./forgot.ts";
import type { Limits } from "./limits.ts";
import type { Log } from "./log.ts";
import type { Mail } from "./mail.ts";
import { admitStart, CALLBACK, identitiesOf, OIDC, oidcPlugin, START_LIMIT, START_OIDC } from "./oidc.ts";
import { passkeyActs, SIGN_OPTIONS, SIGN_OPTIONS_LIMIT } from "./passkeys.ts";
import { overtaken, passwords, RESET, SET_PASSWORD } from "./passwords.ts";
import { PROVE, PROVE_LIMIT, prove } from "./prove.ts";
import { admit, becoming, isJoining, SIGN_UP } from "./sign-up.ts";

export interface AuthOptions {
	/** The address people open. */
	url: string;
	/** Every origin whose pages may call the server. */
	origins: string[];
	log: Log;
	limits: Limits;
	/** Without a mail server, nobody is sent a link. */
	mail: Mail | null;
	started: ForgotOptions["started"];
	/** The OpenID Connect provider people may sign in with. */
	oidc: OidcOptions | null;
}

export type Auth = ReturnType<typeof openAuth>;

export function openAuth(vault: Vault, { url, origins, log, limits, mail, started, oidc }: AuthOptions) {
	const identities = identitiesOf(vault, oidc);
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
				// A sign-up sends its code as `invitation`; no field of a body may have the name of one of these.
				joinedBy: { type: "string", input: false, required: false, returned: false, fieldName: "invitation" },
			},
			validateUserInfo: identities.admit,
		},
		account: {
			// An address alone opens nobody's account: see oidc.ts.
			accountLinking: { trustedProviders: [OIDC], disableImplicitLinking: true, allowDifferentEmails: true },
			updateAccountOnSignIn: false,
			storeStateStrategy: "cookie",
		},
		databaseHooks: {
			account: identities.hooks,
			user: {
				create: {
					// Nothing but a sign-up makes an account, or a provider that is trusted with it.
					before: async (user, context) => {
						const made = context && (identities.arriving(user, context) ?? signingUp(vault, user, context));
						return made ? { data: await made.catch(refuse) } : false;
					},
				},
			},
		},
		session: {
			cookieCache: { enabled: false },
			additionalFields: {
				provenAt: { type: "date", input: false, required: false, defaultValue: () => new Date(Date.now()) },
			},
		},
		rateLimit: {
			enabled: true,
			window: 60,
			max: 100,
			customRules: {
				[PROVE]: PROVE_LIMIT,
				[FORGOT]: FORGOT_LIMIT,
				[RESET]: PROVE_LIMIT,
				[SET_PASSWORD]: PROVE_LIMIT,
				[SIGN_OPTIONS]: SIGN_OPTIONS_LIMIT,
				[START_OIDC]: START_LIMIT,
			},
		},
		plugins: [
			// The first, so that no sign-in waits for its second factor either.
			overtaken(PASSWORD_SIGN_IN),
			secondFactors(vault, { limits, refuse }),
			passkeyActs(vault, { url, origins, refuse }),
			prove(vault, { url, origins, limits, refuse }),
			passwords(vault, refuse),
			...(mail ? [forgot(vault, { mail, origin: url, limits, log, started })] : []),
			...(oidc ? [oidcPlugin(oidc)] : []),
			// The last, so that it sees what became of a sign-in that waits for its second factor.
			{ id: "acts", hooks: { after: [{ matcher: () => true, handler: answering(vault, limits) }] } },
		],
		// What fails unexpectedly is the server's to report; better-auth would print messages that quote rows.
		onAPIError: { throw: true, errorURL: `${url}/sign-in` },
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
		hooks: { before: admitting(vault, { limits, oidc }) },
	});
}

function signingUp(vault: Vault, user: Parameters<typeof becoming>[1], context: GenericEndpointContext) {
	const { path, body } = context;
	return path === SIGN_UP ? becoming(vault, user, { body, address: addressOf(context) }) : null;
}

/** Before an act: who may sign up, who has to prove themselves, and who has tried often enough. */
function admitting(vault: Vault, { limits, oidc }: Pick<AuthOptions, "limits" | "oidc">) {
	return createAuthMiddleware(async (context) => {
		if (context.path === SIGN_UP)
			await admit(vault, context.body).catch(async (error) => {
				await record(vault, context, { who: anonymous(addressOf(context)), outcome: "denied" });
				return refuse(error);
			});
		const isOfProvider = actOf(context)?.begins || context.path === CALLBACK;
		if (isOfProvider && !oidc) throw new APIError("NOT_FOUND");
		await requireProof(vault, context);
		if (actOf(context)?.begins) admitStart(context.body, refuse);
		const account = accountTried(context);
		if (account !== null) await limits.try(account).catch(() => refuseTries(vault, context));
		// Afterwards nobody could tell whose session it was.
		if (context.path === "/sign-out") await getSessionFromCtx(context, { disableRefresh: true });
	});
}

/** After an act: its audit entry, and what the browser is told. */
function answering(vault: Vault, limits: Limits) {
	return createAuthMiddleware(async (context) => {
		const { newSession, session, returned } = context.context;
		const act = actOf(context);
		if (!act) return;
		const user = newSession?.user ?? session?.user;
		const who = user ? signedIn(user, addressOf(context)) : anonymous(addressOf(context));
		// Back from the provider, one is signed in, has connected it, which is recorded, or is told why neither.
		const leads = locationOf(returned);
		if (leads !== null) {
			if (newSession) await record(vault, context, { who, outcome: "done" });
			else if (leads.includes("error=")) await record(vault, context, { who, outcome: "denied" });
			return;
		}
		if (returned instanceof Error) {
			// A missing proof, the vault has recorded.
			const isRecorded = returned instanceof APIError && returned.body?.code === "PROOF_NEEDED";
			const target = user ? null : ((await waitingFor(context))?.user.email ?? null);
			if (!isRecorded) await record(vault, context, { who, outcome: "denied", target });
			// What the edge found in the body, or a failure of our own.
			if (!(returned instanceof APIError)) throw returned;
			// The index has the last word when several sign up at once.
			if (returned.body?.code === "FAILED_TO_CREATE_USER")
				throw refusal(isJoining(context.body) ? "LINK_INVALID" : "ALREADY_CLAIMED");
			return;
		}
		const account = accountTried(context);
		if (account !== null) await limits.succeeded(account);
		const isHeld = act.action === "session.password";
		if ((user || isHeld) && !act.written && !act.begins) await record(vault, context, { who, outcome: "done" });
		if (isHeld) return context.json({ signedIn: false, secondFactor: true });
		if (act.answers) return;
		// The session's token travels in its HttpOnly cookie alone, where no script can read it.
		return context.json({ signedIn: Boolean(newSession ?? (context.path !== "/sign-out" && session)) });
	});
}

/** Where an answer sends the browser; `null` when it does not. better-auth throws these, by a class of its own. */
function locationOf(returned: unknown): string | null {
	const { statusCode, headers } = (returned ?? {}) as { statusCode?: number; headers?: HeadersInit };
	return statusCode === 302 ? new Headers(headers).get("location") : null;
}

/** Whatever the vault does not write itself it is asked about here. Without a session, the endpoint refuses. */
async function requireProof(vault: Vault, context: GenericEndpointContext): Promise<void> {
	const { action, written } = actOf(context) ?? {};
	if (written || !isProvenAct(action)) return;
	const session = await getSessionFromCtx(context, { disableRefresh: true });
	if (!session) return;
	const act = { action, target: null, environment: null };
	await authorizePerson(vault, sessionCaller(session, addressOf(context)), act).catch(refuse);
}

/** Of better-auth's context, what is recorded. */
interface Attempt {
	path: string;
	body?: { email?: unknown };
	headers?: Headers | undefined;
	context?: { session?: unknown; returned?: unknown };
}

interface Recorded {
	who: Caller;
	outcome: "done" | "denied";
	/** Whose account it was, where the request does not say it. */
	target?: string | null;
}

async function record(vault: Vault, attempt: Attempt, { who, outcome, target = null }: Recorded): Promise<void> {
	const action = actOf(attempt)?.action ?? attempt.path;
	await audit.recordAccess(vault, who, { action, outcome, target: emailIn(attempt.body) ?? target });
}

/** The email address a request names. Anything else typed into that field may be a password, and is not recorded. */
function emailIn(body: { email?: unknown } | undefined): string | null {
	const { email } = body ?? {};
	return typeof email === "string" && email.length <= 200 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) ? email : null;
}

/** Whose password a sign-in tries, by the email address in any case. */
function accountTried({ path, body }: Attempt): string | null {
	return path === PASSWORD_SIGN_IN ? (emailIn(body)?.toLowerCase() ?? null) : null;
}

async function refuseTries(vault: Vault, attempt: Attempt): Promise<never> {
	await record(vault, attempt, { who: anonymous(addressOf(attempt)), outcome: "denied" });
	throw refusal("RATE_LIMITED");
}

/** What the vault refuses, in better-auth's terms. */
function refuse(error: unknown): never {
	throw error instanceof AppError ? refusal(error.code, error.fields) : error;
}

function refusal(code: ErrorCode, fields: AppError["fields"] = {}): APIError {
	return new APIError(ERRORS[code].transport as "BAD_REQUEST" | "FORBIDDEN" | "CONFLICT" | "TOO_MANY_REQUESTS", {
		code,
		message: new AppError(code, fields).message,
	});
}
