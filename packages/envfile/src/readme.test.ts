import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const PACKAGE = join(import.meta.dirname, "..");

test("the README's example prints what its comments say", () => {
	const readme = readFileSync(join(PACKAGE, "README.md"), "utf8");
	const code = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? "";
	// Inside the package, so that its name resolves.
	const folder = mkdtempSync(join(PACKAGE, ".readme-"));
	try {
		writeFileSync(join(folder, "example.ts"), code);
		const done = spawnSync(process.execPath, ["example.ts"], { cwd: folder, encoding: "utf8" });
		expect(done.stderr).toBe("");
		expect(done.stdout).toBe("replaced []\ntrue\nunchanged\n");
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
