/** `npm run check`: what has to hold before each commit, in under a minute. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { command, runStages, tests } from "./stages.mjs";
import { install, ROOT } from "./workspace.mjs";

const LONGEST_FILE = 400;

/** What each package may depend on: arrows point down only. A dependency for types alone counts like any other. */
const ARROWS = {
	contract: [],
	providers: ["contract"],
	crypto: ["contract"],
	envfile: ["contract"],
	vault: ["contract", "providers", "crypto", "envfile"],
	config: ["contract", "crypto", "envfile", "vault"],
	api: ["contract", "providers", "crypto", "envfile", "vault", "config"],
	cli: ["contract", "providers", "crypto", "envfile", "vault", "config", "api"],
	web: ["contract", "providers", "api"],
	sdk: ["contract", "providers", "api"],
};

await install();
await runStages([
	command("format and lint", "biome", "ci", "--error-on-warnings", "."),
	command("imports are declared", "turbo", "boundaries"),
	{ name: "arrows between packages point down", act: arrowsPointDown },
	command("types", "tsc", "-p", "."),
	command("dead code and unused dependencies", "knip"),
	{ name: "length of files", act: lengthOfFiles },
	command("generated files are current", "node", "scripts/generate.mjs", "--check"),
	tests("units and properties", "unit*"),
]);

async function lengthOfFiles() {
	const files = execFileSync("git", ["ls-files", "*.ts", "*.tsx", "*.mjs", "*.css"], { cwd: ROOT, encoding: "utf8" });
	const long = files
		.trim()
		.split("\n")
		.map((file) => ({ file, lines: readFileSync(join(ROOT, file), "utf8").split("\n").length - 1 }))
		.filter(({ lines }) => lines > LONGEST_FILE);
	const output = long.map(({ file, lines }) => `${file} has ${lines} lines; ${LONGEST_FILE} is the limit.`).join("\n");
	return { ok: long.length === 0, output };
}

async function arrowsPointDown() {
	const wrong = Object.entries(ARROWS).flatMap(([name, allowed]) => {
		const folder = ["api", "cli", "web"].includes(name) ? "apps" : "packages";
		const manifest = JSON.parse(readFileSync(join(ROOT, folder, name, "package.json"), "utf8"));
		return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
			.filter((dependency) => dependency.startsWith("@holdfast/"))
			.map((dependency) => dependency.slice("@holdfast/".length))
			.filter((dependency) => !allowed.includes(dependency))
			.map((dependency) => `${name} may not depend on ${dependency}.`);
	});
	return { ok: wrong.length === 0, output: wrong.join("\n") };
}
