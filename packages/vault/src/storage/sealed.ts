/**
 * Every place in the database that holds ciphertext, once. A rotation re-seals what is listed here, a key is retired when
 * nothing here names it, and a drill opens all of it; a column that is not listed would be lost with the first old key.
 */
import { type SQL, sql } from "drizzle-orm";

export interface Place {
	table: string;
	/** The columns that name a row, in the order of its primary key. */
	key: readonly string[];
	/** Further columns that the associated data is made of. */
	also: readonly string[];
	column: string;
	/** The kind of key it is sealed under. */
	under: "root" | "data";
}

export const SEALED = {
	rootKey: { table: "root_key", key: ["id"], also: [], column: "bridge", under: "root" },
	dataKey: { table: "data_key", key: ["id"], also: ["owner"], column: "sealed", under: "root" },
	value: {
		table: "version",
		key: ["environment", "owner", "name", "version"],
		also: [],
		column: "sealed",
		under: "data",
	},
	snapshot: { table: "environment", key: ["id"], also: ["edition"], column: "snapshot", under: "data" },
} as const satisfies Record<string, Place>;

export type PlaceName = keyof typeof SEALED;

/** One envelope with the row it is in: the columns of its place's `key` and `also`. */
export interface SealedRow {
	columns: Readonly<Record<string, string | number>>;
	sealed: Uint8Array;
}

/** An envelope to be put in the place of another, if that is still there. */
export interface Resealed extends SealedRow {
	before: Uint8Array;
}

/** Which rows of a place: after a row, in the order of the place's key, or the first ones. */
export interface Wanted {
	after: SealedRow | null;
	limit: number;
	/** Only those that are sealed under a key that is not current. */
	stale?: boolean;
}

/** What the databases call the two things here that they do not agree on. */
interface Dialect {
	bytes: SQL;
	unhex(text: SQL): SQL;
}

export const SQLITE: Dialect = { bytes: sql`blob`, unhex: (text) => sql`unhex(${text})` };
export const POSTGRES: Dialect = { bytes: sql`bytea`, unhex: (text) => sql`decode(${text}, 'hex')` };

export function selectSealed(name: PlaceName, wanted: Wanted, dialect: Dialect): SQL {
	const { after, limit, stale = false } = wanted;
	const { table, key, also, column } = SEALED[name] as Place;
	const columns = listOf([...key, ...also]);
	// As bytes, whatever the column holds: what someone else wrote there need not be any.
	const from = sql`select ${columns}, cast(${id(column)} as ${dialect.bytes}) as sealed_ from ${id(table)} where ${id(column)} is not null`;
	const onward = after && sql` and (${listOf(key)}) > (${valuesOf(key, after)})`;
	const isStale = stale ? sql` and ${staleness(name, dialect)}` : sql``;
	return sql`${from}${onward ?? sql``}${isStale} order by ${listOf(key)} limit ${limit}`;
}

/** In the database's own terms, because of a hundred thousand rows only a few may be left. */
function staleness(name: PlaceName, { unhex }: Dialect): SQL {
	const { column, under } = SEALED[name];
	const keyId = sql`substr(${id(column)}, 2, 8)`;
	return under === "root"
		? sql`${keyId} <> (select ${unhex(sql`root_key_id`)} from instance)`
		: sql`${keyId} in (select ${unhex(sql`id`)} from data_key where current = 0)`;
}

/** A row as `selectSealed` gives it. */
export function toSealedRow(name: PlaceName, row: Record<string, unknown>): SealedRow {
	const { key, also } = SEALED[name] as Place;
	const columns = Object.fromEntries([...key, ...also].map((column) => [column, row[column] as string | number]));
	return { columns, sealed: row.sealed_ as Uint8Array };
}

/** Changes nothing when the row's envelope is not the one it was: then it has been sealed anew by what changed it. */
export function putSealed(name: PlaceName, { columns, sealed, before }: Resealed): SQL {
	const { table, key, column } = SEALED[name] as Place;
	const isRow = sql.join(
		key.map((part) => sql`${id(part)} = ${columns[part]}`),
		sql` and `,
	);
	return sql`update ${id(table)} set ${id(column)} = ${asBuffer(sealed)} where ${isRow} and ${id(column)} = ${asBuffer(before)}`;
}

/** How many envelopes are sealed under a key, by the id in their headers. */
export function countUnder(keyId: string): SQL {
	const counts = Object.values(SEALED).map(
		({ table, column }) =>
			sql`(select count(*) from ${id(table)} where substr(${id(column)}, 2, 8) = ${Buffer.from(keyId, "hex")})`,
	);
	return sql`select ${sql.join(counts, sql` + `)} as n`;
}

/** Every data key that is not current and that no envelope names. */
export function deleteUnused({ unhex }: Dialect): SQL {
	const places: Place[] = Object.values(SEALED);
	const used = places
		.filter(({ under }) => under === "data")
		.map(
			({ table, column }) => sql`select substr(${id(column)}, 2, 8) from ${id(table)} where ${id(column)} is not null`,
		);
	return sql`delete from data_key where current = 0 and ${unhex(sql`id`)} not in (${sql.join(used, sql` union `)})`;
}

function id(name: string): SQL {
	return sql`${sql.identifier(name)}`;
}

function listOf(names: readonly string[]): SQL {
	return sql.join(names.map(id), sql`, `);
}

function valuesOf(key: readonly string[], { columns }: SealedRow): SQL {
	return sql.join(
		key.map((part) => sql`${columns[part]}`),
		sql`, `,
	);
}

/** The same bytes. */
export function asBuffer(bytes: Uint8Array): Buffer {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
