/** `holdfast history`: its options. */
import { Command, InvalidArgumentError } from "commander";
import { type Asked, environmentOption, inEnvironment } from "./asked.ts";

export function historyCommand(): Command {
	return new Command("history")
		.description("list the versions of a setting, masked; or save an earlier one again, as a new version")
		.argument("<name>")
		.addOption(environmentOption())
		.option("--restore <version>", "save this version's value again", version)
		.option("-m, --message <text>", "why it is restored, for the history")
		.action(async (name: string, options: Asked & { restore?: number; message?: string }) =>
			(await import("../history.ts")).history(name, inEnvironment(options)),
		);
}

function version(text: string): number {
	const number = Number(text);
	if (Number.isSafeInteger(number) && number > 0) return number;
	throw new InvalidArgumentError("It is no number of a version.");
}
