/** An environment that is kept as what is saved: in this process on a real vault, and in real processes beside it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { environments } from "@holdfast/vault";
import { admin } from "@holdfast/vault/test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { hydrate } from "../src/index.ts";
import { type Project, testProject } from "./project.ts";

const NOBODY = 65_534;
/** For what takes milliseconds, and longer on a machine that others keep busy. */
const patient = { timeout: 20_000 };

let warnings: string[];

beforeEach(() => {
	warnings = [];
	vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(String(warning)));
});

afterEach(() => {
	vi.restoreAllMocks();
});

type Env = Record<string, string | undefined>;

function watched(project: Project, env: Env = {}, environment?: string) {
	const where = { env, cwd: project.path, ...(environment !== undefined && { environment }) };
	return hydrate({ ...where, watch: true });
}

test("what is saved after the start is there, and who asked is told of it", async () => {
	await using project = await testProject();
	await project.save({ A: "one", B: "stays" });
	const env: Env = {};
	using settings = watched(project, env);
	const told: unknown[] = [];
	settings.onChange(({ names }) => told.push(names));
	const end = settings.onChange("A", (value) => told.push(value));
	settings.onChange("B", () => told.push("never"));

	await project.save({ A: "two" });

	await vi.waitFor(() => expect(told).toEqual([["A"], "two"]), patient);
	expect(env).toMatchObject({ A: "two", B: "stays" });
	expect(settings.origins.get("A")).toMatchObject({ version: 2 });
	expect(settings.revision).toBe(await project.vault.storage.revision());
	end();
	await project.save({ A: "three", NEW: "new" });
	await vi.waitFor(() => expect(told.at(-1)).toEqual(["A", "NEW"]), patient);
	expect(warnings).toEqual([]);
});

test("a value that is asked for is never older than what was saved before", async () => {
	await using project = await testProject();
	using settings = watched(project);
	for (let i = 0; i < 50; i++) {
		await project.save({ A: `value ${i}` });
		expect(settings.get("A")).toBe(`value ${i}`);
	}
	expect(settings.get("NEVER")).toBeUndefined();
});

test("a removed setting leaves the environment, and what the process had itself comes back", async () => {
	await using project = await testProject();
	await project.save({ A: "saved", OWN: "saved" });
	const env: Env = { OWN: "own", OTHER: "untouched" };
	using settings = watched(project, env);
	expect(env).toEqual({ A: "saved", OWN: "saved", OTHER: "untouched" });

	await project.remove("A");
	await project.remove("OWN");

	await vi.waitFor(() => expect(env).toEqual({ OWN: "own", OTHER: "untouched" }), patient);
	expect(settings.get("A")).toBeUndefined();
	expect(settings.get("OWN")).toBe("own");
});

test("the line that a removed setting still has in a file for a moment is not taken for one by hand", async () => {
	await using project = await testProject();
	await project.save({ A: "saved" });
	await project.stop();
	const env: Env = {};
	using settings = watched(project, env);
	const seen: unknown[] = [];
	settings.onChange("A", (value) => seen.push(value));
	const line = readFileSync(join(project.path, ".env"), "utf8");

	await project.restart();
	await project.remove("A");
	project.write(".env", line);

	expect(settings.get("A")).toBeUndefined();
	await vi.waitFor(() => expect(seen).toEqual([undefined]), patient);
});

test("what was hydrated before, by whatever part of the package, is not taken for the process's own", async () => {
	await using project = await testProject();
	await project.save({ A: "saved" });
	const env: Env = {};
	hydrate({ env, cwd: project.path });
	using settings = watched(project, env);

	await project.remove("A");

	await vi.waitFor(() => expect(env).toEqual({}), patient);
	expect(settings.get("A")).toBeUndefined();
});

test("what the application sets itself is not taken away from it", async () => {
	await using project = await testProject();
	await project.save({ A: "saved" });
	const env: Env = {};
	using settings = watched(project, env);
	env.A = "the application's";

	await project.remove("A");

	expect(settings.get("A")).toBe("the application's");
});

test("an edit by hand is taken up", async () => {
	await using project = await testProject();
	await project.save({ A: "saved" });
	await project.stop();
	const env: Env = {};
	using settings = watched(project, env);

	project.write(".env", "A=edited\nHAND=written\n");

	await vi.waitFor(() => expect(env).toEqual({ A: "saved", HAND: "written" }), patient);
	expect(settings.origins.get("HAND")?.source).toBe("file");
});

test("an environment follows what it inherits as well as its own", async () => {
	await using project = await testProject();
	await environments.create(project.vault, admin, { name: "production" });
	await project.save({ A: "default" });
	const env: Env = {};
	using settings = watched(project, env, "production");

	await project.save({ A: "changed" });
	expect(settings.get("A")).toBe("changed");
	await project.save({ A: "production" }, "production");
	expect(settings.get("A")).toBe("production");
});

