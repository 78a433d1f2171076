import { readFileSync } from "node:fs";
import { join } from "node:path";
import { testPostgres } from "@holdfast/vault/test/postgres";
import { test } from "vitest";
import { parseScript } from "../script.ts";
import { Shell } from "../shell.ts";

const script = parseScript(readFileSync(join(import.meta.dirname, "migrate-database.txt"), "utf8"));

test(script.title, async () => {
	await using server = await testPostgres();
	const url = await server.database();
	// The password is watched for by itself as well.
	const files = new Map([...script.files, ["secret.url", `${url}\n`], ["secret.password", new URL(url).password]]);
	await using shell = new Shell(files);
	await shell.run(script);
});
