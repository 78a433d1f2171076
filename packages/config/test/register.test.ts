/** An application whose first import is `@holdfast/config/register`, as a real process on the built package. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { newRootKey, rootKeyText } from "@holdfast/crypto";
import { testFolder } from "@holdfast/vault/test";
import { describe, expect, test } from "vitest";
import { boot, link, type Project, testProject } from "./project.ts";

const VALUE = "sk-canary-4f7c'\"\n$x";
const NOBODY = 65_534;

async function stoppedProject(): Promise<Project> {
	const project = await testProject();
	await project.save({ OPENAI_API_KEY: VALUE });
	await project.stop();
	rmSync(join(project.path, ".env"));
	return project;
}

const dataOf = (project: Project) => join(project.path, ".holdfast");
const keyOf = (project: Project) => join(dataOf(project), "root.key");

test("the saved value is there from the first line on", async () => {
	await using project = await stoppedProject();

	expect(project.boot()).toMatchObject({ code: 0, env: { OPENAI_API_KEY: VALUE }, stderr: "" });
});

test("it replaces an inherited variable, unless the process is to win", async () => {
	await using project = await stoppedProject();
	const env = { OPENAI_API_KEY: "inherited" };

	expect(project.boot({ env }).env.OPENAI_API_KEY).toBe(VALUE);
	expect(project.boot({ env: { ...env, HOLDFAST_PRECEDENCE: "process" } }).env.OPENAI_API_KEY).toBe("inherited");
});

test("an application that uses the same database driver itself has it as it is", async () => {
	await using project = await stoppedProject();
	const driver = createRequire(import.meta.url).resolve("better-sqlite3");
	const program = `
		import "@holdfast/config/register";
		import { createRequire } from "node:module";
		const Database = createRequire(import.meta.url)(${JSON.stringify(driver)});
		const database = new Database(":memory:");
		const one = database.prepare("SELECT 1 AS one").get();
		try { database.exec("no SQL"); } catch (error) { one.refused = error instanceof Database.SqliteError; }
		process.stdout.write(JSON.stringify(one));
	`;
	project.write("app.mjs", program);

	expect(project.boot()).toMatchObject({ code: 0, env: { one: 1, refused: true }, stderr: "" });
});

test("it is there while a server holds the database open", async () => {
	await using project = await testProject();
	await project.save({ A: "first" });
	expect(project.boot().env.A).toBe("first");
	await project.save({ A: "second" });

	expect(project.boot().env.A).toBe("second");
	await project.save({ A: "third" });
	expect(project.boot().env.A).toBe("third");
});

describe("a data folder that may not be written to", () => {
	/** Whoever runs the tests may be root, whom no permission stops: then the application runs as someone else. */
	const uid = process.getuid?.() === 0 ? NOBODY : undefined;

	function shut(project: Project): void {
		for (const name of readdirSync(dataOf(project))) chmodSync(join(dataOf(project), name), 0o444);
		chmodSync(dataOf(project), 0o555);
		chmodSync(project.path, 0o755);
	}

	test("with nobody in it", async () => {
		await using project = await stoppedProject();
		shut(project);
		const before = readdirSync(dataOf(project));

		const booted = project.boot(uid === undefined ? {} : { uid });
		chmodSync(dataOf(project), 0o755);

		expect(booted).toMatchObject({ code: 0, env: { OPENAI_API_KEY: VALUE }, stderr: "" });
		expect(readdirSync(dataOf(project))).toEqual(before);
	});

	test("with a server in it", async () => {
		await using project = await testProject();
		await project.save({ OPENAI_API_KEY: VALUE });
		shut(project);

		const booted = project.boot(uid === undefined ? {} : { uid });
		chmodSync(dataOf(project), 0o755);

		expect(booted).toMatchObject({ code: 0, env: { OPENAI_API_KEY: VALUE }, stderr: "" });
	});
});

test("without a vault, .env is read and a warning says so", () => {
	using folder = testFolder();
	link(folder.path);
	writeFileSync(join(folder.path, ".env"), "A='by hand'\n");

	const { code, env, stderr } = boot(folder.path);

	expect(code).toBe(0);
	expect(env.A).toBe("by hand");
	expect(stderr).toContain("HoldfastWarning: There is no Holdfast data at");
});

