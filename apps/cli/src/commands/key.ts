/** `holdfast key`: its subcommands and options. */
import { Command, Option } from "commander";

export function keyCommand(): Command {
	const key = new Command("key").description("the root key, its recovery kit, and the keys beneath it");
	key
		.command("show")
		.description("show where the root key comes from, its fingerprint, and whether its kit is stored")
		.action(async () => (await import("../keys.ts")).show());
	key
		.command("kit")
		.description("print the recovery kit: the root key itself, for paper (recorded in the audit log)")
		.action(async () => (await import("../keys.ts")).kit());
	key
		.command("confirm")
		.description("say that the recovery kit is stored; it is checked when it is piped in or typed")
		.action(async () => (await import("../keys.ts")).confirm());
	key
		.command("move")
		.description("move the root key's file away from the data, and note in .env where it is")
		.argument("[file]", "where to (~/.config/holdfast/<instance>.key)")
		.action(async (file: string | undefined) => (await import("../key-move.ts")).move(file));
	key
		.command("rotate")
		.description("replace the root key, or go on replacing it; everything stays usable meanwhile")
		.addOption(new Option("--data", "replace the data keys instead, and seal every value anew").conflicts("passphrase"))
		.option("--passphrase", "ask for a passphrase that the new root key is derived from")
		.action(async (options: { data?: true; passphrase?: true }) => (await import("../keys.ts")).rotate(options));
	return key;
}
