/**
 * Who is asking, and whether they may. Every operation of the vault asks here first; a refusal is on the disk in the audit
 * log before it is thrown.
 */
import {
	type Access,
	AppError,
	accessIn,
	accessOf,
	ELSEWHERE,
	type GuardedPath,
	isProvenAct,
	may,
	mayEverywhere,
	type Narrowed,
	PERMISSIONS,
	type Permission,
	PROCEDURES,
	PROOF_LASTS,
	PROVEN,
	type ProcedurePath,
	type ProvenAct,
} from "@holdfast/contract";
import { Narrowings } from "@holdfast/contract/schemas";
import type { AuditRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

export interface Caller {
	/** `user:<id>`, `token:<id>` or `cli:<login>@<host>`; `anonymous` without a valid credential. */
	readonly actor: string;
	/** The name people know it by. */
	readonly label: string;
	/** What it may do, and where. */
	readonly access: Access;
	/** Whose personal settings apply; `null` for tokens and the command line. */
	readonly userId: string | null;
	/** The session it comes with; `null` without one. */
	readonly sessionId: string | null;
	/** When its credential ends, in milliseconds since 1970; `null` for people and for tokens that last. */
	readonly expiresAt: number | null;
	/** When it last proved who it is, in milliseconds since 1970; `null` for whoever does so with each call. */
	readonly provenAt: number | null;
	/** The network address the request came from. */
	readonly address: string | null;
}

export function anonymous(address: string | null): Caller {
	return {
		actor: "anonymous",
		label: "nobody",
		access: accessIn([], []),
		userId: null,
		sessionId: null,
		expiresAt: null,
		provenAt: null,
		address,
	};
}

/** Someone who is signed in. */
export interface SignedIn {
	id: string;
	name: string;
	role: string;
	narrowed: Narrowed | null;
	provenAt: number;
	sessionId: string | null;
}

/** The narrowed roles as they are stored. What cannot be read narrows everything to nothing. */
export function readNarrowed(text: string | null | undefined): Narrowed | null {
	if (text == null) return null;
	try {
		return Narrowings.parse(JSON.parse(text));
	} catch {
		return { [ELSEWHERE]: "none" };
	}
}

export function userCaller(
	{ id, name, role, narrowed, provenAt, sessionId }: SignedIn,
	address: string | null,
): Caller {
	return {
		actor: `user:${id}`,
		label: name,
		access: accessOf(role, narrowed),
		userId: id,
		sessionId,
		expiresAt: null,
		provenAt,
		address,
	};
}

/** Whoever can read the data folder and the root key can do everything; the audit log says that they did. */
export function localCaller(login: string, host: string): Caller {
	return {
		actor: `cli:${login}@${host}`,
		label: `${login} on ${host}`,
		access: accessIn(Object.keys(PERMISSIONS) as Permission[], null),
		userId: null,
		sessionId: null,
		expiresAt: null,
		provenAt: null,
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

/** What was asked for by whoever is refused it. */
export type Denied = Pick<Act, "target" | "environment"> & { action: ProcedurePath | ProvenAct };

/**
 * Let the caller go on, or record the denial and refuse.
 *
 * @throws AppError `SIGNED_OUT` without a credential; `NOT_ALLOWED` without the permission or outside the environments;
 * `PROOF_NEEDED` when the last proof of who it is was too long ago.
 */
export async function authorize(vault: Vault, caller: Caller, act: Act): Promise<void> {
	const needed = act.permission ?? PROCEDURES[act.action];
	if (!may(caller.access, needed, act.environment)) return deny(vault, caller, act, notAllowed(caller, needed, act));
	await requireProof(vault, caller, act);
}

/** Someone with a session, for what they do with their own account. @throws AppError `PEOPLE_ONLY`; `PROOF_NEEDED` */
export async function authorizePerson(vault: Vault, caller: Caller, act: Denied): Promise<string> {
	if (caller.userId === null) return deny(vault, caller, act, new AppError("PEOPLE_ONLY"));
	await requireProof(vault, caller, act);
	return caller.userId;
}

async function requireProof(vault: Vault, caller: Caller, act: Denied): Promise<void> {
	const { provenAt } = caller;
	const isAsked = isProvenAct(act.action) || PROVEN.has(act.action);
	if (provenAt === null || !isAsked || Date.now() - provenAt < PROOF_LASTS) return;
	return deny(vault, caller, act, new AppError("PROOF_NEEDED"));
}

function notAllowed({ access }: Caller, needed: Permission, { environment }: Act): AppError {
	const elsewhere = access.usual.has(needed) || [...access.apart.values()].some((set) => set.has(needed));
	const scope = environment === null ? "all environments" : `the environment ${environment}`;
	return new AppError("NOT_ALLOWED", { detail: elsewhere ? `access to ${scope}` : `leave to ${PERMISSIONS[needed]}` });
}

/** The names of the environments where a caller may do something; `null` when that is everywhere. */
export function namesFor({ live }: Vault, { access }: Caller, permission: Permission): string[] | null {
	if (mayEverywhere(access, permission)) return null;
	const known = new Set([...live.environments().map(({ name }) => name), ...access.apart.keys()]);
	return [...known].filter((name) => may(access, permission, name));
}

/**
 * Record that the caller was denied something, then throw why. A request without any credential is refused without an entry:
 * there is nobody to record, and strangers could fill the log.
 *
 * @throws AppError the one given; `SIGNED_OUT` without a credential.
 */
export async function deny(vault: Vault, caller: Caller, act: Denied, error: AppError): Promise<never> {
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
