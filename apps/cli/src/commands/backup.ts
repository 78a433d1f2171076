/** `holdfast backup` and `holdfast restore`: their subcommands and options. */
import { Command } from "commander";

export function backupCommands(): Command[] {
	const backup = new Command("backup")
		.description("make an encrypted backup, while everything goes on")
		.option("--to <file>", "put a copy of it there, too; an existing file is not replaced")
		.action(async (options: { to?: string }) => (await import("../backups.ts")).create(options));
	backup
		.command("list")
		.description("list the backups made here, and whether each is proven to restore")
		.action(async () => (await import("../backups.ts")).list());
	backup
		.command("drill")
		.description("restore a backup beside the data, open all that is in it, and remove it again")
		.argument("[id]", "which one (the newest)")
		.option("--kit", "ask for the recovery kit and use that key alone, to prove the paper as well")
		.action(async (id: string | undefined, options: { kit?: true }) =>
			(await import("../backups.ts")).drill(id, options),
		);
	const restore = new Command("restore")
		.description("bring back a backup into a data folder that has no database yet")
		.argument("<file>", "the backup")
		.action(async (file: string) => (await import("../restore.ts")).restoreFile(file));
	return [backup, restore];
}
