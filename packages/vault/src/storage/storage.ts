/**
 * What the vault asks of a database. Implementations know rows and transactions and nothing of keys, permissions or files;
 * `conformance.ts` is the suite that each of them passes.
 */
import type { Drill, Policy } from "@holdfast/contract/schemas";
import type { Derivation, SealedDataKey } from "@holdfast/crypto";
import type { SqliteDatabase } from "./connect.ts";
import type { FactorRow, FactorStep, PasskeyRow, PasskeyStep } from "./factors.ts";
import type { LinkRow, PersonRow, SessionRow } from "./people-rows.ts";
import type { PostgresDatabase } from "./postgres/connect.ts";
import type { StoredMirror, StoredRotation } from "./schema.ts";
import type { PlaceName, Resealed, SealedRow, Wanted } from "./sealed.ts";

export type { FactorRow, LinkRow, PasskeyRow, PersonRow, SessionRow };

export interface Instance {
	id: string;
	/** The id of the root key everything is sealed under. */
	rootKeyId: string;
}

/** What the instance's row says beside that. */
export interface InstanceState {
	/** How long things are kept, where that was chosen. */
	policy: Partial<Policy>;
	/** The rotation under way, or the last one. */
	rotation: StoredRotation | null;
	/** Data keys of an older generation are to be replaced. */
	generation: number;
}

export interface RootKeyRow {
	id: string;
	state: "current" | "previous" | "retired";
	derivation: Derivation | null;
	canary: string | null;
	/** The key itself sealed under another root key, whose id is in the envelope's header. */
	bridge: Uint8Array | null;
	createdAt: number | null;
	retiredAt: number | null;
	kitStoredAt: number | null;
}

export interface EnvironmentRow {
	/** What everything in it is stored and sealed under. Never changes. */
	id: string;
	/** What people call it. No two that are not removed have the same. */
	name: string;
	revision: number;
	edition: number;
	snapshot: Uint8Array;
	mirror: StoredMirror | null;
	/** Removed, with its history kept. */
	removed: boolean;
}

/** One version of one setting. `fingerprint` is `null` for a removal, `sealed` also where an old value is no longer kept. */
export interface VersionRow {
	/** The environment's id. */
	environment: string;
	/** `shared`, or a user's id. */
	owner: string;
	name: string;
	version: number;
	secret: boolean;
	sealed: Uint8Array | null;
	fingerprint: string | null;
	/** The version whose value this one brought back. */
	restoredFrom: number | null;
	revision: number;
	/** Milliseconds since 1970. */
	at: number;
	by: string;
	message: string | null;
}

export interface AuditRow {
	index: number;
	at: number;
	actor: string;
	actorLabel: string;
	action: string;
	target: string | null;
	/** The environment's name at that time. */
	environment: string | null;
	outcome: "done" | "denied" | "failed";
	address: string | null;
	revision: number | null;
	details: Record<string, string | number | boolean | null>;
}

export interface TokenRow {
	id: string;
	hash: string;
	label: string;
	environments: string[] | null;
	permissions: string[];
	/** The addresses and ranges it may be used from; `null` for any. */
	addresses: string[] | null;
	/** The digest of the credential before the last rotation, and until when it is still taken. */
	previousHash: string | null;
	previousUntil: number | null;
	createdAt: number;
	createdBy: string;
	/** Who that was, as the audit log calls them; `null` of a token that is older than this record. */
	creator: string | null;
	expiresAt: number | null;
	revokedAt: number | null;
	lastUsedAt: number | null;
}

/** A backup that was made here. Its file may be gone. */
export interface BackupRow {
	/** 16 hex digits, random. */
	id: string;
	/** The file's name in the folder for backups. */
	file: string;
	at: number;
	revision: number;
	/** Of the file, in bytes. */
	size: number;
	rootKeyId: string;
	by: string;
	/** The last drill of it. */
	drill: Drill | null;
}

/** A project folder that keeps an environment's `.env` file, and the revision that file was last known to hold. */
export interface MirrorRow {
	/** The environment's id. */
	environment: string;
	/** Relative to the data folder. */
	folder: string;
	revision: number;
	/**
	 * What Holdfast last wrote for each name whose line was then left alone because someone had edited it: a fingerprint, or
	 * `null` for no line. For every other name it is the version that was current at `revision`. `null` as a whole: nothing
	 * is known of the file, because it was given another place or form at `revision`.
	 */
	base: Record<string, string | null> | null;
}

