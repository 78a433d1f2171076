/**
 * One statement in a thread of its own, for what takes long: a copy of the whole database, a check of it. The driver answers
 * synchronously, so that in the main thread every request would wait for it.
 */
import { once } from "node:events";
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import { translated } from "./connect.ts";

/** As text, because a bundle has no second file to start a thread from. */
const PROGRAM = `
	const { parentPort, workerData } = require("node:worker_threads");
	const { driver, path, sql, parameters } = workerData;
	function answer() {
		const database = new (require(driver))(path, { fileMustExist: true, timeout: 15_000 });
		try {
			const statement = database.prepare(sql);
			return statement.reader ? statement.raw().all(...parameters) : (statement.run(...parameters), []);
		} finally {
			database.close();
		}
	}
	try {
		parentPort.postMessage({ rows: answer() });
	} catch ({ code, message }) {
		parentPort.postMessage({ code, message });
	}`;

type Answer = { rows: unknown[][] } | { code: string | undefined; message: string };

/**
 * The rows a statement gives on the database at a path, each as its columns.
 *
 * @throws AppError `DATABASE_BUSY` or `DATABASE_UNREADABLE`
 */
export async function runApart(path: string, sql: string, parameters: readonly string[] = []): Promise<unknown[][]> {
	const driver = createRequire(import.meta.url).resolve("better-sqlite3");
	const thread = new Worker(PROGRAM, { eval: true, workerData: { driver, path, sql, parameters } });
	const [answer] = (await once(thread, "message")) as [Answer];
	if ("rows" in answer) return answer.rows;
	return translated(() => {
		throw new Database.SqliteError(answer.message, answer.code ?? "SQLITE_ERROR");
	});
}
