/**
 * Says in the data folder which revision this process holds, so that whoever saves can see who has it. Nothing depends on it:
 * where it cannot be written, as in a read-only folder or in a database from before there were such rows, nothing is said.
 */
import { join } from "node:path";
import { AppError } from "@holdfast/contract";
import { DATABASE_FILE } from "@holdfast/vault/snapshot";
import Database from "better-sqlite3";
import type { Options } from "./options.ts";
import { identity } from "./remote.ts";
import type { Taken } from "./values.ts";

export interface Report {
	environment: string;
	revision: number;
	origins: Taken["origins"];
}

/** The most names that are told of. */
const NAMED = 1_000;
/** How long another's commit is waited for, in milliseconds: the application does nothing else meanwhile. */
const PATIENCE = 100;

const UPSERT = `
	INSERT INTO worker (id, host, pid, program, kind, environment, revision, inherited, remote, seen_at)
	SELECT ?, ?, ?, ?, 'application', id, ?, ?, 0, ? FROM environment WHERE name = ? AND NOT removed
	ON CONFLICT (id) DO UPDATE SET
		environment = excluded.environment, revision = excluded.revision, inherited = excluded.inherited, seen_at = excluded.seen_at`;

/** What this process has said, by its id. */
const said = new Set<string>();

/** Whether it could be written. The row is taken out again when the process ends by itself. */
export function reportLocally({ dataDir }: Pick<Options, "dataDir">, report: Report): boolean {
	const { environment, revision, origins } = report;
	const { id, host, pid, program } = identity(environment);
	const inherited = JSON.stringify(inheritedOf(origins));
	const isThere = write(dataDir, UPSERT, [id, host, pid, program, revision, inherited, Date.now(), environment]);
	if (isThere && !said.has(id)) {
		said.add(id);
		process.once("exit", () => write(dataDir, "DELETE FROM worker WHERE id = ?", [id]));
	}
	return isThere;
}

/** The same, unless the process has said something of this environment already, which is newer. */
export function reportFirst(options: Pick<Options, "dataDir">, report: Report): void {
	if (!said.has(identity(report.environment).id)) reportLocally(options, report);
}

/** The names whose value the process had itself or took from a file, for who asks which processes have a saved one. */
export function inheritedOf(origins: Taken["origins"]): string[] {
	const inherited = [...origins].filter(([, { source }]) => source === "process" || source === "file");
	return inherited.slice(0, NAMED).map(([name]) => name);
}

function write(dataDir: string, sql: string, parameters: unknown[]): boolean {
	try {
		const database = new Database(join(dataDir, DATABASE_FILE), { readonly: false, fileMustExist: true });
		try {
			database.prepare(`PRAGMA busy_timeout = ${PATIENCE}`).pluck().get();
			// It need not outlive a power failure, and is written before the next commit that has to.
			database.prepare("PRAGMA synchronous = NORMAL").run();
			database.prepare(sql).run(...parameters);
		} finally {
			database.close();
		}
		return true;
	} catch (error) {
		// SQLite's own refusals, such as SQLITE_READONLY, SQLITE_BUSY or a column that is not there yet.
		if (error instanceof AppError || !(error instanceof Error)) throw error;
		return false;
	}
}
