/**
 * The one transaction of the vault, on PostgreSQL: the rules of `../commit.ts`. Whoever commits first takes the lock on the
 * instance's row, so that commits come one after the other and each sees all that the ones before it wrote.
 */
import { and, eq, isNull, sql } from "drizzle-orm";
import { endsAccess, makerOf, raisesRevision, refuseBeyond, renamedNarrowing, renamedScope } from "../change.ts";
import { Conflict } from "../conflict.ts";
import { asBuffer } from "../sealed.ts";
import type { Change, TokenRow, VersionWrite } from "../storage.ts";
import { user } from "./auth-tables.ts";
import { refuseGoneKeys, refuseGonePeople, writeKeys } from "./commit-keys.ts";
import { unlessTaken } from "./conflict.ts";
import type { Executor } from "./connect.ts";
import { prune, removePerson, updatePerson } from "./erase.ts";
import { writeFactor, writePasskey } from "./factors.ts";
import { renameInLinks, writeLinks } from "./links.ts";
import { type Queries, queriesOn } from "./queries.ts";
import { audit, backups, environments, instances, mirrors, tokens } from "./schema.ts";
import { writeSignIn } from "./sign-in.ts";

export interface Written {
	/** After the last of the changes. */
	revision: number;
	/** Whether those who wait for changes are to be told. */
	isTold: boolean;
}

export async function writeChanges(db: Executor, changes: readonly Change[]): Promise<Written> {
	const queries = queriesOn(db);
	const [locked] = await queries.lockInstance();
	const before = locked?.revision ?? 0;
	let revision = before;
	for (const change of changes) revision = await write(db, queries, { change, revision });
	return { revision, isTold: revision > before || changes.some(endsAccess) };
}

async function write(db: Executor, queries: Queries, at: { change: Change; revision: number }): Promise<number> {
	const { change } = at;
	const { create, snapshot, mirror, rename, writes = [] } = change;
	const raises = raisesRevision(change);
	const [raised] = raises ? await queries.raiseRevision() : [];
	const revision = raised?.revision ?? at.revision;
	if (create) await createEnvironment(db, create, revision);
	// Before the versions: where another was first, this says so, and those who wait for the lock wait the less.
	if (snapshot) await writeSnapshot(db, snapshot, revision);
	for (const row of writes) await writeVersion(queries, row, revision);
	// A snapshot's edition says so of a shared write.
	if (!snapshot) for (const { environment } of writes) await refuseRemoved(queries, environment);
	if (rename) await renameEnvironment(db, rename, revision);
	if (mirror) await configureMirror(db, mirror, revision);
	if (change.prune) await prune(queries, change.prune);
	if (change.removePerson) await removePerson(db, queries, change.removePerson);
	if (change.updatePerson) await updatePerson(db, queries, change.updatePerson);
	await refuseGonePeople(queries, change);
	await writeKeys(db, change);
	await refuseGoneKeys(queries, change);
	await writeAccess(db, change);
	await writeLinks(db, change);
	await writeSignIn(db, change);
	if (change.factor) await writeFactor(db, change.factor);
	if (change.passkey) await writePasskey(db, change.passkey);
	await writeBackups(db, change);
	if (change.policy) await writePolicy(db, queries, change.policy);
	await writeAudit(db, change.audit, raises ? revision : null);
	for (const held of change.mirrored ?? []) await putMirror(db, held);
	return revision;
}

async function refuseRemoved(queries: Queries, environment: string): Promise<void> {
	if ((await queries.isRemoved(environment)).length > 0) throw new Conflict(environment);
}

/** The comparison is in the writing: the version before must be the current one, and this one must not exist. */
async function writeVersion(queries: Queries, row: VersionWrite, revision: number): Promise<void> {
	const { name, version } = row;
	const { rowCount } = await queries.retire(row);
	if (rowCount !== (version === 1 ? 0 : 1)) throw new Conflict(name);
	await unlessTaken(name, queries.insertVersion(row, revision));
}

async function writeSnapshot(db: Executor, snapshot: NonNullable<Change["snapshot"]>, revision: number): Promise<void> {
	const { environment, edition, sealed, removed } = snapshot;
	const isNext = and(eq(environments.id, environment), eq(environments.edition, edition - 1));
	const { rowCount } = await db
		.update(environments)
		.set({ revision, edition, snapshot: asBuffer(sealed) })
		.where(isNext);
	if (rowCount !== 1) throw new Conflict(environment);
	if (removed === undefined) return;
	// A removed one does not come back while another has its name.
	await unlessTaken(environment, db.update(environments).set({ removed }).where(eq(environments.id, environment)));
}