/** A running process that holds values. */
export interface WorkerRow {
	id: string;
	host: string;
	pid: number;
	program: string;
	kind: "server" | "application";
	/** The environment's id; `null` for a server. */
	environment: string | null;
	revision: number;
	/** The names whose value it has from elsewhere. */
	inherited: string[];
	/** Whether it reported itself over the network. */
	remote: boolean;
	/** Milliseconds since 1970. */
	seenAt: number;
}

/** Without `inherited`, what was said of that before stays. */
export type WorkerReport = Omit<WorkerRow, "inherited"> & Partial<Pick<WorkerRow, "inherited">>;

export type VersionPlace = Pick<VersionRow, "environment" | "owner" | "name" | "version">;

/** Which versions keep their value beside the current one; `null` is no limit. */
export interface Kept {
	/** The newest so many, the current one included. */
	versions: number | null;
	/** Those that were current at this time, in milliseconds since 1970, or later. */
	since: number | null;
}

/** A version to be written: the one after the current one, or the commit is refused as a conflict. */
export type VersionWrite = Omit<VersionRow, "revision">;

/** A step of a rotation; see rotation.ts in the vault. A step whose ground has moved is a conflict. */
export type KeyringStep =
	/** The canary of a root key that had none. */
	| { step: "marked"; id: string; canary: string }
	/** A new root key over the one `before`, and each older key's bridge under the new one. */
	| {
			step: "began-root";
			before: string;
			key: RootKeyRow;
			bridges: ReadonlyArray<{ id: string; bridge: Uint8Array }>;
			rotation: StoredRotation;
	  }
	| { step: "began-data"; generation: number; rotation: StoredRotation }
	/** New current data keys in the place of others, which stay for what is sealed under them. */
	| { step: "replaced"; keys: ReadonlyArray<{ before: string; key: SealedDataKey }> }
	| { step: "resealed"; place: PlaceName; rows: readonly Resealed[] }
	/** Refused while anything is sealed under the key. The rotation is finished with it. */
	| { step: "retired-root"; id: string; at: number }
	/** Data keys that are not current go. Refused while anything is sealed under one, unless those are to be left. */
	| { step: "finished-data"; at: number; leaving: boolean }
	| { step: "kit-stored"; id: string; at: number };

/**
 * One commit, as data. All of it is written, or none. When it changes settings or an environment, it raises the revision by
 * one, and its audit entries carry the new revision; see `raisesRevision`.
 */
