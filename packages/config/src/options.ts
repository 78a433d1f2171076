/**
 * Holdfast's own options, read once: from the process environment, and from `.env` for what is not there. Together with
 * hydration this is the only place that touches `process.env`.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { AppError, DEFAULT_ENVIRONMENT, envFileName, PROCESS_ONLY, type VariableName } from "@holdfast/contract";
import { readEnvValues } from "@holdfast/envfile";

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

export interface Options {
	/** The folder with the database. */
	dataDir: string;
	/** The address of a PostgreSQL database, with its password; `null` for a file in that folder. */
	databaseUrl: string | null;
	/** The folder with the `.env` files: the one that has `.holdfast`, or else the working directory. */
	projectDir: string;
	rootKey: { text: string | null; command: string | null; passphrase: string | null; file: string };
	/** The folder for backups. */
	backupDir: string;
	port: number;
	host: string;
	allowedHosts: string[];
	allowedOrigins: string[];
	publicUrl: string | null;
	environment: string;
	precedence: "saved" | "process";
	logLevel: (typeof LOG_LEVELS)[number];
	/** A running server for the command line to talk to; `null` to open the data folder. */
	url: string | null;
	token: string | null;
	/** The process environment as it was, without Holdfast's own variables. */
	processEnv: Map<string, string>;
	/** What `.env` in the project folder says. */
	envFile: ReadonlyMap<string, string>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws AppError `OPTION_INVALID`, naming the variable. */
export function readOptions(env: Environment = process.env, cwd: string = process.cwd()): Options {
	const projectDir = env.HOLDFAST_DATA_DIR ? cwd : findProject(cwd);
	const envFile = readEnvValues(join(projectDir, envFileName(DEFAULT_ENVIRONMENT)));
	// Passed over in silence, it would leave a first start to make a key of its own.
	if (envFile.get(PROCESS_ONLY)) {
		const detail = "it is taken from the process environment alone, and stands in .env";
		throw new AppError("OPTION_INVALID", { name: PROCESS_ONLY, detail });
	}
	// A line that came with a folder would have the token of whoever runs something there sent to where it says.
	if (env.HOLDFAST_TOKEN && !env.HOLDFAST_URL && envFile.get("HOLDFAST_URL")) {
		const detail = "it stands in .env, and HOLDFAST_TOKEN in the process environment: set both in the same place";
		throw new AppError("OPTION_INVALID", { name: "HOLDFAST_URL", detail });
	}
	const read = (name: VariableName) => env[name] || envFile.get(name) || null;
	const dataDir = resolve(projectDir, read("HOLDFAST_DATA_DIR") ?? ".holdfast");
	const keyFile = read("HOLDFAST_ROOT_KEY_FILE");
	return {
		dataDir,
		databaseUrl: read("HOLDFAST_DATABASE_URL"),
		projectDir,
		rootKey: {
			text: read("HOLDFAST_ROOT_KEY"),
			command: read("HOLDFAST_ROOT_KEY_COMMAND"),
			passphrase: read("HOLDFAST_ROOT_KEY_PASSPHRASE"),
			file: keyFile === null ? join(dataDir, "root.key") : resolve(projectDir, keyFile),
		},
		backupDir: resolve(projectDir, read("HOLDFAST_BACKUP_DIR") ?? join(dataDir, "backups")),
		port: portOf(read("HOLDFAST_PORT") ?? "7420"),
		host: read("HOLDFAST_HOST") ?? "127.0.0.1",
		allowedHosts: listOf(read("HOLDFAST_ALLOWED_HOSTS")).map((host) => host.toLowerCase()),
		allowedOrigins: listOf(read("HOLDFAST_ALLOWED_ORIGINS")).map((url) => originOf("HOLDFAST_ALLOWED_ORIGINS", url)),
		publicUrl: optional(read("HOLDFAST_PUBLIC_URL"), (url) => originOf("HOLDFAST_PUBLIC_URL", url)),
		environment: read("HOLDFAST_ENVIRONMENT") ?? DEFAULT_ENVIRONMENT,
		precedence: oneOf("HOLDFAST_PRECEDENCE", ["saved", "process"], read("HOLDFAST_PRECEDENCE") ?? "saved"),
		logLevel: oneOf("HOLDFAST_LOG_LEVEL", LOG_LEVELS, read("HOLDFAST_LOG_LEVEL") ?? "info"),
		url: optional(read("HOLDFAST_URL"), (url) => originOf("HOLDFAST_URL", url)),
		token: optional(read("HOLDFAST_TOKEN"), tokenOf),
		processEnv: inherited(env),
		envFile,
	};
}

/** The nearest folder at or above `from` that has a `.holdfast` in it, else `from` itself. */
function findProject(from: string): string {
	for (let folder = from; ; folder = dirname(folder)) {
		if (existsSync(join(folder, ".holdfast"))) return folder;
		if (folder === dirname(folder)) return from;
	}
}

function inherited(env: Environment): Map<string, string> {
	const all = Object.entries(env).flatMap(([name, value]): Array<[string, string]> => (value ? [[name, value]] : []));
	return new Map(all.filter(([name]) => !name.startsWith("HOLDFAST_")));
}

function optional<T>(value: string | null, parse: (value: string) => T): T | null {
	return value === null ? null : parse(value);
}

export function listOf(value: string | null): string[] {
	return (value ?? "")
		.split(",")
		.map((item) => item.trim())
		.filter((item) => item !== "");
}

function portOf(text: string): number {
	const port = Number(text);
	if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
	throw new AppError("OPTION_INVALID", { name: "HOLDFAST_PORT", detail: "it is no port number from 0 to 65535" });
}

function originOf(name: VariableName, text: string): string {
	// Node 20 has no URL.parse.
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url && (url.protocol === "http:" || url.protocol === "https:")) return url.origin;
	throw new AppError("OPTION_INVALID", { name, detail: "it is no http or https address" });
}

/** What can stand in a header: two lines pasted as one cannot, and would fail much later as something else. */
function tokenOf(text: string): string {
	if (/^[!-~]+$/.test(text)) return text;
	throw new AppError("OPTION_INVALID", { name: "HOLDFAST_TOKEN", detail: "it has characters that no token has" });
}

function oneOf<T extends string>(name: VariableName, choices: readonly T[], text: string): T {
	const found = choices.find((choice) => choice === text);
	if (found) return found;
	throw new AppError("OPTION_INVALID", { name, detail: `it is none of ${choices.join(", ")}` });
}
