/**
 * People: accounts and sessions, by better-auth, in the vault's database. The first account is made with the claim code and
 * owns the instance; without a code nobody signs up.
 */
import { AppError, ERRORS, type ErrorCode } from "@holdfast/contract";
import { sameText } from "@holdfast/crypto";
import { anonymous, audit, authTables, userCaller, type Vault } from "@holdfast/vault";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware } from "better-auth/api";
import type { Log } from "./log.ts";

/** Where the server puts the address a request came from, after removing what the client may have sent under that name. */
export const ADDRESS_HEADER = "x-holdfast-address";

export interface AuthOptions {
	/** The address people open. */
	url: string;
	/** Every origin whose pages may call the server. */
	origins: string[];
	log: Log;
}

/** What better-auth offers that this product does not: closed, so that nothing answers there. */
const CLOSED = [
	"/update-user",
	"/delete-user",
	"/change-email",
	"/request-password-reset",
	"/reset-password",
	"/verify-email",
];

/** The acts with an account that the audit log records, by better-auth's path. */
const RECORDED: Record<string, string> = {
	"/sign-up/email": "session.claim",
	"/sign-in/email": "session.signIn",
	"/sign-out": "session.signOut",
};

export type Auth = ReturnType<typeof openAuth>;

export function openAuth(vault: Vault, { url, origins, log }: AuthOptions) {
	return betterAuth({
		appName: "Holdfast",
		baseURL: url,
		basePath: "/auth",
		secret: vault.sessionSecret,
		trustedOrigins: origins,
		database: drizzleAdapter(vault.database, { provider: "sqlite", schema: authTables }),
		emailAndPassword: { enabled: true, minPasswordLength: 10, maxPasswordLength: 200 },
		user: {
			additionalFields: {
				role: { type: "string", input: false, required: false },
				claimed: { type: "boolean", input: false, required: false },
			},
		},
		// The unique index on `claimed` lets one account be made this way, however many try at once.
		databaseHooks: {
			user: { create: { before: async (user) => ({ data: { ...user, role: "owner", claimed: true } }) } },
		},
		session: { cookieCache: { enabled: false } },
		rateLimit: { enabled: true, window: 60, max: 100 },
		disabledPaths: CLOSED,
		advanced: {
			cookiePrefix: "holdfast",
			useSecureCookies: url.startsWith("https:"),
			ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
		},
		telemetry: { enabled: false },
		logger: { level: "error", log: (level, message) => log[level](`accounts: ${message}`) },
		hooks: {
			before: createAuthMiddleware(async (context) => {
				if (context.path === "/sign-up/email") await requireClaimCode(vault, context.body);
			}),
			after: createAuthMiddleware(async ({ path, context, body, headers }) => {
				const action = RECORDED[path];
				if (!action) return;
				const address = headers?.get(ADDRESS_HEADER) ?? null;
				const user = context.newSession?.user ?? context.session?.user;
				const failed = context.returned instanceof APIError;
				const caller = user && !failed ? userCaller({ role: "", ...user }, address) : anonymous(address);
				const target = typeof body?.email === "string" ? body.email.slice(0, 200) : null;
				await audit.recordAccess(vault, caller, { action, outcome: failed ? "denied" : "done", target });
			}),
		},
	});
}

async function requireClaimCode(vault: Vault, body: { claimCode?: unknown } | undefined): Promise<void> {
	if (await vault.storage.claimed()) throw refusal("ALREADY_CLAIMED");
	const code = typeof body?.claimCode === "string" ? body.claimCode.toUpperCase().replace(/[^0-9A-Z]/g, "") : "";
	if (!sameText(code, vault.claimCode.replaceAll("-", ""))) throw refusal("CLAIM_CODE_WRONG");
}

function refusal(code: ErrorCode): APIError {
	return new APIError(ERRORS[code].transport as "FORBIDDEN" | "CONFLICT", {
		code,
		message: new AppError(code).message,
	});
}
