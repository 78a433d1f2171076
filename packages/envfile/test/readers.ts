/** The real programs that read `.env` files, as far as this machine has them, each as one function from a text to values. */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { parseEnv } from "node:util";
import dotenvx from "@dotenvx/dotenvx";
import dotenv from "dotenv";
import { entries, parseDocument } from "../src/document.ts";
import type { Reader } from "../src/plan.ts";
import { tempFolder } from "./temp-folder.ts";

type Values = Record<string, string | undefined>;

export interface Program {
	label: string;
	/** The declared reader it stands for; `null` for our own parser, which must read what any of them is written for. */
	reader: Reader | null;
	/** Why it cannot run here; `null` when it can. */
	missing: string | null;
	read(text: string): Values;
}

const SLOW = process.env.SLOW !== undefined;
/**
 * How many groups of lines one file has for a program. What a shell reads must fit into an environment; dotenvx and
 * python-dotenv take time that grows with the square of a file's length.
 */
const GROUPS = { shell: 6_000, dotenvx: 200, python: 1_000 };

function run(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
	return spawnSync(command, args, {
		encoding: "utf8",
		maxBuffer: 2 ** 28,
		stdio: ["ignore", "pipe", "pipe"],
		...options,
	});
}

function works({ status, stdout }: SpawnSyncReturns<string>, output = ""): boolean {
	return status === 0 && stdout.includes(output);
}

/** What a program prints about a file with this text. */
function output(text: string, command: string, args: (file: string) => string[]): string {
	using folder = tempFolder();
	const file = join(folder.path, ".env");
	writeFileSync(file, text);
	const { status, stdout, stderr } = run(command, args(file), { cwd: folder.path, env: { PATH: process.env.PATH } });
	if (status !== 0 || stderr !== "") throw new Error(`${command} ended with ${status}: ${stderr.slice(0, 500)}`);
	return stdout;
}

function json(command: string, ...args: string[]): (text: string) => Values {
	return (text) => JSON.parse(output(text, command, (file) => [...args, file]));
}

/** Reads a text in parts, cut where a guard without `export` begins a group. */
function inParts(most: number, read: (text: string) => Values): (text: string) => Values {
	return (text) => {
		const groups = text.split(/(?<=\n)(?=GUARD_\d+=)/);
		const found: Values = {};
		for (let at = 0; at < groups.length; at += most) Object.assign(found, read(groups.slice(at, at + most).join("")));
		return found;
	};
}

/** What a shell has in its environment after it read the file; what it had before is taken away. */
function shell(command: string): (text: string) => Values {
	const list = (text: string): Values => {
		const listed = output(text, command, (file) => ["-c", 'set -a; . "$0"; exec env -0', file]);
		const pairs = listed
			.split("\0")
			.filter(Boolean)
			.map((line): [string, string] => {
				const at = line.indexOf("=");
				return [line.slice(0, at), line.slice(at + 1)];
			});
		return Object.fromEntries(pairs);
	};
	const own = Object.keys(list(""));
	return inParts(GROUPS.shell, (text) => {
		const found = list(text);
		for (const name of own) delete found[name];
		return found;
	});
}

function dotenvxParse(text: string): Values {
	return dotenvx.parse(text, { processEnv: {} });
}

/** The machine's own Node: the first on the path that belongs to no project. */
function machineNode(): string | null {
	for (const folder of (process.env.PATH ?? "").split(delimiter)) {
		const path = join(folder, "node");
		if (folder.includes("node_modules") || spawnSync(path, ["-e", ""]).status !== 0) continue;
		accessSync(path, constants.X_OK);
		if (!realpathSync(path).includes("node_modules")) return path;
	}
	return null;
}

const PYTHON = "import dotenv, json, sys; print(json.dumps(dotenv.dotenv_values(sys.argv[1])))";
const readByPython = json("python3", "-c", PYTHON);
const PYTHON_IS = "import importlib.metadata as m, dotenv; print('python-dotenv', m.version('python-dotenv'))";
const NODE = "console.log(JSON.stringify(util.parseEnv(fs.readFileSync(process.argv[1], 'utf8'))))";

