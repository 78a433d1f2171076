/** What `explain` says of a variable and of what is wrong, on real folders, and never a value. */
import { chmodSync, chownSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { explain, hydrate } from "../src/index.ts";
import { type Project, testProject } from "./project.ts";

const VALUE = "sk-canary-0123456789";

function ask(project: Project, name: string, env: Record<string, string | undefined> = {}) {
	const explanation = explain(name, { env, cwd: project.path });
	expect(JSON.stringify(explanation)).not.toContain("canary");
	const findings = explanation.findings.filter(({ id }) => id !== "folder.user");
	return { ...explanation, findings, ids: findings.map(({ id }) => id) };
}

test("every place that has a value is named, strongest first, also after hydration", async () => {
	await using project = await testProject();
	await project.save({ A: VALUE });
	await project.stop();
	project.write(".env", `A=${VALUE}-by-hand\n`);
	const env: Record<string, string | undefined> = { A: `${VALUE}-inherited` };
	hydrate({ env, cwd: project.path });

	const { chain, sentence } = ask(project, "A", env);

	expect(chain.map(({ source }) => source)).toEqual(["default", "process", "file"]);
	expect(sentence).toBe(
		"A comes from default (saved, version 1), ahead of the process environment at start, a hand-written line in .env.",
	);
	expect(ask(project, "NOTHING").sentence).toBe("NOTHING has no value anywhere.");
	expect(ask(project, "NODE_OPTIONS").sentence).toContain(
		"NODE_OPTIONS is never hydrated: it makes every Node process",
	);
});

test("an inherited variable that is not what is saved is found, as a problem where it wins", async () => {
	await using project = await testProject();
	await project.save({ A: VALUE });

	expect(ask(project, "A", { A: VALUE }).findings).toEqual([]);
	expect(ask(project, "A", { A: `${VALUE}-stale` }).findings).toMatchObject([
		{ id: "variable.stale", level: "warning", fix: expect.stringContaining("unset A") },
	]);
	expect(ask(project, "A", { A: `${VALUE}-stale`, HOLDFAST_PRECEDENCE: "process" }).findings).toMatchObject([
		{ id: "variable.stale", level: "problem", fix: expect.stringContaining("Unset HOLDFAST_PRECEDENCE") },
	]);
});

test("turbo, which strips what is not listed, is found with the line to add", async () => {
	await using project = await testProject();
	await project.save({ A: VALUE });
	const inTurbo = { TURBO_HASH: "0123" };

	expect(ask(project, "MISSING").ids).toEqual([]);
	project.write("turbo.json", `{ // a comment\n "globalPassThroughEnv": ["CI",], "tasks": {} }`);
	const [finding] = ask(project, "MISSING", inTurbo).findings;
	expect(finding).toMatchObject({ id: "turbo.stripped", level: "warning" });
	expect(finding?.fix).toContain(`Add "HOLDFAST_*", "MISSING" to "globalPassThroughEnv"`);
	project.write("turbo.json", `{ "globalPassThroughEnv": ["HOLDFAST_*"], "tasks": { "dev": { "env": ["MISSING"] } } }`);
	expect(ask(project, "MISSING", inTurbo).ids).toEqual([]);
	expect(ask(project, "A", inTurbo).ids).toEqual([]);
});

test("a .env that may not be written to is found", async () => {
	await using project = await testProject();
	await project.save({ A: VALUE });
	expect(ask(project, "A").ids).toEqual([]);
	chmodSync(join(project.path, ".env"), 0o444);

	expect(ask(project, "A").findings).toMatchObject([
		{ id: "file.read-only", fix: `chmod u+w '${join(project.path, ".env")}'` },
	]);
});

test.skipIf(process.getuid?.() !== 0)("a data folder of another user is found (needs the superuser)", async () => {
	await using project = await testProject();
	await project.save({ A: VALUE });
	chownSync(join(project.path, ".holdfast"), 12_345, 12_345);

	const { findings } = explain("A", { env: {}, cwd: project.path });

	expect(findings).toMatchObject([{ id: "folder.user", detail: expect.stringContaining("belongs to user 12345") }]);
	chownSync(join(project.path, ".holdfast"), 0, 0);
});

test("what cannot be read is told of, with the rest that can be", async () => {
	await using project = await testProject();
	await project.save({ A: VALUE });
	await project.stop();
	rmSync(join(project.path, ".holdfast", "root.key"));

	const { findings, sentence } = ask(project, "A");

	expect(findings).toMatchObject([{ id: "saved.unread", detail: expect.stringContaining("The root key is missing") }]);
	expect(sentence).toBe("A comes from a hand-written line in .env.");
	rmSync(join(project.path, ".holdfast"), { recursive: true });
	mkdirSync(join(project.path, ".holdfast"));
	expect(ask(project, "A").findings[0]?.detail).toContain("There is no Holdfast data");
});
