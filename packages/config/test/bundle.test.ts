/** What hydrates loads fast only while it stays small: what must never get into the bundles, and what they load. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { testProject } from "./project.ts";

const BUNDLES = ["index.mjs", "register.mjs", "register.cjs"];
const fileOf = (bundle: string) => fileURLToPath(new URL(`../dist/${bundle}`, import.meta.url));
/** The most a bundle may have, in bytes: parsing costs a millisecond for every 50,000. */
const LARGEST = 50_000;

test.each(BUNDLES)("%s is small, of ASCII, and imports only what Node has", (bundle) => {
	const code = readFileSync(fileOf(bundle), "latin1");

	expect(code.length).toBeLessThan(LARGEST);
	expect(code).not.toMatch(/[^\0-\x7f]/);
	const imports = [...code.matchAll(/(?:from|import|require\()\s*["'`]([^"'`]+)["'`]/g)].map(([, name]) => name ?? "");
	const outside = imports.filter((name) => !builtinModules.includes(name.replace(/^node:/, "")));
	expect(outside).toEqual([]);
});

test("hydrating loads no part of Node that it could do without", async () => {
	await using project = await testProject();
	await project.save({ A: "saved" });
	const script = `
		require(${JSON.stringify(fileOf("register.cjs"))});
		const loaded = [...process.moduleLoadList];
		process.stdout.write(loaded.join("\\n"));`;

	const output = execFileSync(process.execPath, ["-e", script], { cwd: project.path, env: {}, encoding: "utf8" });

	const loaded = output.split("\n");
	expect(loaded).toContain("NativeModule crypto");
	for (const name of ["os", "child_process", "readline", "http", "net", "worker_threads", "dns"]) {
		expect(loaded).not.toContain(`NativeModule ${name}`);
	}
});
