/** The one transaction of the vault: a change as data, compared with what is stored, and written whole or not at all. */
import { and, eq, isNull, sql } from "drizzle-orm";
import { user } from "./auth-tables.ts";
import { makerOf, raisesRevision, refuseBeyond, renamedNarrowing, renamedScope } from "./change.ts";
import { writeBackups } from "./commit-backups.ts";
import { refuseGoneKeys, refuseGonePeople, writeKeys } from "./commit-keys.ts";
import { Conflict, unlessTaken } from "./conflict.ts";
import type { SqliteDatabase } from "./connect.ts";
import { prune, removePerson, updatePerson } from "./erase.ts";
import { writeFactor, writePasskey } from "./factors.ts";
import { renameInLinks, writeLinks } from "./links.ts";
import type { Queries } from "./queries.ts";
import { environments, instances, mirrors, tokens } from "./schema.ts";
import { writeSignIn } from "./sign-in.ts";
import type { Change, Committed, TokenRow, VersionWrite } from "./storage.ts";

export function committer(db: SqliteDatabase, queries: Queries): (changes: readonly Change[]) => Committed {
	function write(change: Change): number {
		const { create, snapshot, mirror, rename } = change;
		const raises = raisesRevision(change);
		const revision = (raises ? queries.raiseRevision : queries.instance).get()?.revision ?? 0;
		for (const row of change.writes ?? []) writeVersion(queries, row, revision);
		// A snapshot's edition says so of a shared write.
		if (!snapshot) for (const { environment } of change.writes ?? []) refuseRemoved(queries, environment);
		if (create) createEnvironment(db, create, revision);
		if (rename) renameEnvironment(db, rename, revision);
		if (snapshot) writeSnapshot(queries, snapshot, revision);
		if (mirror) configureMirror(db, mirror, revision);
		if (change.prune) prune(queries, change.prune);
		if (change.removePerson) removePerson(db, change.removePerson);
		if (change.updatePerson) updatePerson(db, change.updatePerson);
		refuseGonePeople(queries, change);
		writeKeys(db, change);
		refuseGoneKeys(queries, change);
		writeAccess(db, change);
		writeLinks(db, change);
		writeSignIn(db, change);
		if (change.factor) writeFactor(db, change.factor);
		if (change.passkey) writePasskey(db, change.passkey);
		writeBackups(db, change);
		if (change.policy) writePolicy(db, change.policy);
		for (const entry of change.audit) queries.insertAudit.run({ ...entry, revision: raises ? revision : null });
		for (const held of change.mirrored ?? []) queries.putMirror.run({ ...held });
		return revision;
	}
	const transaction = db.$client.transaction((changes: readonly Change[]): Committed => {
		let revision = 0;
		for (const change of changes) revision = write(change);
		return { done: true, revision };
	});
	return (changes) => {
		try {
			return transaction.immediate(changes);
		} catch (error) {
			if (error instanceof Conflict) return { done: false, conflict: error.about };
			throw error;
		}
	};
}

function refuseRemoved(queries: Queries, environment: string): void {
	if (queries.isRemoved.get({ environment })) throw new Conflict(environment);
}

/** The comparison is in the writing: the version before must be the current one, and this one must not exist. */
function writeVersion(queries: Queries, row: VersionWrite, revision: number): void {
	const { environment, owner, name, version } = row;
	const { changes } = queries.retire.run({ environment, owner, name, before: version - 1 });
	if (changes !== (version === 1 ? 0 : 1)) throw new Conflict(name);
	unlessTaken(name, () => queries.insertVersion.run({ ...row, revision }));
}

function writeSnapshot(queries: Queries, snapshot: NonNullable<Change["snapshot"]>, revision: number): void {
	const { environment, edition, sealed, removed } = snapshot;
	const { changes } = queries.putSnapshot.run({ environment, revision, edition, snapshot: sealed });
	if (changes !== 1) throw new Conflict(environment);
	if (removed === undefined) return;
	// A removed one does not come back while another has its name.
	unlessTaken(environment, () => queries.putRemoved.run({ environment, removed: Number(removed) }));
}

/** Edition 0 is none: the first snapshot comes in the same change. */
function createEnvironment(db: SqliteDatabase, { id, name }: { id: string; name: string }, revision: number): void {
	const row = db.insert(environments).values({ id, name, revision, edition: 0, snapshot: Buffer.alloc(0) });
	unlessTaken(name, () => row.run());
}

function renameEnvironment(db: SqliteDatabase, rename: NonNullable<Change["rename"]>, revision: number): void {
	const { environment, from, to, moved } = rename;
	const named = and(eq(environments.id, environment), eq(environments.name, from), eq(environments.removed, false));
	unlessTaken(to, () => {
		const { changes } = db.update(environments).set({ name: to, revision }).where(named).run();
		if (changes !== 1) throw new Conflict(from);
	});
	if (moved) forgetFiles(db, environment, revision);
	for (const { id, environments: scope } of db.select().from(tokens).all()) {
		const renamed = renamedScope(scope, rename);
		if (renamed) db.update(tokens).set({ environments: renamed }).where(eq(tokens.id, id)).run();
	}
	for (const { id, narrowed } of db.select().from(user).all()) {
		const renamed = renamedNarrowing(narrowed, rename);
		if (renamed) db.update(user).set({ narrowed: renamed }).where(eq(user.id, id)).run();
	}
	renameInLinks(db, rename);
}

function configureMirror(db: SqliteDatabase, mirror: NonNullable<Change["mirror"]>, revision: number): void {
	const { environment, before, options, moved } = mirror;
	const isAsBefore = sql`${environments.mirror} is ${before && JSON.stringify(before)}`;
	const kept = and(eq(environments.id, environment), isAsBefore);
	const { changes } = db.update(environments).set({ mirror: options, revision }).where(kept).run();
	if (changes !== 1) throw new Conflict(environment);
	if (moved) forgetFiles(db, environment, revision);
}

/** The rows stay, so that a process that says later what it wrote before is not believed. */
function forgetFiles(db: SqliteDatabase, environment: string, revision: number): void {
	db.update(mirrors).set({ revision, base: sql`'null'` }).where(eq(mirrors.environment, environment)).run();
}

function writeAccess(db: SqliteDatabase, { token, revokeToken, rotateToken }: Change): void {
	if (token) refuseBeyondMaker(db, db.insert(tokens).values(token).returning().get());
	if (rotateToken) {
		const { id, before, ...next } = rotateToken;
		const kept = and(eq(tokens.id, id), eq(tokens.hash, before), isNull(tokens.revokedAt));
		const rotated = db.update(tokens).set(next).where(kept).returning().get();
		if (!rotated) throw new Conflict(id);
		refuseBeyondMaker(db, rotated);
	}
	if (!revokeToken) return;
	db.update(tokens).set({ revokedAt: revokeToken.at }).where(eq(tokens.id, revokeToken.id)).run();
}

function refuseBeyondMaker(db: SqliteDatabase, token: TokenRow): void {
	const maker = makerOf(token);
	if (maker !== null) refuseBeyond(db.select().from(user).where(eq(user.id, maker)).get(), token);
}

/** Merged here, so that of two who choose different things at once neither undoes the other. */
function writePolicy(db: SqliteDatabase, policy: NonNullable<Change["policy"]>): void {
	const { policy: before } = db.select({ policy: instances.policy }).from(instances).get() ?? {};
	db.update(instances)
		.set({ policy: { ...before, ...policy } })
		.run();
}
