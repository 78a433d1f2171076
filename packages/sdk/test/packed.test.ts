/** The package as others get it: packed, unpacked in a folder that knows nothing of this repository, and used from there. */
import { execFileSync, spawnSync } from "node:child_process";
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestServer, testServer } from "./server.ts";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const ROOT = join(PACKAGE, "..", "..");
const SLOW = process.env.SLOW === "1";

let folder: string;
let tarball: string;
let server: TestServer;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "holdfast-packed-"));
	const packed = execFileSync("npm", ["pack", PACKAGE, "--pack-destination", folder, "--json"], { encoding: "utf8" });
	tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? packed);
	const installed = join(folder, "node_modules", "@holdfast", "sdk");
	mkdirSync(installed, { recursive: true });
	execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components", "1"]);
	for (const name of ["client", "server"]) {
		const from = realpathSync(join(PACKAGE, "node_modules", "@trpc", name));
		cpSync(from, join(folder, "node_modules", "@trpc", name), {
			recursive: true,
			filter: (path) => !path.endsWith("/node_modules"),
		});
	}
	server = await testServer();
	await server.save({ OPENAI_API_KEY: "sk-canary" });
});

afterAll(async () => {
	await server[Symbol.asyncDispose]();
	rmSync(folder, { recursive: true, force: true });
});

const installed = () => join(folder, "node_modules", "@holdfast", "sdk");

