/** Applications that take their settings from a server: real processes on the built package, against a real one. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { environments, settings, tokens, workers } from "@holdfast/vault";
import { admin } from "@holdfast/vault/test";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { headersOf, type TestApp, testApp } from "./app.ts";
import { openStream } from "./stream.ts";

const CONFIG = fileURLToPath(new URL("../../../packages/config", import.meta.url));
const PRINTS = `process.stdout.write(JSON.stringify(process.env));\n`;
const FOLLOWS = `
	import { hydrate } from "@holdfast/config";
	const settings = hydrate({ watch: true });
	const say = (what) => process.stdout.write(what + "\\n");
	say(process.env.A);
	settings.onChange("A", (value) => say(value + " " + (process.env.A === value) + " " + settings.get("A")));
	process.stdin.on("end", () => {
		settings.stop();
		setTimeout(() => say("ends"), 300);
	}).resume();
`;
const patient = { timeout: 30_000, interval: 20 };

/** The applications' folder: it has the package and no vault. */
let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "holdfast-remote-"));
	mkdirSync(join(folder, "node_modules", "@holdfast"), { recursive: true });
	symlinkSync(CONFIG, join(folder, "node_modules", "@holdfast", "config"));
	writeFileSync(join(folder, "prints.mjs"), `import "@holdfast/config/register";\n${PRINTS}`);
	writeFileSync(join(folder, "follows.mjs"), FOLLOWS);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
	child: ChildProcessWithoutNullStreams;
	output: () => string;
	errors: () => string;
	ended: Promise<number | null>;
}

function run(args: string[], env: Record<string, string>, node = process.execPath): Ran {
	const child = spawn(node, args, { cwd: folder, env });
	const [said, wrong] = [[] as string[], [] as string[]];
	child.stdout.on("data", (chunk) => said.push(String(chunk)));
	child.stderr.on("data", (chunk) => wrong.push(String(chunk)));
	const ended = once(child, "close").then(([code]) => code as number | null);
	return { child, output: () => said.join(""), errors: () => wrong.join(""), ended };
}

async function save({ vault }: TestApp, values: Record<string, string>, environment = "default"): Promise<void> {
	const writes = Object.entries(values).map(([name, value]) => ({ name, value }));
	await settings.save(vault, admin, { environment, owner: "shared", writes });
}

async function credentials(app: TestApp): Promise<{ HOLDFAST_URL: string; HOLDFAST_TOKEN: string }> {
	return { HOLDFAST_URL: app.url, HOLDFAST_TOKEN: await app.token(["settings.see", "settings.reveal"]) };
}

async function booted(env: Record<string, string>, how: { args?: string[]; node?: string } = {}) {
	const ran = run(how.args ?? ["prints.mjs"], env, how.node);
	const code = await ran.ended;
	const values: Record<string, string> = ran.output() === "" ? {} : JSON.parse(ran.output());
	return { code, env: values, stderr: ran.errors() };
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	return port;
}

test("what is saved is there from the first line on, by the one precedence", async () => {
	await using app = await testApp();
	await environments.create(app.vault, admin, { name: "production" });
	await save(app, { A: "default", B: "default" });
	await save(app, { A: "production $x\n'\"" }, "production");
	const env = { ...(await credentials(app)), B: "inherited", C: "own", HOLDFAST_ENVIRONMENT: "production" };
	writeFileSync(join(folder, ".env"), "B=by hand\nD=by hand\n");

	const { code, env: got, stderr } = await booted(env);
	rmSync(join(folder, ".env"));

	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	expect(got).toEqual({ ...env, A: "production $x\n'\"", B: "default", C: "own", D: "by hand" });
});

test("it does not matter how the package is loaded, nor what options Node is given", async () => {
	await using app = await testApp();
	await save(app, { A: "saved" });
	writeFileSync(join(folder, "plain.cjs"), PRINTS);
	const env = await credentials(app);

	expect((await booted(env, { args: ["-r", "@holdfast/config/register", "plain.cjs"] })).env.A).toBe("saved");
	const options = { ...env, NODE_OPTIONS: "--require @holdfast/config/register" };
	expect((await booted(options, { args: ["plain.cjs"] })).env.A).toBe("saved");
});

const OLD_NODE = "/usr/bin/node";

test.skipIf(!existsSync(OLD_NODE))(
	"a server can be asked by a Node that has no database driver (needs one beside)",
	async () => {
		await using app = await testApp();
		await save(app, { A: "saved" });

		expect(await booted(await credentials(app), { node: OLD_NODE })).toMatchObject({
			code: 0,
			env: { A: "saved" },
			stderr: "",
		});
	},
);

