/**
 * The vault's storage in one SQLite file, for one machine with many processes. A commit is one IMMEDIATE transaction in WAL
 * mode at synchronous=FULL: when it returns, it is on the disk.
 */
import type { KeyOwner, SealedDataKey } from "@holdfast/crypto";
import type { Statement } from "better-sqlite3";
import { and, desc, eq, lt, ne, notInArray, sql } from "drizzle-orm";
import { runApart } from "./apart.ts";
import * as authTables from "./auth-tables.ts";
import { endsAccess } from "./change.ts";
import { committer } from "./commit.ts";
import { connect, createInstance, readInstance, type SqliteDatabase, translated } from "./connect.ts";
import { eraseTraces, people, selectPrunable } from "./erase.ts";
import { factorOf, passkeyByCredential, passkeysOf } from "./factors.ts";
import { allLinks, linkByHash } from "./links.ts";
import { type FolderLock, openLock } from "./lock.ts";
import { makePrivateFile } from "./private-file.ts";
import { prepareQueries, type Queries } from "./queries.ts";
import { RevisionFile } from "./revision-file.ts";
import { backups, dataKeys, instances, rootKeys, tokens, workers } from "./schema.ts";
import { type PlaceName, SEALED, type SealedRow, SQLITE, selectSealed, toSealedRow, type Wanted } from "./sealed.ts";
import { sessionsOf } from "./sign-in.ts";
import type {
	BackupRow,
	Change,
	Committed,
	FactorRow,
	Instance,
	InstanceState,
	Kept,
	LinkRow,
	Opened,
	PasskeyRow,
	PersonRow,
	RootKeyRow,
	SessionRow,
	Storage,
	VersionPlace,
	WorkerReport,
	WorkerRow,
} from "./storage.ts";

const { account, user } = authTables;

export class SqliteStorage implements Storage {
	readonly instance: Instance;
	readonly #db: SqliteDatabase;
	readonly #queries: Queries;
	readonly #commit: (changes: readonly Change[]) => Committed;
	readonly #dataVersion: Statement;
	readonly #mirrorLock: FolderLock;
	readonly #revisionFile: RevisionFile;
	#seen = { dataVersion: -1, revision: -1 };
	/** Nobody restores into a database that is there, so that it is looked for once. */
	#restoredAt: number | null | undefined;

	constructor(db: SqliteDatabase, folder: string, instance: Instance) {
		this.instance = instance;
		this.#db = db;
		this.#queries = prepareQueries(db);
		this.#commit = committer(db, this.#queries);
		this.#dataVersion = db.$client.prepare("PRAGMA data_version").pluck();
		this.#mirrorLock = openLock(folder, "mirror");
		this.#revisionFile = new RevisionFile(folder, () => this.#dataVersion.get() as number);
	}

	revision(): number {
		return translated(() => {
			const dataVersion = this.#dataVersion.get() as number;
			if (dataVersion !== this.#seen.dataVersion) {
				this.#seen = { dataVersion, revision: this.#queries.instance.get()?.revision ?? 0 };
			}
			return this.#seen.revision;
		});
	}

	onRevision(listener: () => void): () => void {
		return this.#revisionFile.onChange(listener);
	}

