/** `holdfast people`: its subcommands and options. */
import { ROLES, type Role } from "@holdfast/contract";
import { Argument, Command, InvalidArgumentError, Option } from "commander";

const NAMES = Object.keys(ROLES) as Role[];

export function peopleCommand(): Command {
	const people = new Command("people").description("who has an account, and what they may do");
	people
		.command("list")
		.description("everyone who has an account")
		.action(async () => (await import("../people.ts")).list());
	people
		.command("role")
		.description("give someone a role, and a lesser one in some environments in place of what there was")
		.argument("<id>")
		.addArgument(new Argument("<role>", "what they may do at most").choices(NAMES))
		.option(
			"-i, --in <environment=role...>",
			"a lesser role there, or `none`; `*` is every other environment",
			narrowing,
		)
		.action(async (id: string, role: Role, options) =>
			(await import("../people.ts")).giveRole(id, role, options.in ?? {}),
		);
	people
		.command("remove")
		.description("remove someone with their sessions, tokens and personal settings")
		.argument("<id>")
		.action(async (id: string) => (await import("../people.ts")).remove(id));
	people
		.command("invite")
		.description("make a link that one person joins with; it is printed once, and lasts seven days")
		.argument("<email>")
		.addOption(new Option("-r, --role <role>", "what they may do at most").choices(NAMES).default("viewer"))
		.option("-i, --in <environment=role...>", "a lesser role there, as for `role`", narrowing)
		.action(async (email: string, options) =>
			(await import("../people.ts")).invite(email, options.role, options.in ?? {}),
		);
	people
		.command("reset")
		.description("make a link that sets a new password for someone; it is printed once, and lasts a day")
		.argument("<id>")
		.action(async (id: string) => (await import("../people.ts")).reset(id));
	people
		.command("links")
		.description("the links that are open, and those that ended lately")
		.action(async () => (await import("../people.ts")).links());
	people
		.command("revoke-link")
		.description("end a link that is open")
		.argument("<id>")
		.action(async (id: string) => (await import("../people.ts")).revokeLink(id));
	people
		.command("reset-factors")
		.description(
			"take codes and passkeys from someone who lost them, and end their sessions; their password signs them in",
		)
		.argument("<email>")
		.action(async (email: string) => (await import("../people.ts")).resetFactors(email));
	people
		.command("sign-out")
		.description("end all sessions of someone")
		.argument("<id>")
		.action(async (id: string) => (await import("../people.ts")).signOut(id));
	return people;
}

function narrowing(text: string, before: Record<string, string> = {}): Record<string, string> {
	const [, environment, role] = /^([^=]+)=([a-z]+)$/.exec(text) ?? [];
	if (environment !== undefined && role !== undefined && [...NAMES, "none"].includes(role)) {
		return { ...before, [environment]: role };
	}
	throw new InvalidArgumentError(`It has to be like production=viewer, with one of ${[...NAMES, "none"].join(", ")}.`);
}