test("what is refused is said as the server says it, and nothing is set", async () => {
	await using app = await testApp();
	await save(app, { A: "saved" });
	const env = await credentials(app);
	const refusals = [
		[
			{ ...env, HOLDFAST_TOKEN: "hf_wrong" },
			"This service token is unknown, expired, revoked, or not for use from here.",
		],
		[
			{ ...env, HOLDFAST_TOKEN: await app.token(["settings.see"]) },
			"You may not do this: it needs leave to read the value of a secret.",
		],
		[{ ...env, HOLDFAST_ENVIRONMENT: "nowhere" }, "There is no environment nowhere."],
		[{ HOLDFAST_URL: app.url }, "HOLDFAST_TOKEN is not usable: it must be set where HOLDFAST_URL is."],
		[
			{ ...env, HOLDFAST_URL: app.url.replace("127.0.0.1", "127.0.0.2") },
			"No Holdfast server answers at http://127.0.0.2:",
		],
	] as const;
	for (const [given, says] of refusals) {
		const { code, stderr } = await booted(given);
		expect(code).toBe(1);
		expect(stderr).toContain(says);
		expect(stderr).not.toContain(env.HOLDFAST_TOKEN);
	}
});

test("a server that is only just starting is waited for, and followed through its restarts", async () => {
	await using app = await testApp();
	await save(app, { A: "one" });
	const port = await freePort();
	const env = { ...(await credentials(app)), HOLDFAST_URL: `http://127.0.0.1:${port}` };
	const { output, child, ended } = run(["follows.mjs"], env);
	await new Promise((resolve) => setTimeout(resolve, 200));
	for (const value of ["one", "two", "three"]) {
		const before = output().split("\n").length;
		if (value !== "one") await save(app, { A: value });
		await using _server = await testApp({ folder: app.folder, server: { port } });
		await vi.waitFor(() => expect(output().split("\n").length).toBe(before + 1), patient);
	}
	expect(output()).toBe("one\ntwo true two\nthree true three\n");
	child.stdin.end();
	expect(await ended).toBe(0);
});

test("an application that watches has each value within moments, says what it holds, and leaves", async () => {
	await using app = await testApp();
	await save(app, { A: "one" });
	const { output, child, ended, errors } = run(["follows.mjs"], { ...(await credentials(app)), OWN: "1" });
	await vi.waitFor(() => expect(output()).toBe("one\n"), patient);
	await save(app, { A: "two" });
	await vi.waitFor(() => expect(output()).toBe("one\ntwo true two\n"), patient);
	await settings.remove(app.vault, admin, { environment: "default", owner: "shared", name: "A" });
	await vi.waitFor(() => expect(output()).toContain("undefined true undefined\n"), patient);

	const listed = async () => (await workers.list(app.vault, admin, {})).filter(({ kind }) => kind === "application");
	await vi.waitFor(async () => expect(await listed()).toMatchObject([{ converged: true }]), patient);
	expect(await listed()).toMatchObject([{ pid: child.pid, program: "follows.mjs", environment: "default" }]);

	child.stdin.end();
	await vi.waitFor(async () => expect(await listed()).toEqual([]), patient);
	expect(await ended).toBe(0);
	expect(errors()).toBe("");
	expect(app.logs.filter((line) => line.includes("unexpected failure"))).toEqual([]);
});

test("a token that is revoked costs no value, and a warning says so", async () => {
	await using app = await testApp();
	await save(app, { A: "one" });
	const env = await credentials(app);
	const { output, child, errors, ended } = run(["follows.mjs"], env);
	await vi.waitFor(() => expect(output()).toBe("one\n"), patient);
	const [listed] = await tokens.list(app.vault, admin);
	await tokens.revoke(app.vault, admin, { id: listed?.id ?? "" });
	await vi.waitFor(
		() => expect(errors()).toContain("the values that are there stay. This service token is unknown"),
		patient,
	);
	expect(errors()).not.toContain(env.HOLDFAST_TOKEN);
	child.stdin.end();
	expect(await ended).toBe(0);
	expect(output()).toBe("one\nends\n");
});

test("FAULTS 29: an application that finds no watch free says so for as long as that is, and takes up what is saved once one is", async () => {
	await using app = await testApp();
	await save(app, { A: "one" });
	const env = await credentials(app);
	const headers = headersOf({ token: env.HOLDFAST_TOKEN });
	const taken = [];
	for (let i = 0; i < 200; i++) taken.push(await openStream(app.url, "settings.watch", { input: {}, headers }));
	for (const stream of taken) await stream.next();
	writeFileSync(
		join(folder, "tells.mjs"),
		`import { hydrate } from "@holdfast/config";
		const settings = hydrate({ watch: true });
		setInterval(() => process.stdout.write(process.env.A + " " + (settings.problem !== null) + "\\n"), 250);
		process.stdin.on("end", () => process.exit()).resume();\n`,
	);
	const { output, child, errors, ended } = run(["tells.mjs"], env);
	const since = (from: number) => output().slice(from).split("\n");

	await vi.waitFor(() => expect(output()).toContain("one true\n"), patient);
	const from = output().length;
	await vi.waitFor(() => expect(since(from).length).toBeGreaterThan(20), patient);
	expect(new Set(since(from).slice(0, -1))).toEqual(new Set(["one true"]));
	expect(errors().match(/HoldfastWarning/g)).toHaveLength(1);

	for (const stream of taken) stream.close();
	await save(app, { A: "two" });
	await vi.waitFor(() => expect(output()).toContain("two false\n"), patient);
	child.stdin.end();
	await ended;
});
