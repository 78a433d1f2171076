/**
 * The vault's storage in PostgreSQL, for many machines. A commit is one transaction with an id of its own: when it returns,
 * it is as durable as the server's `synchronous_commit` makes it, and when its answer is lost, the id says whether it was.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "@holdfast/contract";
import type { KeyOwner, SealedDataKey } from "@holdfast/crypto";
import { and, desc, eq, lt, ne, notInArray, sql } from "drizzle-orm";
import { Conflict } from "../conflict.ts";
import { selectPrunable } from "../erase.ts";
import { type FolderLock, openLock } from "../lock.ts";
import { type PlaceName, POSTGRES, SEALED, type SealedRow, selectSealed, toSealedRow, type Wanted } from "../sealed.ts";
import { toPerson } from "../sign-in.ts";
import type {
	BackupRow,
	Change,
	Committed,
	FactorRow,
	Instance,
	InstanceState,
	Kept,
	LinkRow,
	MirrorRow,
	Opened,
	PasskeyRow,
	PersonRow,
	RootKeyRow,
	SessionRow,
	Storage,
	VersionPlace,
	WorkerReport,
	WorkerRow,
} from "../storage.ts";
import { account, passkey, session, twoFactor, user, verification } from "./auth-tables.ts";
import { writeChanges } from "./commit.ts";
import {
	inTransaction,
	isTaken,
	isTangled,
	lossOf,
	migrateTables,
	openPool,
	type PostgresDatabase,
	readInstance,
	startLocked,
	translated,
} from "./connect.ts";
import { copyToFile } from "./copy.ts";
import { eraseTraces } from "./erase.ts";
import { factorOf, passkeyByCredential, passkeysOf } from "./factors.ts";
import { allLinks, linkByHash } from "./links.ts";
import { type Listener, openListener } from "./listen.ts";
import { machineOf } from "./machine.ts";
import { type Queries, queriesOn } from "./queries.ts";
import { backups, commitIds, dataKeys, instances, rootKeys, tokens, workers } from "./schema.ts";
import { countsOf, sessionsOf } from "./sign-in.ts";

/** All in milliseconds. How long a commit is tried for while the server is away, and how long between tries at most. */
const LONGEST_TRY = 15_000;
const LONGEST_PAUSE = 500;
/** How long ids of commits are kept, and how often older ones are removed. */
const KEEP_IDS = 24 * 60 * 60 * 1000;
const FORGET_EVERY = 60 * 60 * 1000;

class PostgresStorage implements Storage {
	readonly instance: Instance;
	readonly #db: PostgresDatabase;
	readonly #queries: Queries;
	readonly #mirrorLock: FolderLock;
	readonly #listener: Listener;
	readonly #machine: string;
	#known = -1;
	#forgotAt = 0;
	#restoredAt: number | null | undefined;

	/** The folder is this host's: its lock is for the files that processes of this host write. */
	constructor(db: PostgresDatabase, folder: string, instance: Instance) {
		this.instance = instance;
		this.#db = db;
		this.#queries = queriesOn(db);
		this.#mirrorLock = openLock(folder, "mirror");
		this.#machine = machineOf(folder);
		this.#listener = openListener(db, { revision: () => this.revision(), known: () => this.#known });
	}

