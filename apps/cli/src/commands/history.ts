/** `holdfast history`: its options. */
import { Command } from "commander";
import { type Asked, environmentOption, inEnvironment } from "./asked.ts";
import { wholeNumber } from "./whole-number.ts";

export function historyCommand(): Command {
	return new Command("history")
		.description("list the versions of a setting, masked; or save an earlier one again, as a new version")
		.argument("<name>")
		.addOption(environmentOption())
		.option("--restore <version>", "save this version's value again", wholeNumber)
		.option("-m, --message <text>", "why it is restored, for the history")
		.action(async (name: string, options: Asked & { restore?: number; message?: string }) =>
			(await import("../history.ts")).history(name, inEnvironment(options)),
		);
}
