/** `holdfast token`: its subcommands and options. */
import { PERMISSIONS, type Permission } from "@holdfast/contract";
import { Command, Option } from "commander";
import { wholeNumber } from "./whole-number.ts";

export function tokenCommand(): Command {
	const token = new Command("token").description("service tokens, for programs on other machines");
	token
		.command("create")
		.description("create a token and print it, this once")
		.requiredOption("-l, --label <text>", "what it is for")
		.option("-e, --environment <names...>", "environments it may be used in (all)")
		.addOption(
			new Option("-p, --permission <names...>", "what it may do")
				.choices(Object.keys(PERMISSIONS) as Permission[])
				.default(["settings.see", "settings.reveal"]),
		)
		.option("-d, --days <number>", "days until it expires (never)", wholeNumber)
		.option("-a, --address <ranges...>", "addresses and ranges like 10.0.0.0/8 that it may be used from (any)")
		.action(async (options) => (await import("../tokens.ts")).create(options));
	token
		.command("list")
		.description("list the tokens, without their secrets")
		.action(async () => (await import("../tokens.ts")).list());
	token
		.command("rotate")
		.description("give a token another secret and print it, this once; the one before works on for a while")
		.argument("<id>")
		.option("-o, --overlap <minutes>", "how long the one before works on; 0 ends it at once (60)", minutes)
		.action(async (id: string, { overlap }) => (await import("../tokens.ts")).rotate(id, overlap));
	token
		.command("revoke")
		.description("revoke a token")
		.argument("<id>")
		.action(async (id: string) => (await import("../tokens.ts")).revoke(id));
	return token;
}

function minutes(text: string): number {
	return text === "0" ? 0 : wholeNumber(text);
}
