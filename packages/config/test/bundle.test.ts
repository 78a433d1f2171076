/** What hydrates loads fast only while it stays small: what must never get into the bundles, and what they load. */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { builtinModules, createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ERRORS } from "@holdfast/contract";
import { expect, test } from "vitest";
import { testProject } from "./project.ts";

const BUNDLES = ["index.mjs", "register.cjs"];
const fileOf = (bundle: string) => fileURLToPath(new URL(`../dist/${bundle}`, import.meta.url));
/** The most a bundle may have, in bytes without blanks and line ends: parsing costs a millisecond for every 20,000. */
const LARGEST = 30_000;

test.each(BUNDLES)("%s is small, of ASCII, and imports only what Node has", (bundle) => {
	const code = readFileSync(fileOf(bundle), "latin1");

	expect(code.replace(/\s+/g, "").length).toBeLessThan(LARGEST);
	expect(code).not.toMatch(/[^\0-\x7f]/);
	const imports = [...code.matchAll(/(?:from|import|require\()\s*["'`]([^"'`$]+)["'`]/g)].map(([, name]) => name ?? "");
	const outside = imports.filter((name) => !builtinModules.includes(name.replace(/^node:/, "")));
	expect(outside).toEqual([]);
});

test.each(BUNDLES)("%s knows what to say of every error that it throws, and of no other", (bundle) => {
	const code = readFileSync(fileOf(bundle), "latin1");
	const codes = Object.entries(ERRORS).filter(([name]) => new RegExp(`["'\`]${name}["'\`]`).test(code));

	expect(codes.map(([name]) => name)).toContain("ROOT_KEY_WRONG");
	for (const [, { fix }] of codes) expect(code).toContain(fix.split("…")[0]);
	expect(code).not.toContain("RATE_LIMITED");
});

test.each([
	["required", `require("@holdfast/config/register");`],
	["imported", `import "@holdfast/config/register";`],
])("hydrating loads no part of Node that it could do without: %s", async (how, loads) => {
	await using project = await testProject();
	await project.save({ A: "saved" });
	const file = how === "required" ? "app.cjs" : "app.mjs";
	const report = `const loaded = process.moduleLoadList.join("\\n");\nprocess.stdout.write(loaded);`;
	project.write(file, `${loads}\n${report}\n`);

	const output = execFileSync(process.execPath, [file], { cwd: project.path, env: {}, encoding: "utf8" });

	const loaded = output.split("\n");
	expect(loaded).toContain("NativeModule crypto");
	for (const name of ["os", "child_process", "readline", "http", "net", "worker_threads", "dns"]) {
		expect(loaded).not.toContain(`NativeModule ${name}`);
	}
});

test.each(BUNDLES)("%s asks a driver that somebody compiled which binary is its own", async (bundle) => {
	await using project = await testProject();
	await project.save({ A: "saved" });
	const driver = join(project.path, "node_modules", "better-sqlite3");
	const installed = dirname(createRequire(import.meta.url).resolve("better-sqlite3/package.json"));
	for (const part of ["lib", "prebuilds"]) cpSync(join(installed, part), join(driver, part), { recursive: true });
	mkdirSync(join(driver, "build"));
	copyFileSync(fileOf(bundle), join(project.path, bundle));
	const script = `
		const { hydrate } = await import("./${bundle}");
		hydrate?.();
		const asked = Object.keys(require("node:module")._cache).some((file) => file.endsWith("binding.js"));
		process.stdout.write(process.env.A + " " + asked);`;

	const args = ["-e", `(async () => {${script}})()`];
	const output = execFileSync(process.execPath, args, { cwd: project.path, env: {}, encoding: "utf8" });

	expect(output).toBe("saved true");
});
