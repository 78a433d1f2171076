/** Every script in `scripts/`, each one test named by its first line. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { parseScript } from "./script.ts";
import { Shell } from "./shell.ts";

const FOLDER = join(import.meta.dirname, "scripts");

describe.concurrent("the command line", () => {
	for (const name of readdirSync(FOLDER)) {
		const script = parseScript(readFileSync(join(FOLDER, name), "utf8"));
		test(`${script.title} (${name})`, async () => {
			await using shell = new Shell(script.files);
			await shell.run(script);
		});
	}
});
