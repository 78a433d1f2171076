/** What keeps a saved value from reaching a process, as it shows from within that process, each with its exact fix. */
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Finding } from "@holdfast/contract/schemas";
import type { Candidate } from "@holdfast/vault/snapshot";
import type { Options } from "./options.ts";
import { statOf } from "./stat.ts";
import type { Env } from "./values.ts";

export interface Subject {
	name: string;
	env: Env;
	cwd: string;
	options: Options;
	/** The places that have a value, strongest first. */
	chain: readonly Candidate[];
	/** The environment's `.env` files, relative to the project folder. */
	files: readonly string[];
}

type Check = (subject: Subject) => Finding[];

const NONE: Finding[] = [];

export const variableFindings: Check = (subject) => [...stale(subject), ...strippedByTurbo(subject)];

export const folderFindings: Check = (subject) => [...readOnlyFiles(subject), ...wrongUser(subject)];

/** The process was started with a value that is not the saved one: left from a shell's profile, a unit file, an older session. */
function stale({ name, chain, options }: Subject): Finding[] {
	const inherited = chain.find(({ source }) => source === "process");
	const saved = chain.find(({ source }) => source === "environment" || source === "default");
	if (!inherited || !saved || inherited.value === saved.value) return NONE;
	const wins = options.precedence === "process";
	const detail = wins
		? `This process was started with another ${name} than the saved one, and HOLDFAST_PRECEDENCE=process has it win.`
		: `This process was started with another ${name} than the saved one. The saved one applies here; a program that does not hydrate has the other.`;
	const fix = wins
		? `Unset HOLDFAST_PRECEDENCE, or ${name} where this process is started.`
		: `Run \`unset ${name}\` in that shell, and take it out of its profile.`;
	const about = { id: "variable.stale", title: "A stale inherited variable" } as const;
	return [{ ...about, level: wins ? "problem" : "warning", detail, fix }];
}

/** Turbo gives a task only the variables that are listed: https://turborepo.com/docs/crafting-your-repository/using-environment-variables */
function strippedByTurbo({ name, chain, cwd, env, options }: Subject): Finding[] {
	// Set for each task that turbo runs.
	if (env.TURBO_HASH === undefined) return NONE;
	const file = turboFile(cwd);
	const listed = file === null ? [] : listedIn(file);
	const needed = ["HOLDFAST_URL", "HOLDFAST_TOKEN", "HOLDFAST_DATA_DIR", "HOLDFAST_ROOT_KEY", "HOLDFAST_ENVIRONMENT"];
	const isSaved = chain.some(({ version }) => version !== null);
	const wanted = [...needed, ...(isSaved || options.processEnv.has(name) ? [] : [name])];
	const stripped = wanted.filter((each) => env[each] === undefined && !listed.some((pattern) => covers(pattern, each)));
	if (stripped.length === 0) return NONE;
	const patterns = new Set(stripped.map((each) => (each.startsWith("HOLDFAST_") ? "HOLDFAST_*" : each)));
	const [place, list] = [file ?? "turbo.json", [...patterns].map((each) => JSON.stringify(each)).join(", ")];
	return [
		{
			id: "turbo.stripped",
			level: "warning",
			title: "Turbo strips variables",
			detail: `Turbo runs this process and passes on only what ${place} lists, which leaves out ${stripped.join(", ")}.`,
			fix: `Add ${list} to "globalPassThroughEnv" in ${place}.`,
		},
	];
}

/** What turbo leaves out, as the end of a warning; empty when it is nothing. */
export function turboHint(options: Options): string {
	const subject = { name: "HOLDFAST_DATA_DIR", env: process.env, cwd: process.cwd(), options, chain: [], files: [] };
	return strippedByTurbo(subject)
		.map(({ detail, fix }) => ` ${detail} ${fix}`)
		.join("");
}

function turboFile(from: string): string | null {
	let found: string | null = null;
	for (let folder = from; ; folder = dirname(folder)) {
		for (const name of ["turbo.json", "turbo.jsonc"]) {
			// The outermost one is that of the repository.
			if (existsSync(join(folder, name))) found = join(folder, name);
		}
		if (folder === dirname(folder)) return found;
	}
}

/** Every text in its lists of variables. Read as text, because the file may have comments and trailing commas. */
function listedIn(file: string): string[] {
	const lists = readFileSync(file, "utf8").matchAll(
		/"(?:globalPassThroughEnv|passThroughEnv|globalEnv|env)"\s*:\s*\[([^\]]*)\]/g,
	);
	return [...lists].flatMap(([, list = ""]) => [...list.matchAll(/"([^"]+)"/g)].map(([, each = ""]) => each));
}

function covers(pattern: string, name: string): boolean {
	return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** A file that nobody may write to keeps lines that are older than what is saved. */
function readOnlyFiles({ options, files }: Subject): Finding[] {
	return files.flatMap((path): Finding[] => {
		const file = join(options.projectDir, path);
		if (!existsSync(file) || isWritable(file)) return NONE;
		const detail = `${path} may not be written to by this user, so what is saved may not reach programs that read it.`;
		return [{ id: "file.read-only", level: "warning", title: "A read-only .env", detail, fix: `chmod u+w '${file}'` }];
	});
}

/** By its mode as well: the superuser may write to anything, and the server does not run as one. */
function isWritable(file: string): boolean {
	try {
		accessSync(file, constants.W_OK);
		return (statSync(file).mode & 0o222) !== 0;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === undefined) throw error;
		return false;
	}
}

/** A container or a service that runs as another user than the one the folder belongs to. */
function wrongUser({ options }: Subject): Finding[] {
	const uid = process.getuid?.();
	const owner = statOf(options.dataDir)?.uid;
	if (uid === undefined || owner === undefined || owner === uid || options.url !== null) return NONE;
	const detail = `${options.dataDir} belongs to user ${owner}, and this process runs as user ${uid}.`;
	const level = uid === 0 ? "warning" : "problem";
	const fix = `Run this process as user ${owner}, or give it the folder: chown -R ${uid} '${options.dataDir}'`;
	return [{ id: "folder.user", level, title: "The data folder is another user's", detail, fix }];
}