test("a value that does not fit the schema is not taken, and a warning names it without the value", async () => {
	await using project = await testProject();
	await project.save({ PORT: "8080" });
	const env: Env = {};
	const schema = z.object({ PORT: z.coerce.number().refine((n) => n > 0, { error: "must not be -4711-4711" }) });
	using settings = hydrate({ env, cwd: project.path, watch: true, schema });
	const port: number = settings.values.PORT;
	expect(port).toBe(8080);

	await project.save({ PORT: "-4711-4711" });
	expect(settings.get("PORT")).toBe("8080");
	expect(settings.problem).toMatchObject({ code: "SETTINGS_UNFIT" });
	expect(warnings).toHaveLength(1);
	expect(warnings[0]).toContain("PORT does not fit what this application expects");
	expect(warnings[0]).not.toContain("4711");

	await project.save({ PORT: "9090" });
	expect(settings.get("PORT")).toBe("9090");
	expect(settings.values.PORT).toBe(9090);
	expect(settings.problem).toBeNull();
});

test("a database that cannot be read loses no value, is told once, and is read again when it can be", async () => {
	await using project = await testProject();
	await project.save({ A: "one" });
	const env: Env = {};
	using settings = watched(project, env);
	const key = join(project.path, ".holdfast", "root.key");
	renameSync(key, `${key}.away`);

	await project.save({ A: "two" });
	expect(settings.get("A")).toBe("one");
	expect(settings.problem).toMatchObject({ code: "ROOT_KEY_MISSING" });
	await new Promise((resolve) => setTimeout(resolve, 1_200));
	expect(warnings).toHaveLength(1);

	renameSync(`${key}.away`, key);
	await vi.waitFor(() => expect(env.A).toBe("two"), patient);
	expect(settings.problem).toBeNull();
});

test("a process that began without a vault takes up the one that comes", async () => {
	await using project = await testProject();
	await project.stop();
	rmSync(join(project.path, ".holdfast"), { recursive: true });
	const env: Env = {};
	using settings = watched(project, env);
	expect(settings.revision).toBeNull();

	await project.restart();
	await project.save({ A: "later" });

	await vi.waitFor(() => expect(env.A).toBe("later"), patient);
});

test("who has stopped is not told any more", async () => {
	await using project = await testProject();
	await project.save({ A: "one" });
	const env: Env = {};
	const settings = watched(project, env);
	settings.onChange(() => expect.unreachable());
	settings.stop();

	await project.save({ A: "two" });
	await new Promise((resolve) => setTimeout(resolve, 600));

	expect(env.A).toBe("one");
});

const FOLLOWER = `
	import { hydrate } from "@holdfast/config";
	const settings = hydrate({ watch: true });
	process.stdout.write(process.env.A + "\\n");
	settings.onChange("A", (value) => process.stdout.write(value + " " + (process.env.A === value) + "\\n"));
	process.stdin.on("end", () => process.exit()).resume();
`;

function follower(project: Project) {
	project.write("follower.mjs", FOLLOWER);
	const child = spawn(process.execPath, ["follower.mjs"], { cwd: project.path, env: {} });
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
	return { child, output: () => output };
}

test("real processes follow each other's server through saves, its end and its return", async () => {
	await using project = await testProject();
	await project.save({ A: "one" });
	const followers = Array.from({ length: 3 }, () => follower(project));
	const all = (text: string) =>
		vi.waitFor(() => expect(followers.map(({ output }) => output())).toEqual([text, text, text]), patient);
	await all("one\n");
	await project.save({ A: "two" });
	await all("one\ntwo true\n");
	await project.stop();
	await project.restart();
	await project.save({ A: "three" });
	await all("one\ntwo true\nthree true\n");
	for (const { child } of followers) {
		child.stdin.end();
		expect(await once(child, "exit")).toEqual([0, null]);
	}
});

test("watching keeps no process running", async () => {
	await using project = await testProject();
	await project.save({ A: "one" });
	project.write(
		"app.mjs",
		`import { hydrate } from "@holdfast/config";\nhydrate({ watch: true });\nprocess.stdout.write("{}");\n`,
	);

	expect(project.boot()).toMatchObject({ code: 0, stderr: "" });
});

test("a data folder that may not be written to is watched in silence", async () => {
	await using project = await testProject();
	await project.save({ A: "one" });
	await project.stop();
	const data = join(project.path, ".holdfast");
	const database = readFileSync(join(data, "holdfast.db"));
	for (const name of readdirSync(data)) chmodSync(join(data, name), 0o444);
	chmodSync(data, 0o555);
	chmodSync(project.path, 0o755);
	const before = readdirSync(data);
	const program = `
		import { hydrate } from "@holdfast/config";
		const settings = hydrate({ watch: true });
		setTimeout(() => {
			process.stdout.write(JSON.stringify({ A: settings.get("A"), problem: String(settings.problem) }));
		}, 700);
	`;
	project.write("app.mjs", program);

	const booted = project.boot(process.getuid?.() === 0 ? { uid: NOBODY } : {});
	chmodSync(data, 0o755);

	expect(booted).toMatchObject({ code: 0, stderr: "", env: { A: "one", problem: "null" } });
	expect(readFileSync(join(data, "holdfast.db"))).toEqual(database);
	expect(readdirSync(data)).toEqual(before);
});