	environments() {
		return translated(() => this.#queries.environments.all());
	}

	state(): InstanceState {
		const { policy, rotation, generation } = instances;
		const row = translated(() => this.#db.select({ policy, rotation, generation }).from(instances).get());
		return row ?? { policy: {}, rotation: null, generation: 0 };
	}

	rootKeys(): RootKeyRow[] {
		return translated(() => this.#db.select().from(rootKeys).all());
	}

	dataKey(owner: string): SealedDataKey | null {
		return translated(() => toDataKey(this.#queries.dataKey.get({ owner })));
	}

	dataKeyById(id: string): SealedDataKey | null {
		return translated(() => toDataKey(this.#queries.dataKeyById.get({ id })));
	}

	staleKeys(limit: number): SealedDataKey[] {
		const { owner, current, generation } = dataKeys;
		const isOlder = lt(generation, sql`(select ${instances.generation} from ${instances})`);
		const isStale = and(eq(current, true), isOlder, ne(owner, "instance"));
		const rows = translated(() =>
			this.#db.select().from(dataKeys).where(isStale).orderBy(dataKeys.id).limit(limit).all(),
		);
		return rows.flatMap((row) => toDataKey(row) ?? []);
	}

	countSealed(place: PlaceName): number {
		const { table, column } = SEALED[place];
		const count = sql`select count(${sql.identifier(column)}) as n from ${sql.identifier(table)}`;
		return translated(() => this.#db.get<{ n: number }>(count)?.n ?? 0);
	}

	sealed(place: PlaceName, wanted: Wanted): SealedRow[] {
		const rows = translated(() => this.#db.all<Record<string, unknown>>(selectSealed(place, wanted, SQLITE)));
		return rows.map((row) => toSealedRow(place, row));
	}

	current(environment: string, owner: string, since = -1) {
		return translated(() => this.#queries.current.all({ environment, owner, since }));
	}

	present(environment: string) {
		return translated(() => this.#queries.present.all({ environment }));
	}

	setting(environment: string, owner: string, name: string) {
		return translated(() => this.#queries.setting.get({ environment, owner, name }) ?? null);
	}

	history(environment: string, owner: string, name: string, since = -1) {
		return translated(() => this.#queries.history.all({ environment, owner, name, since }));
	}

	prunable(kept: Kept, after: VersionPlace | null, limit: number): VersionPlace[] {
		return translated(() => this.#db.all<VersionPlace>(selectPrunable(kept, after, limit)));
	}

	eraseTraces(how: { whole: boolean }): boolean {
		return translated(() => eraseTraces(this.#db, how));
	}

	mirror(environment: string, folder: string) {
		return translated(() => this.#queries.mirror.get({ environment, folder }) ?? null);
	}

	lastFolder(): string | null {
		return translated(() => this.#queries.lastFolder.get()?.folder ?? null);
	}

	audit(before: number, limit: number, environments: readonly string[] | null = null) {
		const only = environments && JSON.stringify(environments);
		return translated(() => this.#queries.audit.all({ before, limit, environments: only }));
	}

	lastTest(provider: string, environment: string) {
		return translated(() => this.#queries.lastTest.get({ provider, environment }) ?? null);
	}

	tokens() {
		return translated(() => this.#queries.tokens.all());
	}

	tokenById(id: string) {
		return translated(() => this.#queries.tokenById(id));
	}

	links(): LinkRow[] {
		return translated(() => allLinks(this.#db));
	}

	linkByHash(hash: string): LinkRow | null {
		return translated(() => linkByHash(this.#db, hash));
	}

	touchTokens(uses: ReadonlyMap<string, number>): void {
		const touch = this.#db.$client.transaction(() => {
			for (const [id, at] of uses) this.#db.update(tokens).set({ lastUsedAt: at }).where(eq(tokens.id, id)).run();
		});
		translated(() => touch.immediate());
	}

	workers(): WorkerRow[] {
		return translated(() => this.#queries.workers.all());
	}

	reportWorker(worker: WorkerReport, forgetBefore: number): boolean {
		const { kind, environment } = worker;
		const setWhere = sql`${workers.kind} = ${kind} and ${workers.environment} is ${environment}`;
		const put = this.#db.insert(workers).values(worker);
		const report = this.#db.$client.transaction(() => {
			const { changes } = put.onConflictDoUpdate({ target: workers.id, set: worker, setWhere }).run();
			this.#db.delete(workers).where(lt(workers.seenAt, forgetBefore)).run();
			return changes === 1;
		});
		return translated(() => report.immediate());
	}

	removeWorker(id: string): void {
		translated(() => this.#db.delete(workers).where(eq(workers.id, id)).run());
	}

	backups(): BackupRow[] {
		// Not by the clock first, which may have been ahead for a while.
		return translated(() => this.#db.select().from(backups).orderBy(desc(backups.revision), desc(backups.at)).all());
	}

	restoredAt(): number | null {
		if (this.#restoredAt !== undefined) return this.#restoredAt;
		const restored = sql`select max(revision) as revision from audit where action = 'backups.restore'`;
		this.#restoredAt = translated(() => this.#db.get<{ revision: number | null }>(restored)?.revision ?? null);
		return this.#restoredAt;
	}

	async copyTo(path: string): Promise<void> {
		makePrivateFile(path);
		await runApart(this.#db.$client.name, "VACUUM INTO ?", [path]);
	}

	commit(...changes: readonly Change[]): Committed {
		const committed = translated(() => this.#commit(changes));
		if (!committed.done) return committed;
		const raised = committed.revision > this.#seen.revision;
		// A connection's own commits do not move its data_version.
		if (raised) this.#seen.revision = committed.revision;
		if (raised || changes.some(endsAccess)) this.#revisionFile.announce(committed.revision);
		return committed;
	}

	claimed(): boolean {
		return translated(() => this.#queries.anyAccount.get() !== undefined);
	}

	people(): PersonRow[] {
		return translated(() => people(this.#db));
	}

	sessions(userId: string): SessionRow[] {
		return translated(() => sessionsOf(this.#db, userId));
	}

	factor(userId: string): FactorRow | null {
		return translated(() => factorOf(this.#db, userId));
	}

	passkeys(userId: string): PasskeyRow[] {
		return translated(() => passkeysOf(this.#db, userId));
	}

	passkeyByCredential(credentialId: string): PasskeyRow | null {
		return translated(() => passkeyByCredential(this.#db, credentialId));
	}

	isGone(userId: string): boolean {
		return translated(() => this.#queries.isGone.get({ userId }) !== undefined);
	}

	forgetUnfinishedClaims(before: Date): void {
		const withAccount = this.#db.select({ id: account.userId }).from(account);
		const unfinished = and(lt(user.createdAt, before), notInArray(user.id, withAccount));
		translated(() => this.#db.delete(user).where(unfinished).run());
	}

	exclusive<T>(act: () => Promise<T>): Promise<T> {
		return this.#mirrorLock.run(act);
	}

	close(): void {
		this.#revisionFile.close();
		this.#mirrorLock.close();
		this.#db.$client.close();
	}
}

function toDataKey(row: { id: string; owner: string; sealed: Uint8Array } | undefined): SealedDataKey | null {
	return row ? { id: row.id, owner: row.owner as KeyOwner, sealed: row.sealed } : null;
}

/** Open and migrate the folder's database, and hand it to `begin`. The caller holds the folder's `start` lock. */
export async function openSqlite<T>(folder: string, begin: (opened: Opened) => Promise<T>): Promise<T> {
	const database = connect(folder);
	try {
		const instance = readInstance(database);
		const storageOf = (instance: Instance) => new SqliteStorage(database, folder, instance);
		return await begin({
			database,
			accounts: { provider: "sqlite", schema: authTables },
			storage: instance && storageOf(instance),
			create(instance, rootKey, first) {
				const storage = storageOf(instance);
				const write = database.$client.transaction(() => {
					createInstance(database, instance.id, rootKey);
					storage.commit(first);
				});
				write.immediate();
				return storage;
			},
		});
	} catch (error) {
		database.$client.close();
		throw error;
	}
}
