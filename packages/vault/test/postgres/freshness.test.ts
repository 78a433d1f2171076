import { afterAll, beforeAll, test } from "vitest";
import { buildChild, expectFresh, PROCESSES } from "../freshness-run.ts";
import { optionsIn, testFolder } from "../harness.ts";
import { type TestServer, testPostgres } from "../postgres.ts";

let server: TestServer;
beforeAll(async () => {
	server = await testPostgres();
	await buildChild();
});
afterAll(() => server[Symbol.asyncDispose]());

test(`after a save is acknowledged, no read in any of ${PROCESSES} processes is older, on PostgreSQL`, {
	timeout: 3_600_000,
}, async () => {
	using folder = testFolder();
	const options = optionsIn(folder.path, { serves: false, databaseUrl: await server.database() });
	await expectFresh(folder.path, options, process.env.SLOW ? 2_000 : 10);
});
