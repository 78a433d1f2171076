/** One PostgreSQL server for all files of a run; `testVault()` makes a database on it for each vault. */
import { testPostgres } from "../postgres.ts";

export default async function setup(): Promise<() => Promise<void>> {
	const server = await testPostgres();
	process.env.TEST_POSTGRES_URL = server.url;
	return async () => {
		delete process.env.TEST_POSTGRES_URL;
		await server[Symbol.asyncDispose]();
	};
}
