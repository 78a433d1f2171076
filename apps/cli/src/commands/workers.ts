/** `holdfast workers`, and the option to wait for what it lists. */
import { Command, Option } from "commander";
import type { Asked } from "./asked.ts";

/** How long `--wait` waits when it is not told, in seconds. */
const USUAL = 10;

export function workersCommand(): Command {
	return new Command("workers")
		.description("list the processes that hold saved values; with a name, the version of it that each holds")
		.argument("[name]", "a setting's name")
		.option("-e, --environment <name>", "those of one environment (all)")
		.option("--json", "as JSON")
		.action(async (name: string | undefined, { environment, json }: Asked & { json?: true }) => {
			const asked = { ...(environment && { environment }), ...(name !== undefined && { name }) };
			await (await import("../workers.ts")).list(asked, json ? { json } : {});
		});
}

export function waitOption(): Option {
	const words = "wait until every process has it, or exit with 5 and say which has not";
	return new Option("-w, --wait [seconds]", words).preset(String(USUAL)).argParser(seconds);
}

/** What is no number is not printed: `set` may have been given a value there. */
function seconds(text: string): number {
	const number = Number(text);
	if (text.trim() !== "" && number >= 0 && Number.isFinite(number)) return number;
	throw new Error("--wait takes a number of seconds, and comes last when it has none.");
}
