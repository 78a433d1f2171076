/** The `holdfast` command. Each subcommand loads only what it needs, when it is called. */

import { readOptions } from "@holdfast/config/options";
import { AppError, type ErrorCode, NAME_PATTERN } from "@holdfast/contract";
import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { type Asked, environmentOption, inEnvironment } from "./commands/asked.ts";
import { backupCommands } from "./commands/backup.ts";
import { environmentCommand } from "./commands/environment.ts";
import { fileCommands } from "./commands/files.ts";
import { historyCommand } from "./commands/history.ts";
import { keyCommand } from "./commands/key.ts";
import { migrateDatabaseCommand } from "./commands/migrate-database.ts";
import { peopleCommand } from "./commands/people.ts";
import { systemCommand } from "./commands/system.ts";
import { tokenCommand } from "./commands/token.ts";
import { waitOption, workersCommand } from "./commands/workers.ts";

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
	"VERSION_NOT_FOUND",
	"ENVIRONMENT_NOT_FOUND",
	"TOKEN_NOT_FOUND",
	"PERSON_NOT_FOUND",
	"LINK_NOT_FOUND",
	"BACKUP_NOT_FOUND",
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
		.version(manifest.version)
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
		.addOption(waitOption())
		// Or the parser itself would print what it does not know, which may be a value.
		.allowUnknownOption()
		.action(
			async (name: string, values: string[], options: Asked & { plain?: true; message?: string; wait?: number }) => {
				refuseValues(name, values);
				await (await import("./settings.ts")).set(name, inEnvironment(options));
			},
		);

	root
		.command("remove")
		.description("remove a setting; its versions stay in the history")
		.argument("<name>")
		.addOption(environmentOption())
		.option("-m, --message <text>", "why, for the history")
		.addOption(waitOption())
		.action(async (name: string, options: Asked & { message?: string; wait?: number }) =>
			(await import("./settings.ts")).remove(name, inEnvironment(options)),
		);

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

	for (const command of fileCommands()) root.addCommand(command);
	root.addCommand(historyCommand());
	root.addCommand(workersCommand());
	root.addCommand(environmentCommand());
	root.addCommand(tokenCommand());
	root.addCommand(peopleCommand());
	root.addCommand(keyCommand());
	root.addCommand(systemCommand());
	for (const command of backupCommands()) root.addCommand(command);
	root.addCommand(migrateDatabaseCommand());

	root
		.command("doctor")
		.description("check the keys, the files and every saved value, and say what to do about what is not well")
		.option("--json", "as JSON")
		.action(async (options: { json?: true }) => (await import("./doctor.ts")).doctor(options));
	return root;
}

/** Nothing of what may be a value is printed: it was typed in the wrong place, and need not be in a log as well. */
function refuseValues(given: string, values: readonly string[]): void {
	const [name = ""] = given.split("=", 1);
	if (!NAME_PATTERN.test(name)) throw new AppError("NAME_INVALID", { name: "What was given" });
	if (name !== given || values.length > 0) throw new AppError("VALUE_FROM_ARGV", { name });
}
