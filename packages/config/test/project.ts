/**
 * An application's folder with a vault in it, for tests: `await using project = await testProject()`. What is saved goes
 * through the real vault; an application that boots there is a real process that imports the built package.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openVault, settings, type Vault } from "@holdfast/vault";
import { admin, optionsIn, testFolder } from "@holdfast/vault/test";
import { type Hydration, hydrate } from "../src/index.ts";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const APPLICATION = `import "@holdfast/config/register";\nprocess.stdout.write(JSON.stringify(process.env));\n`;

type Values = Record<string, string>;

export interface Boot {
	/** The program that runs the application; by default the Node of the tests. */
	node?: string;
	/** What the process inherits. */
	env?: Values;
	/** The user it runs as. */
	uid?: number;
	/** The folder it starts in. */
	cwd?: string;
}

export interface Booted {
	code: number | null;
	signal: string | null;
	/** The application's `process.env`; empty when it did not get that far. */
	env: Values;
	stderr: string;
}

export interface Project extends AsyncDisposable {
	path: string;
	readonly vault: Vault;
	save(values: Values, environment?: string): Promise<void>;
	remove(name: string): Promise<void>;
	write(file: string, text: string): void;
	/** Hydrate in this process: what was set, and what it answered. */
	hydrate(env?: Values, environment?: string): Hydration & { env: Record<string, string | undefined> };
	boot(how?: Boot): Booted;
	/** Stop the server's part, which leaves the folder to applications alone. */
	stop(): Promise<void>;
	restart(): Promise<void>;
}

export async function testProject(): Promise<Project> {
	const folder = testFolder();
	const { path } = folder;
	link(path);
	let vault = await openVault(optionsIn(path));
	let stopping: Promise<void> | null = null;
	const stop = () => (stopping ??= vault[Symbol.asyncDispose]());
	return {
		path,
		get vault() {
			return vault;
		},
		async save(values, environment = "default") {
			const writes = Object.entries(values).map(([name, value]) => ({ name, value }));
			await settings.save(vault, admin, { environment, owner: "shared", writes });
		},
		async remove(name) {
			await settings.remove(vault, admin, { environment: "default", owner: "shared", name });
		},
		write: (file, text) => writeFileSync(join(path, file), text),
		hydrate(inherited = {}, environment) {
			const env: Record<string, string | undefined> = { ...inherited };
			return { ...hydrate({ env, cwd: path, ...(environment !== undefined && { environment }) }), env };
		},
		boot: (how) => boot(path, how),
		stop,
		async restart() {
			await stop();
			vault = await openVault(optionsIn(path));
			stopping = null;
		},
		async [Symbol.asyncDispose]() {
			await stop();
			folder[Symbol.dispose]();
		},
	};
}

/** Put an application that prints its environment into a folder, with the package installed. */
export function link(path: string): void {
	mkdirSync(join(path, "node_modules", "@holdfast"), { recursive: true });
	symlinkSync(PACKAGE, join(path, "node_modules", "@holdfast", "config"));
	writeFileSync(join(path, "app.mjs"), APPLICATION);
}

export function boot(path: string, { node = process.execPath, env = {}, uid, cwd = path }: Boot = {}): Booted {
	const who = uid === undefined ? {} : { uid, gid: uid };
	const { status, signal, stdout, stderr } = spawnSync(node, [join(path, "app.mjs")], {
		cwd,
		env,
		encoding: "utf8",
		...who,
	});
	return { code: status, signal, env: stdout === "" ? {} : JSON.parse(stdout), stderr };
}
