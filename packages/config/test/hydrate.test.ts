/** Which value an application gets: the one stated precedence, on a real vault and real `.env` files. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { environments, openVault, settings } from "@holdfast/vault";
import { admin, optionsIn, person, testFolder } from "@holdfast/vault/test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hydrate } from "../src/index.ts";
import { type Project, testProject } from "./project.ts";

let warnings: string[];

beforeEach(() => {
	warnings = [];
	vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(String(warning)));
});

afterEach(() => {
	vi.restoreAllMocks();
});

async function withProduction(project: Project): Promise<void> {
	await environments.create(project.vault, admin, { name: "production" });
}

test("a saved value is there, with where it came from", async () => {
	await using project = await testProject();
	await project.save({ OPENAI_API_KEY: "sk-saved" });

	const { env, origins, revision, environment } = project.hydrate();

	expect(env).toEqual({ OPENAI_API_KEY: "sk-saved" });
	expect(origins.get("OPENAI_API_KEY")).toEqual({ source: "default", place: "default", version: 1 });
	expect(environment).toBe("default");
	expect(revision).toBe(await project.vault.storage.revision());
	expect(warnings).toEqual([]);
});

test("the precedence: the environment's own, default's, the process, a hand-written line", async () => {
	await using project = await testProject();
	await withProduction(project);
	project.write(".env", "A=hand\nB=hand\nC=hand\nD=hand\n");
	project.write(".env.production", "D=hand for production\n");
	await project.save({ A: "default", B: "default" });
	await project.save({ A: "production" }, "production");
	const inherited = { A: "process", B: "process", C: "process" };

	const production = project.hydrate(inherited, "production");

	expect(production.env).toEqual({ A: "production", B: "default", C: "process", D: "hand for production" });
	const sources = [...production.origins].map(([name, { source, place }]) => [name, source, place]);
	expect(new Set(sources)).toEqual(
		new Set([
			["A", "environment", "production"],
			["B", "default", "default"],
			["C", "process", null],
			["D", "file", ".env.production"],
		]),
	);
	expect(project.hydrate(inherited).env).toEqual({ A: "default", B: "default", C: "process", D: "hand" });
});

test("HOLDFAST_PRECEDENCE=process: what was inherited wins, and what was not is hydrated", async () => {
	await using project = await testProject();
	await project.save({ A: "saved", B: "saved" });

	const { env, origins } = project.hydrate({ A: "process", HOLDFAST_PRECEDENCE: "process" });

	expect(env).toMatchObject({ A: "process", B: "saved" });
	expect(origins.get("A")?.source).toBe("process");
});

test("an inherited variable that is empty gives way", async () => {
	await using project = await testProject();
	project.write(".env", "A=hand\n");
	await project.save({ B: "saved" });

	const { env } = project.hydrate({ A: "", B: "", HOLDFAST_PRECEDENCE: "process" });

	expect(env).toMatchObject({ A: "hand", B: "saved" });
});

test("a line without a value is no value, here as in the dashboard", async () => {
	await using project = await testProject();
	project.write(".env", "A=\nB=''\nC=hand\n");

	const { env, origins } = project.hydrate();

	expect(env).toEqual({ C: "hand" });
	expect([...origins.keys()]).toEqual(["C"]);
});

test("FAULTS 20: a saved value that does not open stops the start, and what it shadows does not stand in for it", async () => {
	await using project = await testProject();
	await project.save({ A: "saved", B: "saved" });
	await project.stop();
	const database = new DatabaseSync(join(project.path, ".holdfast", "holdfast.db"));
	database.exec("UPDATE version SET sealed = x'01' WHERE name = 'B'; UPDATE environment SET snapshot = x'01'");
	database.close();
	await using vault = await openVault(optionsIn(project.path, { warn: () => undefined }));
	const writes = [{ name: "C", value: "saved" }];
	await settings.save(vault, admin, { environment: "default", owner: "shared", writes });
	const env: Record<string, string | undefined> = { B: "inherited" };

	const refused = expect.objectContaining({ code: "VALUE_DAMAGED", fields: { name: "B" } });
	expect(() => hydrate({ env, cwd: project.path })).toThrow(refused);
	expect(env).toEqual({ B: "inherited" });

	Object.assign(env, { HOLDFAST_PRECEDENCE: "process" });
	hydrate({ env, cwd: project.path });
	expect(env).toMatchObject({ A: "saved", B: "inherited", C: "saved" });
});

test("HOLDFAST_ENVIRONMENT chooses the environment, and is itself read from .env", async () => {
	await using project = await testProject();
	await withProduction(project);
	await project.save({ A: "default" });
	await project.save({ A: "production" }, "production");

	expect(project.hydrate({ HOLDFAST_ENVIRONMENT: "production" }).env.A).toBe("production");
	project.write(".env", "HOLDFAST_ENVIRONMENT=production\n");
	expect(project.hydrate().env).toEqual({ A: "production" });
	expect(() => project.hydrate({}, "nowhere")).toThrow(expect.objectContaining({ code: "ENVIRONMENT_NOT_FOUND" }));
});

test("a personal value reaches no process", async () => {
	await using project = await testProject();
	const writes = [{ name: "A", value: "personal" }];
	await settings.save(project.vault, person("someone"), { environment: "default", owner: "personal", writes });

	expect(project.hydrate().env).toEqual({});
	await project.save({ A: "shared" });
	expect(project.hydrate().env).toEqual({ A: "shared" });
});

test("a removed setting is gone", async () => {
	await using project = await testProject();
	await project.save({ A: "saved", B: "saved" });
	await project.remove("A");

	expect(project.hydrate().env).toEqual({ B: "saved" });
	expect(project.hydrate({ A: "process" }).env.A).toBe("process");
});

test("values come back exactly", async () => {
	await using project = await testProject();
	const values = {
		LINES: "-----BEGIN KEY-----\nabc\n\n-----END KEY-----\n",
		QUOTES: `"a" 'b' \`c\``,
		DOLLARS: "$HOME $" + "{HOME} $(id) `id` \\n \\",
		SPACES: "  padded\t ",
		HASH: "a # b=c",
		UNICODE: "ключ 鍵 🔑 \u{2028} é",
		JSON: '{"a":["b",null]}',
		LONG: "x".repeat(64 * 1024),
	};
	await project.save(values);

	expect(project.hydrate().env).toEqual(values);
});

test("FAULTS 1: a newline in a value makes no new key", async () => {
	await using project = await testProject();
	await project.save({ A: "x\nINJECTED=1", B: "x'\nINJECTED=1" });

	expect(Object.keys(project.hydrate().env)).toEqual(["A", "B"]);
});

test("FAULTS 35: forbidden names in a hand-written .env are skipped with a warning, Holdfast's own in silence", async () => {
	await using project = await testProject();
	project.write(".env", "NODE_OPTIONS=--require=evil\nLD_PRELOAD=evil\nhttp_proxy=evil\nHOLDFAST_PORT=1\nGOOD=1\n");

	const { env, skipped } = project.hydrate({ PATH: "/bin" });

	expect(env).toEqual({ PATH: "/bin", GOOD: "1" });
	expect([...skipped.keys()]).toEqual(["NODE_OPTIONS", "LD_PRELOAD", "http_proxy"]);
	expect(warnings).toHaveLength(3);
	expect(warnings[0]).toBe("NODE_OPTIONS was not hydrated: it makes every Node process load other code.");
	expect(warnings.join()).not.toContain("evil");
});

test("without a vault, .env is read and a warning says so", async () => {
	using folder = testFolder();
	writeFileSync(join(folder.path, ".env"), "A=hand\n");
	const env: Record<string, string | undefined> = {};

	const { revision } = hydrate({ env, cwd: folder.path });

	expect(env).toEqual({ A: "hand" });
	expect(revision).toBeNull();
	expect(warnings).toEqual([expect.stringMatching(/There is no Holdfast data at .* Only \.env files were read\./)]);
});

test("a folder below the project finds it", async () => {
	await using project = await testProject();
	await project.save({ A: "saved" });
	const below = join(project.path, "packages", "one");
	mkdirSync(below, { recursive: true });
	const env: Record<string, string | undefined> = {};

	hydrate({ env, cwd: below });

	expect(env).toEqual({ A: "saved" });
});

test("where the settings are in PostgreSQL, a file of before is not read, and it is said what to set", async () => {
	await using project = await testProject();
	await project.save({ OPENAI_API_KEY: "sk-of-before" });
	const env = { HOLDFAST_DATABASE_URL: "postgres://holdfast:hidden-password@db/holdfast" };
	expect(() => project.hydrate(env)).toThrow(
		expect.objectContaining({
			code: "NEEDS_SERVER",
			message: expect.stringMatching(/Set HOLDFAST_URL and HOLDFAST_TOKEN/),
		}),
	);
	expect(() => project.hydrate(env)).toThrow(
		expect.not.objectContaining({ message: expect.stringContaining("hidden") }),
	);
});
