/**
 * What every script needs first, on a machine with Node 20 or newer and npm alone: the dependencies, the pinned Node among
 * them, and the built parts. Each step is skipped when nothing it depends on has changed. Uses no dependency itself.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const BIN = join(ROOT, "node_modules", ".bin");
const STAMP = join(ROOT, "node_modules", ".installed");

/** The environment in which everything runs: the pinned Node first on the path. */
function environment() {
	return { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}`, TURBO_TELEMETRY_DISABLED: "1" };
}

/**
 * Run a program in the repository.
 * @returns {Promise<{ code: number, output: string }>} `output` is empty unless `quiet`.
 */
export function run(command, args, { quiet = false, env = {} } = {}) {
	return new Promise((resolve, reject) => {
		const stdio = quiet ? ["ignore", "pipe", "pipe"] : "inherit";
		const child = spawn(command, args, { cwd: ROOT, env: { ...environment(), ...env }, stdio });
		let output = "";
		for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk));
		child.once("error", reject);
		child.once("close", (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), output }));
	});
}

/** Install the dependencies exactly as locked. `announce` is called first when there is anything to install. */
export async function install(announce = () => {}) {
	const wanted = digest(["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests()]);
	if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return;
	announce();
	const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).devEngines.packageManager;
	const { code, output } = await run("npx", ["--yes", `${name}@${version}`, "install", "--frozen-lockfile"], {
		quiet: true,
	});
	if (code !== 0) throw new Error(`The dependencies could not be installed.\n${output}`);
	mkdirSync(dirname(STAMP), { recursive: true });
	writeFileSync(STAMP, wanted);
}

/** Build the dashboard and the hydration bundle; turbo skips what is unchanged. */
export async function build() {
	const { code, output } = await run("turbo", ["run", "build", "--output-logs=errors-only"], { quiet: true });
	if (code !== 0) throw new Error(`The build failed.\n${output}`);
}

function manifests() {
	const workspaces = ["apps", "packages"].flatMap((folder) =>
		readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
	);
	return ["package.json", ...[...workspaces, "bench"].map((folder) => `${folder}/package.json`)];
}

function digest(files) {
	const hash = createHash("sha256");
	for (const file of files)
		if (existsSync(join(ROOT, file))) hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)));
	return hash.digest("hex");
}