/** Edition 0 is none: the first snapshot comes in the same change. */
async function createEnvironment(
	db: Executor,
	{ id, name }: { id: string; name: string },
	revision: number,
): Promise<void> {
	const row = db.insert(environments).values({ id, name, revision, edition: 0, snapshot: Buffer.alloc(0) });
	await unlessTaken(name, row);
}

async function renameEnvironment(db: Executor, rename: NonNullable<Change["rename"]>, revision: number): Promise<void> {
	const { environment, from, to, moved } = rename;
	const named = and(eq(environments.id, environment), eq(environments.name, from), eq(environments.removed, false));
	const { rowCount } = await unlessTaken(to, db.update(environments).set({ name: to, revision }).where(named));
	if (rowCount !== 1) throw new Conflict(from);
	if (moved) await forgetFiles(db, environment, revision);
	for (const { id, environments: scope } of await db.select().from(tokens)) {
		const renamed = renamedScope(scope, rename);
		if (renamed) await db.update(tokens).set({ environments: renamed }).where(eq(tokens.id, id));
	}
	for (const { id, narrowed } of await db.select().from(user)) {
		const renamed = renamedNarrowing(narrowed, rename);
		if (renamed) await db.update(user).set({ narrowed: renamed }).where(eq(user.id, id));
	}
	await renameInLinks(db, rename);
}

async function configureMirror(db: Executor, mirror: NonNullable<Change["mirror"]>, revision: number): Promise<void> {
	const { environment, before, options, moved } = mirror;
	const isAsBefore = sql`${environments.mirror} is not distinct from ${before && JSON.stringify(before)}`;
	const kept = and(eq(environments.id, environment), isAsBefore);
	const { rowCount } = await db.update(environments).set({ mirror: options, revision }).where(kept);
	if (rowCount !== 1) throw new Conflict(environment);
	if (moved) await forgetFiles(db, environment, revision);
}

/** The rows stay, so that a process that says later what it wrote before is not believed. */
async function forgetFiles(db: Executor, environment: string, revision: number): Promise<void> {
	await db.update(mirrors).set({ revision, base: sql`'null'` }).where(eq(mirrors.environment, environment));
}

async function putMirror(db: Executor, held: NonNullable<Change["mirrored"]>[number]): Promise<void> {
	// Of nothing that is known, drizzle would make a NULL of the database's.
	const base = sql`${JSON.stringify(held.base)}`;
	await db
		.insert(mirrors)
		.values({ ...held, base })
		.onConflictDoUpdate({
			target: [mirrors.environment, mirrors.folder],
			set: { revision: sql`excluded.revision`, base: sql`excluded.base` },
			setWhere: sql`${mirrors.revision} <= excluded.revision`,
		});
}

async function writeAccess(db: Executor, { token, revokeToken, rotateToken }: Change): Promise<void> {
	if (token) await refuseBeyondMaker(db, await db.insert(tokens).values(token).returning());
	if (rotateToken) {
		const { id, before, ...next } = rotateToken;
		const kept = and(eq(tokens.id, id), eq(tokens.hash, before), isNull(tokens.revokedAt));
		const rotated = await db.update(tokens).set(next).where(kept).returning();
		if (rotated.length !== 1) throw new Conflict(id);
		await refuseBeyondMaker(db, rotated);
	}
	if (!revokeToken) return;
	await db.update(tokens).set({ revokedAt: revokeToken.at }).where(eq(tokens.id, revokeToken.id));
}

async function refuseBeyondMaker(db: Executor, written: readonly TokenRow[]): Promise<void> {
	for (const token of written) {
		const maker = makerOf(token);
		if (maker !== null) refuseBeyond((await db.select().from(user).where(eq(user.id, maker)))[0], token);
	}
}

async function writeBackups(db: Executor, { backup, forgetBackups = [], drilled }: Change): Promise<void> {
	if (backup) await db.insert(backups).values(backup);
	for (const id of forgetBackups) await db.delete(backups).where(eq(backups.id, id));
	if (drilled) await db.update(backups).set({ drill: drilled.drill }).where(eq(backups.id, drilled.id));
}

/** Merged here, so that of two who choose different things at once neither undoes the other. */
async function writePolicy(db: Executor, queries: Queries, policy: NonNullable<Change["policy"]>): Promise<void> {
	const [row] = await queries.instance();
	await db.update(instances).set({ policy: { ...row?.policy, ...policy } });
}

/** Numbered under the instance's lock, because a sequence leaves gaps where a transaction ends with nothing written. */
async function writeAudit(db: Executor, entries: Change["audit"], revision: number | null): Promise<void> {
	for (const entry of entries) {
		const index = sql`(select coalesce(max(${audit.index}), 0) + 1 from ${audit})`;
		await db.insert(audit).values({ ...entry, index, revision });
	}
}
