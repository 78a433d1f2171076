/** The commands about `.env` files: what goes into them, what comes out of them, and how they stand. */
import { EXPORT_FORMATS, READERS } from "@holdfast/contract";
import { Command, Option } from "commander";
import type { ConfigureOptions } from "../mirrors.ts";
import type { ExportOptions } from "../transfer.ts";
import { type Asked, environmentOption, inEnvironment } from "./asked.ts";
import { waitOption } from "./workers.ts";

export function fileCommands(): Command[] {
	return [importCommand(), exportCommand(), diffCommand(), syncCommand(), resolveCommand(), mirrorCommand()];
}

function importCommand(): Command {
	return new Command("import")
		.description("save the settings of a .env file, after showing what that would change")
		.argument("<file>", "the file, or - for standard input")
		.addOption(environmentOption())
		.option("-y, --yes", "save without asking")
		.option("--only <names...>", "save these and leave the rest")
		.addOption(waitOption())
		.action(async (file: string, options: Asked & { yes?: true; only?: string[]; wait?: number }) =>
			(await import("../transfer.ts")).importFile(file, inEnvironment(options)),
		);
}

function exportCommand(): Command {
	return new Command("export")
		.description("print what is saved, in the clear (recorded in the audit log)")
		.addOption(environmentOption())
		.addOption(new Option("-f, --format <format>", "how it is written").choices(EXPORT_FORMATS).default("dotenv"))
		.option("--name <name>", "what a Kubernetes Secret is called")
		.option("--inherited", "with what the environment inherits from default")
		.option("-o, --output <file>", "into a file that only you can read, instead of standard output")
		.option("--force", "replace the file when it exists")
		.action(async (options: Asked & Omit<ExportOptions, "environment">) =>
			(await import("../transfer.ts")).exportSettings(inEnvironment(options)),
		);
}

function diffCommand(): Command {
	return new Command("diff")
		.description("compare what was last written, what is saved and what the .env file says (exit code 5: they differ)")
		.addOption(environmentOption())
		.option("--all", "every environment")
		.option("--json", "as JSON")
		.action(async (options: Asked & { all?: true; json?: true }) =>
			(await import("../mirrors.ts")).diff(inEnvironment(options)),
		);
}

function syncCommand(): Command {
	return new Command("sync")
		.description("bring the .env file up to date, and take in hand edits if that is its policy")
		.addOption(environmentOption())
		.option("--all", "every environment")
		.action(async (options: Asked & { all?: true }) => (await import("../mirrors.ts")).sync(inEnvironment(options)));
}

function resolveCommand(): Command {
	return new Command("resolve")
		.description("decide lines that were edited by hand; what is given up goes into the history")
		.argument("<names...>", "the settings to decide")
		.addOption(environmentOption())
		.addOption(new Option("--take <side>", "which value stays").choices(["saved", "file"]).makeOptionMandatory())
		.option("-m, --message <text>", "why, for the history")
		.action(async (names: string[], options: Asked & { take: "saved" | "file"; message?: string }) =>
			(await import("../mirrors.ts")).resolve(names, inEnvironment(options)),
		);
}

function mirrorCommand(): Command {
	const mirror = new Command("mirror").description("how each environment's .env file is kept");
	mirror
		.command("list")
		.description("list the files, with how each stands")
		.action(async () => (await import("../mirrors.ts")).list());
	mirror
		.command("configure")
		.description("choose how an environment's file is kept; what is not given stays as it is")
		.addOption(environmentOption())
		.option("--file <path>", "where it is, in the project folder")
		.addOption(new Option("--usual-file", "back to .env or .env.<environment>").conflicts("file"))
		.addOption(new Option("--format <format>", "plain, or sealed for dotenvx").choices(["plain", "dotenvx"]))
		.addOption(new Option("--on-edit <policy>", "what becomes of a hand edit").choices(["take-in", "ask"]))
		.addOption(new Option("--readers <names...>", "the programs that read it").choices(READERS))
		.option("--off", "keep no file; the one that is there stays as it is")
		.addOption(new Option("--on", "keep the file again").conflicts("off"))
		.action(async (options: Asked & Omit<ConfigureOptions, "environment">) =>
			(await import("../mirrors.ts")).configure(inEnvironment(options)),
		);
	return mirror;
}
