/** The programs that the README of the repository has for this package, run as they stand. */
import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { testProject } from "./project.ts";

const README = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const PROGRAMS = [...README.matchAll(/```js\n([\s\S]*?)```/g)].map(([, program = ""]) => program);
const OUTPUTS = [/^true\n$/, /^GOOGLE_API_KEY comes from default \(saved, version 1\)\. \[\]\n$/];

test("each program in the README runs, and ends by itself", async () => {
	await using project = await testProject();
	await project.save({ GOOGLE_API_KEY: "saved" });
	const zod = dirname(fileURLToPath(import.meta.resolve("zod/package.json")));
	symlinkSync(realpathSync(zod), join(project.path, "node_modules", "zod"));
	const mine = PROGRAMS.filter((program) => program.includes("@holdfast/config"));
	expect(mine).toHaveLength(OUTPUTS.length);
	for (const [i, program] of mine.entries()) {
		project.write("program.mjs", program);
		const output = execFileSync(process.execPath, ["program.mjs"], { cwd: project.path, env: {}, encoding: "utf8" });
		expect(output).toMatch(OUTPUTS[i] ?? /never/);
	}
});
