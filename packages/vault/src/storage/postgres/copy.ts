/**
 * Every row of an instance, from one database into the other, as it is: the columns of both hold the same. Guards that a copy
 * is whole: the target is read back and compared with what was read from the source, by counts and a digest over all rows.
 */
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { AppError } from "@holdfast/contract";
import type Database from "better-sqlite3";
import pg from "pg";
import { connectFile, translated as translatedSqlite } from "../connect.ts";
import { inTransaction, type PostgresDatabase, translated } from "./connect.ts";

/** Rows that are read and written together. */
const PAGE = 200;
const INT8 = 20;
/** A table is read back from a file without a word to the server. */
const PATIENT = "set local idle_in_transaction_session_timeout = 0";

interface Table {
	name: string;
	columns: string[];
	/** Which of the columns hold bytes. */
	bytes: ReadonlySet<number>;
	/** The columns of the primary key, in its order. */
	key: string[];
}

type Row = unknown[];

/** One of the two databases, in a transaction: what is read is of one moment, and what is written appears as a whole. */
interface Side {
	/** Pages of rows, in the order of the primary key. */
	read(table: Table): AsyncIterable<Row[]> | Iterable<Row[]>;
	write(table: Table, rows: Row[]): Promise<void> | void;
}

export interface Copied {
	revision: number;
	/** Of all tables together. */
	rows: number;
	/** SHA-256 over every row, in hex. */
	digest: string;
}

/** Write all of a PostgreSQL database, as it is at one moment, into an empty or absent SQLite file. */
export async function copyToFile(db: PostgresDatabase, path: string): Promise<Copied> {
	const { $client: file } = translatedSqlite(() => connectFile(path));
	try {
		const copied = await translated(() =>
			inTransaction(
				db,
				async ({ $client: client }) => {
					await client.query(PATIENT);
					return await inFile(file, () => copyAll(tablesOf(file), postgresSide(client), sqliteSide(file)));
				},
				{ ofOneMoment: true },
			),
		);
		// One file, with no log beside it.
		translatedSqlite(() => file.pragma("journal_mode = DELETE"));
		return copied;
	} finally {
		file.close();
	}
}

/**
 * Write all of a SQLite database into a PostgreSQL one, which has the tables, in the transaction that the client is in.
 *
 * @throws AppError `DATABASE_NOT_EMPTY`
 */
export async function copyFromFile(file: Database.Database, client: pg.PoolClient): Promise<Copied> {
	const tables = tablesOf(file);
	for (const { name } of tables) {
		await client.query(`lock table "${name}" in exclusive mode`);
		const { rowCount } = await client.query(`select 1 from "${name}" limit 1`);
		if (rowCount !== 0) throw new AppError("DATABASE_NOT_EMPTY", { name: "that PostgreSQL database" });
	}
	await client.query(PATIENT);
	return await inFile(file, () => copyAll(tables, sqliteSide(file), postgresSide(client)));
}

async function inFile<T>(file: Database.Database, act: () => Promise<T>): Promise<T> {
	translatedSqlite(() => file.exec("BEGIN"));
	try {
		const result = await act();
		translatedSqlite(() => file.exec("COMMIT"));
		return result;
	} catch (error) {
		if (file.inTransaction) file.exec("ROLLBACK");
		throw error;
	}
}

async function copyAll(tables: readonly Table[], source: Side, target: Side): Promise<Copied> {
	let rows = 0;
	let revision = 0;
	const [given, taken] = [createHash("sha256"), createHash("sha256")];
	for (const table of tables) {
		let count = 0;
		for await (const page of source.read(table)) {
			await target.write(table, page);
			given.update(textOf(page));
			count += page.length;
			if (table.name === "instance") revision = Number(page[0]?.[table.columns.indexOf("revision")]);
		}
		for await (const page of target.read(table)) {
			taken.update(textOf(page));
			count -= page.length;
			rows += page.length;
			// A file answers at once, and a server that makes a backup has others to serve meanwhile.
			await setImmediate();
		}
		if (count !== 0) throw new AppError("COPY_DIFFERS", { name: table.name });
	}
	const digest = given.digest("hex");
	if (taken.digest("hex") !== digest) throw new AppError("COPY_DIFFERS", { name: "the database" });
	return { revision, rows, digest };
}

/** No two pages of rows have the same text. */
function textOf(page: readonly Row[]): string {
	return page.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** What others refer to comes first. */
function tablesOf(file: Database.Database): Table[] {
	const names = file
		.prepare(
			"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_\\_%' ESCAPE '\\' ORDER BY name",
		)
		.pluck()
		.all() as string[];
	const refers = (name: string) => Number((file.pragma(`foreign_key_list("${name}")`) as unknown[]).length > 0);
	return names
		.filter((name) => !name.startsWith("sqlite_"))
		.sort((a, b) => refers(a) - refers(b))
		.map((name) => {
			const found = file.pragma(`table_info("${name}")`) as Array<{ name: string; type: string; pk: number }>;
			const bytes = new Set([...found.keys()].filter((i) => found[i]?.type.toLowerCase() === "blob"));
			const key = found.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
			return { name, columns: found.map((column) => column.name), bytes, key: key.map((column) => column.name) };
		});
}

function quoted(names: readonly string[]): string {
	return names.map((name) => `"${name}"`).join(", ");
}

function sqliteSide(file: Database.Database): Side {
	return {
		*read({ name, columns, bytes, key }) {
			const select = file.prepare(`SELECT ${quoted(columns)} FROM "${name}" ORDER BY ${quoted(key)}`);
			let page: Row[] = [];
			for (const row of select.raw().iterate() as Iterable<Row>) {
				page.push(row.map((value, i) => forPostgres(value, bytes.has(i))));
				if (page.length < PAGE) continue;
				yield page;
				page = [];
			}
			yield page;
		},
		write({ name, columns }, rows) {
			const insert = file.prepare(
				`INSERT INTO "${name}" (${quoted(columns)}) VALUES (${columns.map(() => "?").join(", ")})`,
			);
			for (const row of rows) insert.run(...row);
		},
	};
}

/** SQLite has bytes and text wherever someone wrote them, and text with NUL; PostgreSQL has neither. */
function forPostgres(value: unknown, isBytes: boolean): unknown {
	if (typeof value !== "string") return value;
	return isBytes ? Buffer.from(value) : value.replaceAll("\0", "\uFFFD");
}

function postgresSide(client: pg.PoolClient): Side {
	const types = {
		getTypeParser: (type: number) => (type === INT8 ? Number : pg.types.getTypeParser(type, "text")),
	};
	return {
		async *read({ name, columns, key }) {
			await client.query(
				`declare copying no scroll cursor for select ${quoted(columns)} from "${name}" order by ${quoted(key)}`,
			);
			for (;;) {
				const text = `fetch ${PAGE} from copying`;
				const { rows } = await client.query<Row>({ text, rowMode: "array", types });
				yield rows;
				if (rows.length < PAGE) break;
			}
			await client.query("close copying");
		},
		async write({ name, columns }, rows) {
			if (rows.length === 0) return;
			const places = rows.map(
				(_, row) => `(${columns.map((_, column) => `$${row * columns.length + column + 1}`).join(", ")})`,
			);
			await client.query(`insert into "${name}" (${quoted(columns)}) values ${places.join(", ")}`, rows.flat());
		},
	};
}
