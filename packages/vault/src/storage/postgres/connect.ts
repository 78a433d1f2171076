/**
 * Connections to a PostgreSQL database: pooled, migrated, and with its errors in our terms. Guards that a lost connection
 * ends in an answer, and that no error carries the address, which has the password, or a statement's parameters.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AppError } from "@holdfast/contract";
import { DrizzleQueryError, sql } from "drizzle-orm";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import type { Instance } from "../storage.ts";
import { instances } from "./schema.ts";

const MIGRATIONS = join(
	dirname(createRequire(import.meta.url).resolve("@holdfast/vault/package.json")),
	"drizzle-postgres",
);
/** The key of the lock for starts and migrations: the bytes of "holdfast". */
const START_LOCK = "7525352680829580148";
/** All in milliseconds. A statement is waited for longer than it may wait for a lock. */
const CONNECT_TIMEOUT = 5_000;
const QUERY_TIMEOUT = 20_000;
const LOCK_TIMEOUT = 15_000;
/** For a transaction whose client is out of reach: the server ends it, and with that lets go of its locks. */
const IDLE_TIMEOUT = 10_000;

/** A commit that is acknowledged is on the server's disk, also where the server would not wait for that. */
const SET = `
	set local lock_timeout = ${LOCK_TIMEOUT};
	set local idle_in_transaction_session_timeout = ${IDLE_TIMEOUT};
	select set_config('synchronous_commit', 'on', true) where current_setting('synchronous_commit') = 'off';`;

export type PostgresDatabase = NodePgDatabase & { $client: pg.Pool };
export type Transaction = NodePgDatabase & { $client: pg.PoolClient };
/** The database, or a transaction on it. */
export type Executor = NodePgDatabase;

/** What every connection of an instance is made with. */
function clientOptions(url: string): pg.ClientConfig {
	return {
		connectionString: url,
		application_name: "holdfast",
		connectionTimeoutMillis: CONNECT_TIMEOUT,
		query_timeout: QUERY_TIMEOUT,
		keepAlive: true,
	};
}

/** Nothing is asked of the server yet. @throws AppError `OPTION_INVALID` for what is no address. */
export function openPool(url: string): PostgresDatabase {
	const protocol = URL.parse(url)?.protocol;
	if (protocol !== "postgres:" && protocol !== "postgresql:") throw invalid("it is no postgres:// address");
	try {
		const pool = new pg.Pool({ ...clientOptions(url), max: 10, idleTimeoutMillis: 30_000 });
		// A connection that breaks while nobody uses it is replaced; one that is in use says so where it is.
		pool.on("error", ignoreLoss);
		pool.on("connect", (client) => client.on("error", ignoreLoss));
		return drizzle({ client: pool, casing: "snake_case" });
	} catch {
		throw invalid("a part of the address cannot be read");
	}
}

function invalid(detail: string): AppError {
	return new AppError("OPTION_INVALID", { name: "HOLDFAST_DATABASE_URL", detail });
}

/** The loss of a connection is met by whoever uses it next. */
export function ignoreLoss(): void {}

/** Run `act` while no other process, on whatever machine, is inside. A transaction holds the lock, also through a pooler. */
export async function startLocked<T>(db: PostgresDatabase, act: () => Promise<T>): Promise<T> {
	return await inTransaction(db, async (tx) => {
		await tx.execute(sql`select pg_advisory_xact_lock(${START_LOCK}::bigint)`);
		// What goes on inside may take as long as a migration does.
		await tx.execute(sql`set local idle_in_transaction_session_timeout = 0`);
		return await act();
	});
}

/** Bring the tables up to date, however long that takes. The caller holds the lock of a start. */
export async function migrateTables({ $client }: PostgresDatabase): Promise<void> {
	const client = new pg.Client({ ...$client.options, query_timeout: 0 });
	client.on("error", ignoreLoss);
	await translated(async () => {
		try {
			await client.connect();
			await migrate(drizzle({ client }), { migrationsFolder: MIGRATIONS });
		} finally {
			await client.end();
		}
	});
}

/** The instance's row, `null` before the very first start has finished. */
export async function readInstance(db: Executor): Promise<Instance | null> {
	const [row] = await translated(() => db.select({ id: instances.id, rootKeyId: instances.rootKeyId }).from(instances));
	return row ?? null;
}

