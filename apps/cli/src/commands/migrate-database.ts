/** `holdfast migrate-database`: its options. */
import { Command, Option } from "commander";
import type { Asked } from "../migrate-database.ts";

const ADDRESS = "the one in HOLDFAST_DATABASE_URL, when none is given";

export function migrateDatabaseCommand(): Command {
	return new Command("migrate-database")
		.description(
			"move everything into an empty PostgreSQL database, or out of one into a file; the source stays as it is",
		)
		.addOption(new Option("--to [url]", `into the database at this address (${ADDRESS})`).conflicts("from"))
		.addOption(new Option("--from [url]", `out of it, into the data folder (${ADDRESS})`))
		.action(async (options: Asked) => (await import("../migrate-database.ts")).migrate(options));
}
