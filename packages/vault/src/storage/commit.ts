/** The one transaction of the vault: a change as data, compared with what is stored, and written whole or not at all. */
import Database from "better-sqlite3";
import { eq } from "drizzle-orm";
import type { SqliteDatabase } from "./connect.ts";
import type { Queries } from "./queries.ts";
import { renameEnvironment } from "./rename.ts";
import { dataKeys, environments, mirrors, tokens } from "./schema.ts";
import type { Change, Committed, VersionWrite } from "./storage.ts";

/** Ends the transaction with nothing written: what the change was made on has changed. */
class Conflict extends Error {
	readonly about: string;

	constructor(about: string) {
		super();
		this.about = about;
	}
}

export function committer(db: SqliteDatabase, queries: Queries): (change: Change) => Committed {
	const transaction = db.$client.transaction((change: Change): Committed => {
		const { snapshot, mirror, rename } = change;
		const raises = (change.writes?.length ?? 0) > 0 || [snapshot, mirror, rename].some((part) => part !== undefined);
		const revision = (raises ? queries.raiseRevision : queries.instance).get()?.revision ?? 0;
		for (const row of change.writes ?? []) writeVersion(queries, row, revision);
		if (rename && !renameEnvironment(db, rename, revision)) throw new Conflict(rename.from);
		if (snapshot) writeSnapshot(queries, snapshot, revision);
		if (mirror) configureMirror(db, mirror, revision);
		writeAccess(db, change);
		for (const entry of change.audit) queries.insertAudit.run({ ...entry, revision: raises ? revision : null });
		for (const held of change.mirrored ?? []) queries.putMirror.run({ ...held });
		return { done: true, revision };
	});
	return (change) => {
		try {
			return transaction.immediate(change);
		} catch (error) {
			if (error instanceof Conflict) return { done: false, conflict: error.about };
			throw error;
		}
	};
}

/** The comparison is in the writing: the version before must be the current one, and this one must not exist. */
function writeVersion(queries: Queries, row: VersionWrite, revision: number): void {
	const { environment, owner, name, version } = row;
	const { changes } = queries.retire.run({ environment, owner, name, before: version - 1 });
	if (changes !== (version === 1 ? 0 : 1)) throw new Conflict(name);
	unlessTaken(name, () => queries.insertVersion.run({ ...row, revision }));
}

function writeSnapshot(queries: Queries, snapshot: NonNullable<Change["snapshot"]>, revision: number): void {
	const { environment: name, edition, sealed, removed = false } = snapshot;
	const { changes } = queries.putSnapshot.run({ name, revision, edition, snapshot: sealed, removed });
	if (changes !== 1) throw new Conflict(name);
}

function configureMirror(db: SqliteDatabase, mirror: NonNullable<Change["mirror"]>, revision: number): void {
	const { environment, options, moved } = mirror;
	db.update(environments).set({ mirror: options, revision }).where(eq(environments.name, environment)).run();
	if (moved) db.delete(mirrors).where(eq(mirrors.environment, environment)).run();
}

function writeAccess(db: SqliteDatabase, { keys = [], token, revokeToken }: Change): void {
	for (const { id, owner, sealed } of keys) {
		const key = db.insert(dataKeys).values({ id, owner, sealed: Buffer.from(sealed) });
		unlessTaken(owner, () => key.run());
	}
	if (token) db.insert(tokens).values(token).run();
	if (!revokeToken) return;
	db.update(tokens).set({ revokedAt: revokeToken.at }).where(eq(tokens.id, revokeToken.id)).run();
}

/** Insert, or end in a conflict when the place is taken. */
function unlessTaken(about: string, insert: () => unknown): void {
	try {
		insert();
	} catch (error) {
		const taken = /^SQLITE_CONSTRAINT_(PRIMARYKEY|UNIQUE)$/;
		if (error instanceof Database.SqliteError && taken.test(error.code)) throw new Conflict(about);
		throw error;
	}
}