	/**
	 * Asked of the server each time. What it last notified may be older than a commit that was acknowledged elsewhere before
	 * this read began.
	 */
	async revision(): Promise<number> {
		const [row] = await read(() => this.#db.select({ revision: instances.revision }).from(instances));
		this.#known = Math.max(this.#known, row?.revision ?? 0);
		return row?.revision ?? 0;
	}

	onRevision(listener: () => void): () => void {
		return this.#listener.add(listener);
	}

	environments() {
		return read(() => this.#queries.environments());
	}

	async state(): Promise<InstanceState> {
		const [row] = await read(() => this.#queries.instance());
		const { policy = {}, rotation = null, generation = 0 } = row ?? {};
		return { policy, rotation, generation };
	}

	rootKeys(): Promise<RootKeyRow[]> {
		const oldestFirst = sql`${rootKeys.createdAt} nulls first`;
		return read(() => this.#db.select().from(rootKeys).orderBy(oldestFirst, rootKeys.id));
	}

	async dataKey(owner: string): Promise<SealedDataKey | null> {
		const [row] = await read(() => this.#queries.dataKey(owner));
		return row ? toDataKey(row) : null;
	}

	async dataKeyById(id: string): Promise<SealedDataKey | null> {
		const [row] = await read(() => this.#queries.dataKeyById(id));
		return row ? toDataKey(row) : null;
	}

	async staleKeys(limit: number): Promise<SealedDataKey[]> {
		const { owner, current, generation } = dataKeys;
		const isOlder = lt(generation, sql`(select ${instances.generation} from ${instances})`);
		const isStale = and(eq(current, true), isOlder, ne(owner, "instance"));
		const rows = await read(() => this.#db.select().from(dataKeys).where(isStale).orderBy(dataKeys.id).limit(limit));
		return rows.map(toDataKey);
	}

	async countSealed(place: PlaceName): Promise<number> {
		const { table, column } = SEALED[place];
		const count = sql`select count(${sql.identifier(column)}) as n from ${sql.identifier(table)}`;
		const { rows } = await read(() => this.#db.execute<{ n: string }>(count));
		return Number(rows[0]?.n ?? 0);
	}

	async sealed(place: PlaceName, wanted: Wanted): Promise<SealedRow[]> {
		const { rows } = await read(() => this.#db.execute(selectSealed(place, wanted, POSTGRES)));
		return rows.map((row) => toSealedRow(place, row));
	}

	current(environment: string, owner: string, since = -1) {
		return read(() => this.#queries.current(environment, owner, since));
	}

	present(environment: string) {
		return read(() => this.#queries.present(environment));
	}

	async setting(environment: string, owner: string, name: string) {
		const [row] = await read(() => this.#queries.setting({ environment, owner, name }));
		return row ?? null;
	}

	history(environment: string, owner: string, name: string, since = -1) {
		return read(() => this.#queries.history({ environment, owner, name }, since));
	}

	async prunable(kept: Kept, after: VersionPlace | null, limit: number): Promise<VersionPlace[]> {
		const { rows } = await read(() => this.#db.execute(selectPrunable(kept, after, limit)));
		return rows as unknown as VersionPlace[];
	}

	eraseTraces(how: { whole: boolean }): Promise<boolean> {
		return translated(() => eraseTraces(this.#db, how));
	}

	async mirror(environment: string, folder: string) {
		const [row] = await read(() => this.#queries.mirror(environment, `${this.#machine}${folder}`));
		return row ? { ...row, folder } : null;
	}

	async lastFolder(): Promise<string | null> {
		const [row] = await read(() => this.#queries.lastFolder(this.#machine));
		return row?.folder.slice(this.#machine.length) ?? null;
	}

	audit(before: number, limit: number, environments: readonly string[] | null = null) {
		return read(() => this.#queries.audit(before, limit, environments));
	}

	async lastTest(provider: string, environment: string) {
		const [row] = await read(() => this.#queries.lastTest(provider, environment));
		return row ?? null;
	}

	tokens() {
		return read(() => this.#queries.tokens());
	}

	async tokenById(id: string) {
		const [row] = await read(() => this.#queries.tokenById(id));
		return row ?? null;
	}

	links(): Promise<LinkRow[]> {
		return read(() => allLinks(this.#db));
	}

	linkByHash(hash: string): Promise<LinkRow | null> {
		return read(() => linkByHash(this.#db, hash));
	}

	async touchTokens(uses: ReadonlyMap<string, number>): Promise<void> {
		for (const [id, at] of uses)
			await read(() => this.#db.update(tokens).set({ lastUsedAt: at }).where(eq(tokens.id, id)));
	}

	workers(): Promise<WorkerRow[]> {
		return read(() => this.#queries.workers());
	}

	async reportWorker(worker: WorkerReport, forgetBefore: number): Promise<boolean> {
		const { kind, environment } = worker;
		const setWhere = sql`${workers.kind} = ${kind} and ${workers.environment} is not distinct from ${environment}`;
		const put = this.#db.insert(workers).values(worker);
		const { rowCount } = await read(() => put.onConflictDoUpdate({ target: workers.id, set: worker, setWhere }));
		await read(() => this.#db.delete(workers).where(lt(workers.seenAt, forgetBefore)));
		return rowCount === 1;
	}

	async removeWorker(id: string): Promise<void> {
		await read(() => this.#db.delete(workers).where(eq(workers.id, id)));
	}

	backups(): Promise<BackupRow[]> {
		// Not by the clock first, which may have been ahead for a while.
		return read(() => this.#db.select().from(backups).orderBy(desc(backups.revision), desc(backups.at)));
	}

	async restoredAt(): Promise<number | null> {
		if (this.#restoredAt !== undefined) return this.#restoredAt;
		const restored = sql`select max(revision) as revision from audit where action = 'backups.restore'`;
		const { rows } = await read(() => this.#db.execute<{ revision: string | null }>(restored));
		const revision = rows[0]?.revision ?? null;
		this.#restoredAt = revision === null ? null : Number(revision);
		return this.#restoredAt;
	}

	async copyTo(path: string): Promise<void> {
		await copyToFile(this.#db, path);
	}

	/**
	 * A commit that is lost on the way is made again under its id, which is the first thing it writes: as long as the first
	 * attempt is not decided the second one waits for it there, and finds the id when that one was written after all.
	 */
	async commit(...changes: readonly Change[]): Promise<Committed> {
		const id = randomUUID();
		const here = changes.map((change) => ({
			...change,
			mirrored: change.mirrored?.map((row) => this.#ours(row)) ?? [],
		}));
		let deadline = Number.POSITIVE_INFINITY;
		for (let pause = 5; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
			try {
				return { done: true, revision: await this.#write(id, here) };
			} catch (error) {
				if (error instanceof Conflict) return { done: false, conflict: error.about };
				if (isTaken(error, "commit_id_pkey")) return await this.#lookUp(id);
				const passes = lossOf(error) !== null || isTangled(error);
				if (!passes || performance.now() > deadline) return await translated(() => Promise.reject(error));
				// From the first loss on, however long that took to be noticed.
				deadline = Math.min(deadline, performance.now() + LONGEST_TRY);
			}
			await sleep(pause * (0.5 + Math.random() / 2));
		}
	}

	async #write(id: string, changes: readonly Change[]): Promise<number> {
		const at = Date.now();
		const isToForget = at - this.#forgotAt > FORGET_EVERY;
		// What stands in these statements is made here: the id of random digits, and numbers.
		const { revision } = await inTransaction(this.#db, (tx) => writeChanges(tx, changes), {
			first: `insert into commit_id (id, revision, at) values ('${id}', 0, ${at});`,
			last: ({ revision, isTold }) =>
				[
					`update commit_id set revision = ${revision} where id = '${id}';`,
					isToForget ? `delete from commit_id where at < ${at - KEEP_IDS};` : "",
					// Heard by those who listen once the transaction is committed.
					isTold ? `select pg_notify('holdfast', '${revision}');` : "",
				].join(""),
		});
		if (isToForget) this.#forgotAt = at;
		return revision;
	}

	/** Folders are relative to the data folder, and every machine has one of its own. */
	#ours(row: MirrorRow): MirrorRow {
		return { ...row, folder: `${this.#machine}${row.folder}` };
	}

	async #lookUp(id: string): Promise<Committed> {
		const [row] = await read(() => this.#db.select().from(commitIds).where(eq(commitIds.id, id)));
		if (!row) throw new AppError("DATABASE_UNREADABLE", { detail: "a commit that was there is gone" });
		return { done: true, revision: row.revision };
	}

	async claimed(): Promise<boolean> {
		return (await read(() => this.#queries.anyAccount())).length > 0;
	}

	async people(): Promise<PersonRow[]> {
		const counts = await read(() => countsOf(this.#db));
		return (await read(() => this.#queries.people())).map((row) => toPerson(row, counts));
	}

	sessions(userId: string): Promise<SessionRow[]> {
		return read(() => sessionsOf(this.#db, userId));
	}

	factor(userId: string): Promise<FactorRow | null> {
		return read(() => factorOf(this.#db, userId));
	}

	passkeys(userId: string): Promise<PasskeyRow[]> {
		return read(() => passkeysOf(this.#db, userId));
	}

	passkeyByCredential(credentialId: string): Promise<PasskeyRow | null> {
		return read(() => passkeyByCredential(this.#db, credentialId));
	}

	async isGone(userId: string): Promise<boolean> {
		return (await read(() => this.#queries.isGone(userId))).length > 0;
	}

	async forgetUnfinishedClaims(before: Date): Promise<void> {
		const withAccount = this.#db.select({ id: account.userId }).from(account);
		await read(() => this.#db.delete(user).where(and(lt(user.createdAt, before), notInArray(user.id, withAccount))));
	}

	exclusive<T>(act: () => Promise<T>): Promise<T> {
		return this.#mirrorLock.run(act);
	}

	async close(): Promise<void> {
		this.#mirrorLock.close();
		await this.#listener.close();
		await this.#db.$client.end();
	}
}

function toDataKey(row: { id: string; owner: string; sealed: Uint8Array }): SealedDataKey {
	return { id: row.id, owner: row.owner as KeyOwner, sealed: row.sealed };
}

/** One statement that may be run twice, and is, on another connection, when the first was lost. */
async function read<T>(act: () => PromiseLike<T>): Promise<T> {
	try {
		return await act();
	} catch (error) {
		if (lossOf(error) === null) return await translated(() => Promise.reject(error));
		return await translated(async () => await act());
	}
}

/** Connect, migrate, and hand the database to `begin` while no other process starts on it. */
export async function openPostgres<T>(
	{ url, folder }: { url: string; folder: string },
	begin: (opened: Opened) => Promise<T>,
): Promise<T> {
	const database = openPool(url);
	try {
		return await startLocked(database, async () => {
			await migrateTables(database);
			const instance = await readInstance(database);
			const storageOf = (instance: Instance) => new PostgresStorage(database, folder, instance);
			return await begin({
				database,
				accounts: { provider: "pg", schema: { user, session, account, verification, twoFactor, passkey } },
				storage: instance && storageOf(instance),
				async create(instance, rootKey, first) {
					await inTransaction(database, async (tx) => {
						await tx.insert(instances).values({ ...instance, revision: 0 });
						await tx.insert(rootKeys).values(rootKey);
						await writeChanges(tx, [first]);
					});
					return storageOf(instance);
				},
			});
		});
	} catch (error) {
		await database.$client.end();
		return await translated(() => Promise.reject(error));
	}
}
