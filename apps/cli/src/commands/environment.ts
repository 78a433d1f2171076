/** `holdfast environment`: its subcommands and options. */
import { Command } from "commander";

export function environmentCommand(): Command {
	const environment = new Command("environment").description("environments, which inherit from default");
	environment
		.command("list")
		.description("list the environments, with the file that each is kept in")
		.action(async () => (await import("../environments.ts")).list());
	environment
		.command("create")
		.description("create an environment; one that was removed comes back with its history")
		.argument("<name>", "lower-case words joined by hyphens")
		.action(async (name: string) => (await import("../environments.ts")).create(name));
	environment
		.command("rename")
		.description("give an environment another name; its settings, tokens and file go along")
		.argument("<name>")
		.argument("<to>", "the new name")
		.action(async (name: string, to: string) => (await import("../environments.ts")).rename(name, to));
	environment
		.command("remove")
		.description("remove an environment with all its settings; its history stays")
		.argument("<name>")
		.option("-y, --yes", "remove without asking")
		.action(async (name: string, options: { yes?: true }) =>
			(await import("../environments.ts")).remove(name, options),
		);
	return environment;
}