export interface Change {
	writes?: readonly VersionWrite[];
	/** A new environment. Its first snapshot comes with it and has edition 1. */
	create?: { id: string; name: string };
	/**
	 * The environment's next snapshot. Its edition must be one more than the stored one. With `removed` it also removes the
	 * environment, or brings a removed one back.
	 */
	snapshot?: { environment: string; edition: number; sealed: Uint8Array; removed?: boolean };
	/** How an environment's file is kept, after `before`. When it is `moved`, nothing is known of the file any more. */
	mirror?: { environment: string; before: StoredMirror | null; options: StoredMirror | null; moved: boolean };
	/** An environment's new name, and whether its file moves with it. Tokens and people limited in the old one go along. */
	rename?: { environment: string; from: string; to: string; moved: boolean };
	/** Values of old versions to be let go of; their rows stay. A version that is current, or has none, is a conflict. */
	prune?: readonly VersionPlace[];
	/**
	 * Someone with this role goes, with sessions, account, data keys and personal settings, and the tokens they made are revoked
	 * as of `at`; a conflict for the last owner.
	 */
	removePerson?: Pick<PersonRow, "id" | "role"> & { at: number };
	/**
	 * Another role for someone who has these, and the end of some tokens as of `at`; a conflict when it would leave no owner.
	 */
	updatePerson?: Pick<PersonRow, "id" | "role" | "narrowed"> & {
		before: Pick<PersonRow, "role" | "narrowed">;
		revoke: readonly string[];
		at: number;
	};
	/** Data keys of owners that have none. A person who was removed gets none. */
	keys?: readonly SealedDataKey[];
	keyring?: KeyringStep;
	/** How long things are kept; what is not named stays as it is. */
	policy?: Partial<Policy>;
	audit: ReadonlyArray<Omit<AuditRow, "index" | "revision">>;
	mirrored?: readonly MirrorRow[];
	token?: TokenRow;
	revokeToken?: { id: string; at: number };
	/** Another credential for a token that still has the one `before`, or it is a conflict. */
	rotateToken?: Pick<TokenRow, "id" | "hash" | "previousHash" | "previousUntil" | "creator"> & { before: string };
	/**
	 * A new link, in the place of those of its kind for the same address; one by mail, of those by mail. A conflict when nobody
	 * backs it; see giving.ts.
	 */
	link?: LinkRow;
	/** The end of a link that is open at that time, or it is a conflict. One that is used has to be backed as well. */
	endLink?: { id: string; as: "used" | "revoked"; at: number };
	backup?: BackupRow;
	/** The ids of backups whose files go. */
	forgetBackups?: readonly string[];
	drilled?: { id: string; drill: Drill };
	/**
	 * A password in the place of the one before; `id` is for the row of someone who had none. What was open by the one before
	 * ends: links to set another, and sign-ins that wait for their second factor. A conflict when they are gone.
	 */
	password?: { userId: string; id: string; hash: string; at: number };
	/** Someone's second factor, recovery codes and passkeys go. A conflict when they are gone. */
	forgetFactors?: { userId: string };
	/** Someone's identity at the OpenID Connect provider goes. A conflict when they have no other way in. */
	disconnect?: { userId: string };
	/** The next thing with someone's second factor, or one of their passkeys. A conflict when it does not fit what is stored. */
	factor?: FactorStep;
	passkey?: PasskeyStep;
	/** Someone's sessions end: all, `only` one, or all `except` one. A conflict when that one is not there. */
	endSessions?: { userId: string; only?: string; except?: string };
	/** Someone's session has ended: whoever waits in its name is to be told. */
	sessionEnded?: boolean;
}

/**
 * `conflict` names the setting, environment, key or key owner that changed since the caller read it, or the key that what
 * was to be written is sealed under and that is gone. Nothing was written.
 */
export type Committed = { done: true; revision: number } | { done: false; conflict: string };

/** An embedded database answers at once, a server's later; the vault awaits both. */
type Answer<T> = T | Promise<T>;