interface Around<T> {
	/** All reads are of one moment, and nothing is written. */
	ofOneMoment?: boolean;
	/** Statements that go with the first and the last one of the transaction, so that they take no way of their own. */
	first?: string;
	last?: (result: T) => string;
}

/**
 * Run `act` in a transaction of its own. Each statement in it sees what was committed before that statement began. What
 * `act` throws ends it with nothing written. Errors are as the driver gives them.
 */
export async function inTransaction<T>(
	db: PostgresDatabase,
	act: (tx: Transaction) => Promise<T>,
	{ ofOneMoment = false, first = "", last = () => "" }: Around<T> = {},
): Promise<T> {
	const client = await db.$client.connect();
	let broken = true;
	try {
		try {
			const isolation = ofOneMoment ? "isolation level repeatable read, read only" : "";
			await client.query(`begin ${isolation};${SET}${first}`);
			const result = await act(drizzle({ client, casing: "snake_case" }));
			await client.query(`${last(result)}commit`);
			broken = false;
			return result;
		} catch (error) {
			if (lossOf(error) === null) {
				await client.query("rollback");
				broken = false;
			}
			throw error;
		}
	} finally {
		// A connection in an unknown state is closed, which ends whatever it was in.
		client.release(broken);
	}
}

/** PostgreSQL's errors in our terms. What it says itself may quote values, so that only its codes are passed on. */
export async function translated<T>(act: () => Promise<T>): Promise<T> {
	try {
		return await act();
	} catch (error) {
		throw inOurTerms(error);
	}
}

function inOurTerms(error: unknown): unknown {
	const loss = lossOf(error);
	if (loss !== null) return new AppError("DATABASE_UNREACHABLE", { detail: loss });
	const cause = causeOf(error);
	// Drizzle's own error quotes the statement with its parameters.
	if (!(cause instanceof pg.DatabaseError)) return cause;
	const { code = "" } = cause;
	if (code === "55P03") return new AppError("DATABASE_BUSY");
	return new AppError("DATABASE_UNREADABLE", { detail: `PostgreSQL answers ${code}${REASONS[code] ?? ""}` });
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const REASONS: Readonly<Record<string, string>> = {
	"28P01": ": it refuses the password in HOLDFAST_DATABASE_URL",
	"28000": ": it lets this user in from elsewhere only, or with encryption only",
	"3D000": ": it has no database of that name",
	"42501": ": the user may not do this in that database",
	"53100": ": its disk is full",
	"25006": ": it takes no writes, like a replica",
};

/** What the driver threw. */
function causeOf(error: unknown): unknown {
	return error instanceof DrizzleQueryError ? error.cause : error;
}

/** The code that the server answered with, if it did. */
export function stateOf(error: unknown): string | null {
	const cause = causeOf(error);
	return cause instanceof pg.DatabaseError ? (cause.code ?? null) : null;
}

/** Connection exceptions, shutdowns, no room for connections, and a transaction the server gave up on. */
const LOST_STATES = /^(08...|57P0[1235]|53300|25P03)$/;
/** What Node answers for sockets and names. */
const LOST_SOCKETS =
	/^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT)$/;
const LOST_CALLS = /^(connect|getaddrinfo|read|write)$/;
/** The driver's own errors have no code. */
const LOST_MESSAGES =
	/^(Connection terminated|Query read timeout|timeout (exceeded|expired)|Client (has encountered|was closed)|Cannot use a pool)/;

/** What says that the server was out of reach; `null` when it answered, or when something else failed. */
export function lossOf(error: unknown): string | null {
	const state = stateOf(error);
	if (state !== null) return LOST_STATES.test(state) ? `PostgreSQL answers ${state}` : null;
	const { code, syscall, message = "" } = (causeOf(error) ?? {}) as NodeJS.ErrnoException;
	if (code !== undefined) return LOST_SOCKETS.test(code) && LOST_CALLS.test(syscall ?? "") ? code : null;
	return LOST_MESSAGES.test(message) ? "the connection was lost, or nothing answered in time" : null;
}

/** Whether a write found its place taken; by the name of the constraint, when that matters. */
export function isTaken(error: unknown, constraint?: string): boolean {
	const cause = causeOf(error);
	if (!(cause instanceof pg.DatabaseError) || cause.code !== "23505") return false;
	return constraint === undefined || cause.constraint === constraint;
}

/** Two transactions that cannot both be had: one of them is to be run again. */
export function isTangled(error: unknown): boolean {
	return /^40(001|P01)$/.test(stateOf(error) ?? "");
}
