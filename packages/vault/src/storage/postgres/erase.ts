/**
 * What is erased, on PostgreSQL: the rules of `../erase.ts`. The server overwrites nothing: a row that goes is given up, and
 * its bytes stay in the table's file until others take the place. Its log, replicas and backups have them for longer.
 */
import { and, eq, inArray, isNull, ne, sql } from "drizzle-orm";
import type { QueryConfig } from "pg";
import { Conflict } from "../conflict.ts";
import type { Change, PersonRow, VersionPlace } from "../storage.ts";
import { user } from "./auth-tables.ts";
import { type Executor, type PostgresDatabase, stateOf } from "./connect.ts";
import { forgetLinksOf } from "./links.ts";
import type { Queries } from "./queries.ts";
import { dataKeys, tokens, versions } from "./schema.ts";

/** How long others are waited for, in milliseconds: nobody reads a table meanwhile. */
const PATIENCE = 2_000;
/** How long a table may take. */
const LONGEST = 10 * 60 * 1000;
/** What held the bytes of values, keys and people. */
const ERASED = [
	"version",
	"environment",
	"data_key",
	"root_key",
	"user",
	"account",
	"session",
	"verification",
	"two_factor",
	"passkey",
	"link",
];

export async function prune(queries: Queries, places: readonly VersionPlace[]): Promise<void> {
	for (const place of places) if ((await queries.dropValue(place)).rowCount !== 1) throw new Conflict(place.name);
}

/** Sessions and accounts go along: the tables say so. Tokens that they made end: whoever made one may still have it. */
export async function removePerson(
	db: Executor,
	queries: Queries,
	{ id, role, at }: Pick<PersonRow, "id" | "role"> & { at: number },
): Promise<void> {
	const isOwner = (person: { id: string; role: string }) => person.role === "owner" && person.id !== id;
	if (role === "owner" && !(await queries.people()).some(isOwner)) throw new Conflict("the last owner");
	await forgetLinksOf(db, id);
	const { rowCount } = await db.delete(user).where(and(eq(user.id, id), eq(user.role, role)));
	if (rowCount !== 1) throw new Conflict(id);
	await db.delete(versions).where(and(eq(versions.owner, id), ne(versions.owner, "shared")));
	await db.delete(dataKeys).where(eq(dataKeys.owner, `user:${id}`));
	const theirs = and(eq(tokens.creator, `user:${id}`), isNull(tokens.revokedAt));
	await db.update(tokens).set({ revokedAt: at }).where(theirs);
}

/** Another role for someone. Tokens of theirs that may do more end with it. */
export async function updatePerson(
	db: Executor,
	queries: Queries,
	update: NonNullable<Change["updatePerson"]>,
): Promise<void> {
	const { id, before, role, narrowed, revoke, at } = update;
	const isOwner = (person: { id: string; role: string }) => person.role === "owner" && person.id !== id;
	if (before.role === "owner" && role !== "owner" && !(await queries.people()).some(isOwner))
		throw new Conflict("the last owner");
	const asBefore = sql`${user.narrowed} is not distinct from ${before.narrowed}`;
	const isAsBefore = and(eq(user.id, id), eq(user.role, before.role), asBefore);
	const { rowCount } = await db.update(user).set({ role, narrowed }).where(isAsBefore);
	if (rowCount !== 1) throw new Conflict(id);
	const ended = and(inArray(tokens.id, [...revoke]), isNull(tokens.revokedAt));
	await db.update(tokens).set({ revokedAt: at }).where(ended);
}

/**
 * Give up the rows that are gone, or with `whole` write the tables anew without them. False when others were in the way.
 */
export async function eraseTraces({ $client }: PostgresDatabase, { whole }: { whole: boolean }): Promise<boolean> {
	const client = await $client.connect();
	try {
		await client.query(`set lock_timeout = ${PATIENCE}`);
		for (const table of ERASED) {
			const text = `vacuum ${whole ? "(full) " : ""}"${table}"`;
			await client.query({ text, query_timeout: LONGEST } as QueryConfig);
		}
		return true;
	} catch (error) {
		if (stateOf(error) === "55P03") return false;
		throw error;
	} finally {
		// With what was set on it.
		client.release(true);
	}
}
