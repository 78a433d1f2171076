/** The `holdfast` command. Each subcommand loads only what it needs, when it is called. */

import { readOptions } from "@holdfast/config/options";
import {
	AppError,
	type ErrorCode,
	EXPORT_FORMATS,
	type ExportFormat,
	NAME_PATTERN,
	PERMISSIONS,
	type Permission,
} from "@holdfast/contract";
import { Command, InvalidArgumentError, Option } from "commander";

export async function main(argv: string[]): Promise<void> {
	try {
		await program().parseAsync(argv);
	} catch (error) {
		const text = error instanceof Error ? error.message : String(error);
		process.stderr.write(`holdfast: ${text}\n`);
		process.exitCode = exitCode(error);
	}
}

const NOT_THERE: ReadonlySet<unknown> = new Set<ErrorCode>([
	"SETTING_NOT_FOUND",
	"ENVIRONMENT_NOT_FOUND",
	"TOKEN_NOT_FOUND",
	"NO_VAULT",
]);

/** 3: the root key is missing, wrong or malformed. 4: not there. What the error itself asks for. 1: anything else. */
function exitCode(error: unknown): number {
	if (error instanceof Error && "exitCode" in error) return Number(error.exitCode);
	const code = error instanceof Error && "code" in error ? error.code : null;
	if (String(code).startsWith("ROOT_KEY_")) return 3;
	return NOT_THERE.has(code) ? 4 : 1;
}

function program(): Command {
	const root = new Command("holdfast")
		.description("Keeps the API keys and settings of AI applications where people put them.")
		.showHelpAfterError()
		.enablePositionalOptions();

	root
		.command("start")
		.description("serve the dashboard and the API")
		.action(async () => (await import("./start.ts")).start(readOptions()));

	root
		.command("set")
		.description("save a setting; its value is typed when asked, or piped in")
		.argument("<name>", "the setting's name, like GOOGLE_API_KEY")
		.argument("[value...]", "refused: a command line can be read by every process")
		.addOption(environmentOption())
		.option("--plain", "show the value in lists; it is no secret")
		.option("-m, --message <text>", "why, for the history")
		// Or the parser itself would print what it does not know, which may be a value.
		.allowUnknownOption()
		.action(async (name: string, values: string[], options: Asked & { plain?: true; message?: string }) => {
			refuseValues(name, values);
			await (await import("./settings.ts")).set(name, inEnvironment(options));
		});

	root
		.command("get")
		.description("print the value that applies (recorded in the audit log)")
		.argument("<name>")
		.addOption(environmentOption())
		.action(async (name: string, options: Asked) => (await import("./settings.ts")).get(name, inEnvironment(options)));

	root
		.command("list")
		.description("list the settings that have a value, masked, with where each comes from")
		.addOption(environmentOption())
		.option("--json", "as JSON")
		.action(async (options: Asked & { json?: true }) => (await import("./settings.ts")).list(inEnvironment(options)));

	root
		.command("run")
		.description("run a program with the saved values in its environment")
		.addOption(environmentOption())
		.argument("<command...>", "the program and its arguments, after --")
		.passThroughOptions()
		.action(async (command: string[], options: Asked) =>
			(await import("./run.ts")).run(command, inEnvironment(options)),
		);

	addTransfer(root);
	root.addCommand(tokenCommand());
	return root;
}

function addTransfer(root: Command): void {
	root
		.command("import")
		.description("save the settings of a .env file, after showing what that would change")
		.argument("<file>", "the file, or - for standard input")
		.addOption(environmentOption())
		.option("-y, --yes", "save without asking")
		.option("--only <names...>", "save these and leave the rest")
		.action(async (file: string, options: Asked & { yes?: true; only?: string[] }) =>
			(await import("./transfer.ts")).importFile(file, inEnvironment(options)),
		);

	root
		.command("export")
		.description("print what is saved, in the clear (recorded in the audit log)")
		.addOption(environmentOption())
		.addOption(new Option("-f, --format <format>", "how it is written").choices(EXPORT_FORMATS).default("dotenv"))
		.option("--name <name>", "what a Kubernetes Secret is called")
		.option("--inherited", "with what the environment inherits from default")
		.option("-o, --output <file>", "into a file that only you can read, instead of standard output")
		.option("--force", "replace the file when it exists")
		.action(async (options: Asked & Exporting) =>
			(await import("./transfer.ts")).exportSettings(inEnvironment(options)),
		);
}

interface Exporting {
	format: ExportFormat;
	name?: string;
	inherited?: true;
	output?: string;
	force?: true;
}

/** Nothing of what may be a value is printed: it was typed in the wrong place, and need not be in a log as well. */
function refuseValues(given: string, values: readonly string[]): void {
	const [name = ""] = given.split("=", 1);
	if (!NAME_PATTERN.test(name)) throw new AppError("NAME_INVALID", { name: "What was given" });
	if (name !== given || values.length > 0) throw new AppError("VALUE_FROM_ARGV", { name });
}

function tokenCommand(): Command {
	const token = new Command("token").description("service tokens, for programs on other machines");
	token
		.command("create")
		.description("create a token and print it, this once")
		.requiredOption("-l, --label <text>", "what it is for")
		.option("-e, --environment <names...>", "environments it may be used in (all)")
		.addOption(
			new Option("-p, --permission <names...>", "what it may do")
				.choices(Object.keys(PERMISSIONS) as Permission[])
				.default(["settings.see", "settings.reveal"]),
		)
		.option("-d, --days <number>", "days until it expires (never)", days)
		.action(async (options) => (await import("./tokens.ts")).create(options));
	token
		.command("list")
		.description("list the tokens, without their secrets")
		.action(async () => (await import("./tokens.ts")).list());
	token
		.command("revoke")
		.description("revoke a token")
		.argument("<id>")
		.action(async (id: string) => (await import("./tokens.ts")).revoke(id));
	return token;
}

interface Asked {
	environment?: string;
}

function environmentOption(): Option {
	return new Option("-e, --environment <name>", "the environment (HOLDFAST_ENVIRONMENT, else default)");
}

/** The options with the environment that was asked for, else the one that the process or `.env` names. Empty means unset. */
function inEnvironment<T extends Asked>(options: T): T & { environment: string } {
	return { ...options, environment: options.environment || readOptions().environment };
}

function days(text: string): number {
	const number = Number(text);
	if (Number.isInteger(number) && number > 0) return number;
	throw new InvalidArgumentError("It is no whole number of days.");
}