test("nothing but what is needed is in it, and nothing of this repository is asked for", () => {
	const files = readdirSync(installed(), { recursive: true, encoding: "utf8" }).filter((name) => name.includes("."));
	expect(files.filter((name) => !/^(dist\/\w+(\.d)?\.(ts|js)|README\.md|package\.json)$/.test(name))).toEqual([]);
	const { dependencies } = JSON.parse(readFileSync(join(installed(), "package.json"), "utf8"));
	expect(Object.keys(dependencies)).toEqual(["@trpc/client", "@trpc/server"]);
	expect(Object.values(dependencies).join(" ")).toMatch(/^\d+\.\d+\.\d+ \d+\.\d+\.\d+$/);
	for (const file of files.filter((name) => /\.(ts|js)$/.test(name))) {
		const text = readFileSync(join(installed(), file), "utf8");
		const named = [...text.matchAll(/(?:from |import |import\()["']([^"'.][^"']*)["']/g)].map(([, name]) => name);
		expect(named.filter((name) => !/^(@trpc\/|node:)/.test(name ?? ""))).toEqual([]);
		expect(text).not.toContain(ROOT);
	}
});

const CONSUMER = `
	import { createHoldfast, HoldfastError, type Stale } from "@holdfast/sdk";
	import { fileCache } from "@holdfast/sdk/cache";
	const holdfast = createHoldfast({ url: "http://a.test", token: "t", cache: fileCache("f"), onStale: (stale: Stale) => void stale.since });
	const saved = await holdfast.settings.save.mutate({ writes: [{ name: "A", value: "b" }] });
	export const revision: number = saved.revision;
	export const status: "mirrored" | "vault-only" | "drift" | "pending" | "off" | undefined = saved.mirrors[0]?.status;
	// @ts-expect-error A value is a text.
	void holdfast.settings.save.mutate({ writes: [{ name: "A", value: 1 }] });
	// @ts-expect-error There is no such procedure.
	void holdfast.settings.nothing;
	// @ts-expect-error A cache wants to tell when it is used.
	createHoldfast({ url: "http://a.test", token: "t", cache: fileCache("f") });
	for await (const { revision } of holdfast.watch()) revision.toFixed();
	holdfast.settings.watch.subscribe({}, { onData: ({ data }) => data.revision.toFixed() });
	export const code = (error: unknown) => (error instanceof HoldfastError && error.code === "NOT_SET" ? error.fix : null);
`;

test.each(["nodenext", "bundler"])(
	"its types are inferred by a strict program that checks libraries too: %s",
	(resolution) => {
		writeFileSync(join(folder, "consumer.ts"), CONSUMER);
		const module = resolution === "bundler" ? "esnext" : resolution;
		const lib = ["--lib", "es2022,esnext.disposable,dom,dom.iterable,dom.asynciterable"];
		const flags = [
			"--strict",
			"--noEmit",
			"--target",
			"es2022",
			"--module",
			module,
			"--moduleResolution",
			resolution,
			...lib,
		];
		writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
		const tsc = join(ROOT, "node_modules", ".bin", "tsc");
		const types = ["--types", "node", "--typeRoots", join(ROOT, "node_modules", "@types")];

		const { stdout } = spawnSync(tsc, [...flags, ...types, "--ignoreConfig", "consumer.ts"], {
			cwd: folder,
			encoding: "utf8",
		});

		expect(stdout).toBe("");
	},
);

/** The programs in the README. */
function snippets(): [string, string][] {
	const text = readFileSync(join(installed(), "README.md"), "utf8");
	const found = [...text.matchAll(/^## (.*?)$[^#]*?```js\n([\s\S]*?)```/gm)];
	return found.map(([, title = "", code = ""]) => [title, code]);
}

const OUTPUTS: Readonly<Record<string, RegExp>> = {
	"A value": /^$/,
	Changes: /^revision \d+\n$/,
	"While the server is down": /^$/,
	"Everything else": /^[A-Z_,]*OPENAI_API_KEY[A-Z_,]*\nNAME_FORBIDDEN false Set it in the process/,
};

function runSnippets(node: string): void {
	expect(snippets().map(([title]) => title)).toEqual(Object.keys(OUTPUTS));
	for (const [title, code] of snippets()) {
		writeFileSync(join(folder, "snippet.mjs"), code);
		const env = { HOLDFAST_URL: server.url, HOLDFAST_TOKEN: server.token };
		const output = execFileSync(node, ["snippet.mjs"], { cwd: folder, env, encoding: "utf8" });
		expect(output, title).toMatch(OUTPUTS[title] ?? /never/);
	}
}

test("each program in its README runs, and ends by itself", () => runSnippets(process.execPath));

const OLD_NODE = "/usr/bin/node";
const oldVersion = existsSync(OLD_NODE) ? execFileSync(OLD_NODE, ["-v"], { encoding: "utf8" }) : "";

test.skipIf(!oldVersion.startsWith("v20."))("the same on Node 20 (needs one beside)", () => runSnippets(OLD_NODE));

test("it bundles for browsers, with nothing of Node in it", async () => {
	writeFileSync(
		join(folder, "page.mjs"),
		`import { createHoldfast } from "@holdfast/sdk";\nglobalThis.holdfast = createHoldfast;\n`,
	);
	await using bundle = await rolldown({ input: join(folder, "page.mjs"), platform: "browser", cwd: folder });
	const { output } = await bundle.generate({ format: "esm", minify: true });
	expect(output).toHaveLength(1);
	expect(output[0].code).not.toMatch(/node:|\brequire\(|Buffer\b/);
	expect(output[0].code.length).toBeLessThan(80_000);
});

describe.runIf(SLOW)("with what the registry has (SLOW=1)", () => {
	const npx = (...args: string[]) => execFileSync("npx", ["--yes", ...args], { cwd: folder, encoding: "utf8" });

	test("attw and publint find nothing wrong", () => {
		expect(npx("@arethetypeswrong/cli@0.18.5", tarball, "--profile", "esm-only")).not.toContain(
			"💀 Resolution failed (",
		);
		expect(npx("publint@0.3.25", tarball)).toContain("All good!");
	});

	test.each(["20", "22", "24", "26"])(
		"each program in its README runs on Node %s",
		(version) => {
			runSnippets(npx("-p", `node@${version}`, "node", "-p", "process.execPath").trim());
		},
		300_000,
	);
});