const GO_PROGRAM = `package main

import (
	"encoding/json"
	"os"

	compose "github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/joho/godotenv"
)

func main() {
	read := godotenv.Read
	if os.Args[1] == "compose" {
		read = func(files ...string) (map[string]string, error) { return compose.Read(files...) }
	}
	values, err := read(os.Args[2])
	if err != nil {
		panic(err)
	}
	json.NewEncoder(os.Stdout).Encode(values)
}
`;
const GO_MODULES = ["github.com/joho/godotenv@v1.5.1", "github.com/compose-spec/compose-go/v2@v2.16.2"];

/** Builds the program that reads with Go's two libraries into a folder; why it cannot be built, or `null`. */
function buildGo(folder: string): string | null {
	if (!SLOW) return "it needs SLOW=1";
	if (!works(run("go", ["version"]))) return "there is no Go";
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "main.go"), GO_PROGRAM);
	const steps = [
		["mod", "init", "reads"],
		["get", ...GO_MODULES],
		["mod", "tidy"],
		["build", "-o", "reads", "."],
	];
	const failed = steps
		.map((args) => run("go", args, { cwd: folder, env: process.env }))
		.find(({ status }) => status !== 0);
	return failed === undefined ? null : `Go could not build it: ${failed.stderr.slice(-200)}`;
}

/** Every program, with those that this machine has not. `folder` is kept for the time of their use. */
export function programs(folder: string): Program[] {
	const own = machineNode();
	const ownVersion = own === null ? "" : run(own, ["-p", "util.parseEnv ? process.version : ''"]).stdout.trim();
	const goMissing = buildGo(join(folder, "go"));
	const go = join(folder, "go", "reads");
	const has = (command: string): string | null =>
		works(run(command, ["-c", "echo here"]), "here") ? null : "it is not here";
	const compose = works(run("docker", ["compose", "version"])) ? null : "docker compose does not work here";
	const python = works(run("python3", ["-c", PYTHON_IS]), "python-dotenv") ? null : "it cannot be imported";
	const ours = (text: string, readers?: readonly Reader[]): Values =>
		Object.fromEntries(
			entries(parseDocument(text, readers ? { readers } : {})).map(({ name, value }) => [name, value]),
		);
	return [
		{ label: "our parser", reader: null, missing: null, read: (text) => ours(text) },
		{ label: "our parser, as a shell", reader: "sh", missing: null, read: (text) => ours(text, ["sh"]) },
		{ label: "dotenv", reader: "dotenv", missing: null, read: (text) => dotenv.parse(text) },
		{ label: "dotenv, scanning", reader: "dotenv", missing: null, read: (text) => dotenv.parse(text, { fast: true }) },
		{ label: `Node ${process.version}`, reader: "node", missing: null, read: (text) => parseEnv(text) },
		{
			label: `the machine's Node ${ownVersion}`.trim(),
			reader: "node",
			missing: ownVersion === "" ? "there is none with parseEnv" : null,
			read: json(own ?? "node", "-e", NODE),
		},
		{ label: "dotenvx", reader: "dotenvx", missing: null, read: inParts(GROUPS.dotenvx, dotenvxParse) },
		{ label: "sh", reader: "sh", missing: has("sh"), read: shell("sh") },
		{ label: "bash", reader: "sh", missing: has("bash"), read: shell("bash") },
		{ label: "python-dotenv", reader: "python", missing: python, read: inParts(GROUPS.python, readByPython) },
		{ label: "godotenv", reader: "compose", missing: goMissing, read: json(go, "godotenv") },
		{ label: "compose-go", reader: "compose", missing: goMissing, read: json(go, "compose") },
		{ label: "docker compose", reader: "compose", missing: compose, read: composeConfig },
	];
}

/** What `docker compose config` makes of a service that has the file as its `env_file`. It doubles a literal `$`. */
function composeConfig(text: string): Values {
	using folder = tempFolder();
	writeFileSync(join(folder.path, "values.env"), text);
	writeFileSync(join(folder.path, "compose.yaml"), "services: { one: { image: x, env_file: values.env } }\n");
	const { stdout } = run("docker", ["compose", "config", "--format", "json"], { cwd: folder.path });
	const found: Record<string, string> = JSON.parse(stdout).services.one.environment;
	return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, value.replaceAll("$$", "$")]));
}