/** `environment` is an environment's id throughout, but for the audit log, which has names. */
export interface Storage {
	readonly instance: Instance;
	/** The current revision. Cheap: it is asked before every read. */
	revision(): Answer<number>;
	/**
	 * Be told, soon after each commit of this process or any other that raised the revision or ended someone's access. Told
	 * once of several, now and then of nothing, and never before a read would show it. Gives what ends it.
	 */
	onRevision(listener: () => void): () => void;
	state(): Answer<InstanceState>;
	rootKeys(): Answer<RootKeyRow[]>;
	environments(): Answer<EnvironmentRow[]>;
	/** The current data key of an owner. */
	dataKey(owner: string): Answer<SealedDataKey | null>;
	dataKeyById(id: string): Answer<SealedDataKey | null>;
	/** Data keys that have yet to be replaced, oldest ids first: current ones of a generation before the instance's. */
	staleKeys(limit: number): Answer<SealedDataKey[]>;
	/** How many envelopes a place has. */
	countSealed(place: PlaceName): Answer<number>;
	/** Envelopes of a place in the order of its key. */
	sealed(place: PlaceName, wanted: Wanted): Answer<SealedRow[]>;
	/** The current versions of an owner in an environment, removals included, that are newer than `since`. */
	current(environment: string, owner: string, since?: number): Answer<VersionRow[]>;
	/** The current versions of every owner in an environment, without removals. */
	present(environment: string): Answer<VersionRow[]>;
	/** The current version of one setting, a removal included. */
	setting(environment: string, owner: string, name: string): Answer<VersionRow | null>;
	/** The versions of one setting, newest first: all, or from the one on that was current at the revision `since`. */
	history(environment: string, owner: string, name: string, since?: number): Answer<VersionRow[]>;
	/** Versions after one, in the order of their places, whose value is no longer to be kept. */
	prunable(kept: Kept, after: VersionPlace | null, limit: number): Answer<VersionPlace[]>;
	/** Leave nothing of what was deleted in files and logs. Takes long for a `whole` database. False when others are in the way. */
	eraseTraces(how: { whole: boolean }): Answer<boolean>;
	mirror(environment: string, folder: string): Answer<MirrorRow | null>;
	/** The project folder that was written last, for processes that do not serve one; `null` when there is none yet. */
	lastFolder(): Answer<string | null>;
	/** Entries with an index below `before`, newest first: all, or those of acts in one of the environments. */
	audit(before: number, limit: number, environments?: readonly string[] | null): Answer<AuditRow[]>;
	/** The entry of the last test of a provider in an environment that was carried out. */
	lastTest(provider: string, environment: string): Answer<AuditRow | null>;
	tokens(): Answer<TokenRow[]>;
	tokenById(id: string): Answer<TokenRow | null>;
	/** Every link that is kept, newest first. */
	links(): Answer<LinkRow[]>;
	linkByHash(hash: string): Answer<LinkRow | null>;
	/** Record uses of tokens, off any request's path. */
	touchTokens(uses: ReadonlyMap<string, number>): Answer<void>;
	/** Every process that reported itself and is not forgotten, whether or not it still runs. */
	workers(): Answer<WorkerRow[]>;
	/** Report a worker, and forget those not seen since a time. False when the id is that of another kind or environment. */
	reportWorker(worker: WorkerReport, forgetBefore: number): Answer<boolean>;
	removeWorker(id: string): Answer<void>;
	/** The backups made here, newest first. */
	backups(): Answer<BackupRow[]>;
	/** The revision at which the database was last brought back from a backup; `null` when it never was. */
	restoredAt(): Answer<number | null>;
	/**
	 * Write the whole database, as it is at one moment, into an empty or absent file, while reads and commits go on.
	 *
	 * @throws AppError `DATABASE_UNREADABLE` when the file cannot be written.
	 */
	copyTo(path: string): Promise<void>;
	/**
	 * Write changes in their order, each with a revision of its own; all of them, or none. The answer has the last revision.
	 *
	 * @throws AppError `DATABASE_BUSY` when other writers hold the database for too long; nothing was written.
	 */
	commit(...changes: readonly Change[]): Answer<Committed>;
	/** Whether accounts exist: until then the instance waits to be claimed. */
	claimed(): Answer<boolean>;
	/** The sessions of someone that are open, newest first. */
	sessions(userId: string): Answer<SessionRow[]>;
	/** Someone's second factor, or the one they are setting up; `null` without. */
	factor(userId: string): Answer<FactorRow | null>;
	/** Someone's passkeys, the first one first. */
	passkeys(userId: string): Answer<PasskeyRow[]>;
	/** The passkey of that credential id, as the browser gives it. */
	passkeyByCredential(credentialId: string): Answer<PasskeyRow | null>;
	/** Everyone who has an account, the first one first. */
	people(): Answer<PersonRow[]>;
	/** Whether someone who had an account is not there any more. */
	isGone(userId: string): Answer<boolean>;
	/** Forget people who were made before a time and never got an account: a claim that was cut off half way. */
	forgetUnfinishedClaims(before: Date): Answer<void>;
	/** Run `act` while no other process of this host runs one, nor this process another. */
	exclusive<T>(act: () => Promise<T>): Promise<T>;
	close(): Answer<void>;
}

/** A database that a start has opened, and that may have no instance yet. */
export interface Opened {
	/** The connection for better-auth, which keeps accounts and sessions in the same database. */
	database: SqliteDatabase | PostgresDatabase;
	/** What better-auth has to know of it. */
	accounts: { provider: "sqlite" | "pg"; schema: Record<string, unknown> };
	/** `null` before the very first start has finished. */
	storage: Storage | null;
	/** Write the instance, its first root key and its first change, all of it or nothing. */
	create(instance: Instance, rootKey: Omit<RootKeyRow, "bridge">, first: Change): Answer<Storage>;
}
