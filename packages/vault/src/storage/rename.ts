/** An environment's rows under its new name, within the transaction of a commit. */
import { eq } from "drizzle-orm";
import type { SqliteDatabase } from "./connect.ts";
import { dataKeys, environments, instances, mirrors, tokens, versions } from "./schema.ts";
import type { Rename, VersionRow } from "./storage.ts";

/**
 * Move everything of an environment to its new name, but for snapshot and data key, which the same change brings. False
 * when the instance has moved on since the versions were read, or the new name is taken; the transaction must then end.
 */
export function renameEnvironment(db: SqliteDatabase, { from, to, ...read }: Rename, revision: number): boolean {
	// The revision was raised by this very transaction.
	if (db.select().from(instances).get()?.revision !== read.revision + 1) return false;
	if (db.select().from(environments).where(eq(environments.name, to)).get()) return false;
	db.delete(versions).where(eq(versions.environment, from)).run();
	const newest = new Map<string, number>();
	for (const row of read.versions) newest.set(placeOf(row), Math.max(row.version, newest.get(placeOf(row)) ?? 0));
	for (const row of read.versions) {
		const sealed = row.sealed && Buffer.from(row.sealed);
		const current = newest.get(placeOf(row)) === row.version;
		db.insert(versions)
			.values({ ...row, environment: to, sealed, current })
			.run();
	}
	db.update(environments).set({ name: to, revision }).where(eq(environments.name, from)).run();
	db.delete(dataKeys)
		.where(eq(dataKeys.owner, `environment:${from}`))
		.run();
	db.update(mirrors).set({ environment: to }).where(eq(mirrors.environment, from)).run();
	for (const { id, environments: scope } of db.select().from(tokens).all()) {
		if (!scope?.includes(from)) continue;
		const renamed = scope.map((name) => (name === from ? to : name));
		db.update(tokens).set({ environments: renamed }).where(eq(tokens.id, id)).run();
	}
	return true;
}

function placeOf({ owner, name }: VersionRow): string {
	return `${owner}\0${name}`;
}
