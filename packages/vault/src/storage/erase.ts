/**
 * What is erased for good: the values of versions that are no longer kept, and a person with all that is theirs. Guards two
 * rules: no current version is touched, and no instance is left without an owner. What goes is overwritten with zeros
 * (connect.ts); copies that were made before that was so, and those in the write-ahead log, go with `eraseTraces`.
 */
import { and, eq, exists, inArray, isNull, ne, type SQL, sql } from "drizzle-orm";
import { account, user } from "./auth-tables.ts";
import { Conflict } from "./conflict.ts";
import type { SqliteDatabase } from "./connect.ts";
import { forgetLinksOf } from "./links.ts";
import type { Queries } from "./queries.ts";
import { dataKeys, tokens, versions } from "./schema.ts";
import { countsOf, toPerson } from "./sign-in.ts";
import type { Change, Kept, PersonRow, VersionPlace } from "./storage.ts";

/** How long other processes are waited for, in milliseconds: nothing else goes on here meanwhile. */
const PATIENCE = 2_000;

/** The versions after a place, in order, that have a value and are not to be kept. A `null` on either side asks for none. */
export function selectPrunable({ versions, since }: Kept, after: VersionPlace | null, limit: number): SQL {
	const onward = after
		? sql`and (v.environment, v.owner, v.name, v.version) > (${after.environment}, ${after.owner}, ${after.name}, ${after.version})`
		: sql``;
	return sql`
		select v.environment, v.owner, v.name, v.version from version v
		join version next on (next.environment, next.owner, next.name, next.version) = (v.environment, v.owner, v.name, v.version + 1)
		join version c on (c.environment, c.owner, c.name) = (v.environment, v.owner, v.name) and c.current = 1
		where v.current = 0 and v.sealed is not null and (v.version <= c.version - ${versions} or next.at < ${since}) ${onward}
		order by v.environment, v.owner, v.name, v.version limit ${limit}`;
}

export function prune(queries: Queries, places: readonly VersionPlace[]): void {
	for (const place of places) if (queries.dropValue.run({ ...place }).changes !== 1) throw new Conflict(place.name);
}

/** People who have an account. Who has none was about to claim the instance, and did not. */
export function people(db: SqliteDatabase): PersonRow[] {
	const hasAccount = exists(db.select({ id: account.id }).from(account).where(eq(account.userId, user.id)));
	const { id, name, email, role, narrowed, createdAt, twoFactorEnabled: twoFactor } = user;
	const counts = countsOf(db);
	return db
		.select({ id, name, email, role, narrowed, createdAt, twoFactor })
		.from(user)
		.where(hasAccount)
		.orderBy(createdAt, id)
		.all()
		.map((row) => toPerson(row, counts));
}

/** Sessions and accounts go along: the tables say so. Tokens that they made end: whoever made one may still have it. */
export function removePerson(
	db: SqliteDatabase,
	{ id, role, at }: Pick<PersonRow, "id" | "role"> & { at: number },
): void {
	const isOwner = (person: PersonRow) => person.role === "owner" && person.id !== id;
	if (role === "owner" && !people(db).some(isOwner)) throw new Conflict("the last owner");
	forgetLinksOf(db, id);
	const { changes } = db
		.delete(user)
		.where(and(eq(user.id, id), eq(user.role, role)))
		.run();
	if (changes !== 1) throw new Conflict(id);
	db.delete(versions)
		.where(and(eq(versions.owner, id), ne(versions.owner, "shared")))
		.run();
	db.delete(dataKeys)
		.where(eq(dataKeys.owner, `user:${id}`))
		.run();
	db.update(tokens)
		.set({ revokedAt: at })
		.where(and(eq(tokens.creator, `user:${id}`), isNull(tokens.revokedAt)))
		.run();
}

/** Another role for someone. Tokens of theirs that may do more end with it. */
export function updatePerson(db: SqliteDatabase, update: NonNullable<Change["updatePerson"]>): void {
	const { id, before, role, narrowed, revoke, at } = update;
	const isOwner = (person: PersonRow) => person.role === "owner" && person.id !== id;
	if (before.role === "owner" && role !== "owner" && !people(db).some(isOwner)) throw new Conflict("the last owner");
	const isAsBefore = and(eq(user.id, id), eq(user.role, before.role), sql`${user.narrowed} is ${before.narrowed}`);
	if (db.update(user).set({ role, narrowed }).where(isAsBefore).run().changes !== 1) throw new Conflict(id);
	const ended = and(inArray(tokens.id, [...revoke]), isNull(tokens.revokedAt));
	db.update(tokens).set({ revokedAt: at }).where(ended).run();
}

/**
 * Leave nothing of what was erased in the database's files: `whole` writes all of them anew, and without it only the log is
 * emptied. False when other processes were in the way.
 */
export function eraseTraces({ $client }: SqliteDatabase, { whole }: { whole: boolean }): boolean {
	const usual = $client.pragma("busy_timeout", { simple: true });
	$client.pragma(`busy_timeout = ${PATIENCE}`);
	try {
		if (whole) $client.exec("VACUUM");
		const [answer] = $client.pragma("wal_checkpoint(TRUNCATE)") as [{ busy: number }];
		return answer.busy === 0;
	} finally {
		$client.pragma(`busy_timeout = ${usual}`);
	}
}
