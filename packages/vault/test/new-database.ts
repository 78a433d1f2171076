import { randomBytes } from "node:crypto";
import pg from "pg";

/** Make an empty database on a server, and say its address. */
export async function newDatabase(server: string): Promise<string> {
	const name = `test_${randomBytes(6).toString("hex")}`;
	await query(server, `create database ${name} strategy file_copy`);
	const url = new URL(server);
	url.pathname = `/${name}`;
	return url.href;
}

/** Run statements on a database, over a connection of their own. */
export async function query(url: string, text: string): Promise<pg.QueryResult> {
	const client = new pg.Client({ connectionString: url });
	client.on("error", () => {});
	await client.connect();
	try {
		return await client.query(text);
	} finally {
		await client.end();
	}
}
