/** `holdfast system`: its subcommands and options. */
import { Command } from "commander";
import type { Chosen } from "../system.ts";
import { wholeNumber } from "./whole-number.ts";

export function systemCommand(): Command {
	const system = new Command("system").description("the instance itself");
	system
		.command("configure")
		.description(
			"choose what is kept for how long, and which local hosts AI is asked at; what is not given stays as it is",
		)
		.option("--history-versions <number>", "versions of each setting that keep their value, or `all`", numberOr("all"))
		.option("--history-days <number>", "days that a replaced value is kept, or `all`", numberOr("all"))
		.option("--backup-hours <number>", "hours from one backup to the next, or `never`", numberOr("never"))
		.option("--backups-kept <number>", "how many backups are kept", wholeNumber)
		.option(
			"--local-host <host...>",
			"the hosts on local networks that AI may be asked at, in place of those there were",
		)
		.option("--no-local-host", "no local host but the usual ones of local AI")
		.action(async (options: Chosen) => (await import("../system.ts")).configure(options));
	return system;
}

function numberOr(word: string): (text: string) => number | "none" {
	return (text) => (text === word ? "none" : wholeNumber(text));
}
