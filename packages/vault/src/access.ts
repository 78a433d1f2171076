/**
 * Who is asking, and whether they may. Every operation of the vault asks here first; a refusal is on the disk in the audit
 * log before it is thrown.
 */
import {
	AppError,
	type GuardedPath,
	PERMISSIONS,
	type Permission,
	PROCEDURES,
	ROLES,
	type Role,
} from "@holdfast/contract";
import type { AuditRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

export interface Caller {
	/** `user:<id>`, `token:<id>` or `cli:<login>@<host>`; `anonymous` without a valid credential. */
	readonly actor: string;
	/** The name people know it by. */
	readonly label: string;
	readonly permissions: ReadonlySet<Permission>;
	/** The environments it is limited to; `null` for all. */
	readonly environments: ReadonlySet<string> | null;
	/** Whose personal settings apply; `null` for tokens and the command line. */
	readonly userId: string | null;
	/** When its credential ends, in milliseconds since 1970; `null` for people and for tokens that last. */
	readonly expiresAt: number | null;
	/** The network address the request came from. */
	readonly address: string | null;
}

export function anonymous(address: string | null): Caller {
	return {
		actor: "anonymous",
		label: "nobody",
		permissions: new Set(),
		environments: new Set(),
		userId: null,
		expiresAt: null,
		address,
	};
}

export function userCaller(user: { id: string; name: string; role: string }, address: string | null): Caller {
	const permissions: readonly Permission[] = user.role in ROLES ? ROLES[user.role as Role] : [];
	return {
		actor: `user:${user.id}`,
		label: user.name,
		permissions: new Set(permissions),
		environments: null,
		userId: user.id,
		expiresAt: null,
		address,
	};
}

/** Whoever can read the data folder and the root key can do everything; the audit log says that they did. */
export function localCaller(login: string, host: string): Caller {
	return {
		actor: `cli:${login}@${host}`,
		label: `${login} on ${host}`,
		permissions: new Set(Object.keys(PERMISSIONS) as Permission[]),
		environments: null,
		userId: null,
		expiresAt: null,
		address: null,
	};
}

/** What is about to be done, as the audit log will call it. */
export interface Act {
	/** The procedure that is carried out. Its row in the table says which permission it needs. */
	action: GuardedPath;
	target: string | null;
	environment: string | null;
	/** In place of the row's, for the one operation that needs less: to read what is one's own. */
	permission?: Permission;
}

/** What is of the whole instance, and so not for whoever is limited to environments. */
const OF_ALL: ReadonlySet<Permission> = new Set([
	"members.write",
	"system.see",
	"system.write",
	"backups.write",
	"keys.write",
]);

/**
 * Let the caller go on, or record the denial and refuse.
 *
 * @throws AppError `SIGNED_OUT` without a credential, `NOT_ALLOWED` without the permission or outside the environments.
 */
export async function authorize(vault: Vault, caller: Caller, act: Act): Promise<void> {
	const needed = act.permission ?? PROCEDURES[act.action];
	const permitted = caller.permissions.has(needed);
	const { environments } = caller;
	const { environment } = act;
	const inScope = environments === null || (environment === null ? !OF_ALL.has(needed) : environments.has(environment));
	if (permitted && inScope) return;
	const scope = environment === null ? "all environments" : `the environment ${environment}`;
	const detail = permitted ? `access to ${scope}` : `leave to ${PERMISSIONS[needed]}`;
	return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail }));
}

/**
 * Record that the caller was denied something, then throw why. A request without any credential is refused without an entry:
 * there is nobody to record, and strangers could fill the log.
 *
 * @throws AppError the one given; `SIGNED_OUT` without a credential.
 */
export async function deny(vault: Vault, caller: Caller, act: Act, error: AppError): Promise<never> {
	if (caller.actor === "anonymous") throw new AppError("SIGNED_OUT");
	const { action, target, environment } = act;
	const details = { refusal: error.code };
	await vault.storage.commit({ audit: [entry(caller, { action, target, environment, outcome: "denied", details })] });
	throw error;
}

type Recorded = Pick<AuditRow, "action" | "target" | "environment" | "outcome"> & { details?: AuditRow["details"] };

/** What the audit log says of whoever does something. */
export type Actor = Pick<Caller, "actor" | "label" | "address">;

/** Holdfast itself. */
export const SYSTEM: Actor = { actor: "holdfast", label: "Holdfast", address: null };

/** An audit entry of what a caller does at this moment. */
export function entry(caller: Actor, recorded: Recorded): Omit<AuditRow, "index" | "revision"> {
	return {
		at: Date.now(),
		actor: caller.actor,
		actorLabel: caller.label,
		action: recorded.action,
		target: recorded.target,
		environment: recorded.environment,
		outcome: recorded.outcome,
		address: caller.address,
		details: recorded.details ?? {},
	};
}

/** An audit entry of what Holdfast does by itself. */
export function bySystem(recorded: Recorded): Omit<AuditRow, "index" | "revision"> {
	return entry(SYSTEM, recorded);
}