test("without a vault beneath turbo, the warning names what turbo.json leaves out", () => {
	using folder = testFolder();
	link(folder.path);
	writeFileSync(join(folder.path, "turbo.json"), `{ "tasks": { "dev": {} } }`);

	const { code, stderr } = boot(folder.path, { env: { TURBO_HASH: "0123" } });

	expect(code).toBe(0);
	expect(stderr).toContain(`Add "HOLDFAST_*" to "globalPassThroughEnv" in ${join(folder.path, "turbo.json")}.`);
});

test.skipIf(process.getuid?.() !== 0)(
	"a data folder of another user is refused, and told whose it is (needs the superuser)",
	async () => {
		await using project = await stoppedProject();
		chmodSync(dataOf(project), 0o700);
		chmodSync(project.path, 0o755);

		const { code, stderr } = project.boot({ uid: NOBODY });

		expect(code).toBe(1);
		expect(stderr).toContain(
			`the data folder answers EACCES, it belongs to user 0, and this process runs as ${NOBODY}`,
		);
	},
);

describe("FAULTS 15: a root key that is not the one is refused, nothing is set and no key is made", () => {
	const cases: { name: string; spoil: (key: string) => void; says: RegExp }[] = [
		{ name: "missing", spoil: (key) => rmSync(key), says: /The root key is missing, .* sealed under root key \w{4}-/ },
		{
			name: "wrong",
			spoil: (key) => writeFileSync(key, rootKeyText(newRootKey())),
			says: /the data is sealed under \w{4}-\w{4}-\w{4}-\w{4}, the key given is \w{4}-\w{4}-\w{4}-\w{4}/,
		},
		{ name: "short", spoil: (key) => writeFileSync(key, "c2hvcnQ="), says: /it has 5 of 32 bytes/ },
		{ name: "malformed", spoil: (key) => writeFileSync(key, "not a key!"), says: /it is not base64/ },
		{ name: "empty", spoil: (key) => writeFileSync(key, ""), says: /it is empty/ },
	];

	test.each(cases)("$name", async ({ spoil, says }) => {
		await using project = await stoppedProject();
		spoil(keyOf(project));
		const left = existsSync(keyOf(project)) ? readFileSync(keyOf(project), "utf8") : null;

		const { code, env, stderr } = project.boot();

		expect(code).toBe(1);
		expect(env).toEqual({});
		expect(stderr).toMatch(says);
		expect(existsSync(keyOf(project)) ? readFileSync(keyOf(project), "utf8") : null).toBe(left);
		expect(() => project.hydrate()).toThrow(expect.objectContaining({ code: expect.stringMatching(/^ROOT_KEY_/) }));
	});

	test("and with the key in HOLDFAST_ROOT_KEY it is all there again", async () => {
		await using project = await stoppedProject();
		const text = readFileSync(keyOf(project), "utf8");
		rmSync(keyOf(project));

		expect(project.boot({ env: { HOLDFAST_ROOT_KEY: text } }).env.OPENAI_API_KEY).toBe(VALUE);
	});
});

test("FAULTS 11: a database that is none is refused and told apart from a missing one", async () => {
	await using project = await stoppedProject();
	for (const end of ["", "-wal", "-shm"]) rmSync(join(dataOf(project), `holdfast.db${end}`), { force: true });
	writeFileSync(join(dataOf(project), "holdfast.db"), "no database at all ".repeat(500));

	const { code, stderr } = project.boot();

	expect(code).toBe(1);
	expect(stderr).toContain("The database cannot be used: SQLITE_NOTADB");
});

const OLD_NODE = "/usr/bin/node";
const oldVersion = existsSync(OLD_NODE)
	? execFileSync(OLD_NODE, ["-p", "process.versions.node"], { encoding: "utf8" })
	: "";
const isOld = oldVersion.startsWith("20.");

test.skipIf(!isOld)("Node 20, which the database driver would kill, is refused (needs a Node 20 beside)", async () => {
	await using project = await stoppedProject();

	const { code, signal, stderr } = project.boot({ node: OLD_NODE });

	expect(signal).toBeNull();
	expect(code).toBe(1);
	expect(stderr).toContain(`Node ${oldVersion.trim()} cannot load the database driver. Run this process on Node 22`);
});
