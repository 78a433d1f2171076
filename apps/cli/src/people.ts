/** `holdfast people` and its subcommands. */
import { AppError, type Narrowed, type Role } from "@holdfast/contract";
import type { CreatedLink } from "@holdfast/contract/schemas";
import { withClient } from "./connect.ts";
import { table } from "./table.ts";

export async function list(): Promise<void> {
	const people = await withClient((client) => client.people.list.query());
	if (people.length === 0) {
		process.stderr.write("Nobody has an account yet. Start the server, and claim it with the code it prints.\n");
		return;
	}
	const rows = people.map(({ id, name, email, role, narrowed }) => [id, name, email, role, words(narrowed)]);
	process.stdout.write(`${table(["ID", "NAME", "EMAIL", "ROLE", "LESS IN"], rows)}\n`);
}

export async function giveRole(id: string, role: Role, narrowed: Record<string, string>): Promise<void> {
	const person = await withClient((client) => client.people.update.mutate({ id, role, narrowed: given(narrowed) }));
	const less = person.narrowed ? `, and less in ${words(person.narrowed)}` : "";
	process.stderr.write(`${person.name} is ${person.role}${less}.${ended(person.tokens)}\n`);
}

export async function remove(id: string): Promise<void> {
	const { name, tokens } = await withClient((client) => client.people.remove.mutate({ id }));
	process.stderr.write(`${name} is removed.${ended(tokens)}\n`);
}

/** Print the link alone on stdout, so that it can be piped to whatever sends it. */
export async function invite(email: string, role: Role, narrowed: Record<string, string>): Promise<void> {
	const input = { email, role, narrowed: given(narrowed) };
	handOver(await withClient((client) => client.people.invite.mutate(input)));
}

export async function reset(id: string): Promise<void> {
	handOver(await withClient((client) => client.people.resetLink.mutate({ id })));
}

export async function links(): Promise<void> {
	const all = await withClient((client) => client.people.links.query());
	if (all.length === 0) {
		process.stderr.write("There are no links. Make one with `holdfast people invite <email>`.\n");
		return;
	}
	const rows = all.map(({ id, kind, email, role, state, expiresAt }) => {
		return [id, kind, email, role ?? "", state, new Date(expiresAt).toISOString()];
	});
	process.stdout.write(`${table(["ID", "KIND", "EMAIL", "ROLE", "STATE", "EXPIRES"], rows)}\n`);
}

export async function revokeLink(id: string): Promise<void> {
	const { kind, email } = await withClient((client) => client.people.revokeLink.mutate({ id }));
	process.stderr.write(`The ${kind} for ${email} is revoked.\n`);
}

/** By the address, which whoever is locked out says of themselves. */
export async function resetFactors(email: string): Promise<void> {
	const { name } = await withClient(async (client) => {
		const everyone = await client.people.list.query();
		const person = everyone.find((each) => each.email === email.toLowerCase());
		if (!person) throw new AppError("PERSON_NOT_FOUND", { name: email });
		return client.people.resetTwoFactor.mutate({ id: person.id });
	});
	process.stderr.write(`${name} has no codes and no passkeys any more, and is signed out everywhere.\n`);
}

export async function signOut(id: string): Promise<void> {
	const { name } = await withClient((client) => client.people.signOut.mutate({ id }));
	process.stderr.write(`${name} is signed out everywhere.\n`);
}

function handOver({ url, email, expiresAt }: CreatedLink): void {
	process.stderr.write(`For ${email}, once, until ${new Date(expiresAt).toISOString()}. It is not shown again:\n`);
	process.stdout.write(`${url}\n`);
}

function given(narrowed: Record<string, string>): Record<string, Role | "none"> | null {
	return Object.keys(narrowed).length === 0 ? null : (narrowed as Record<string, Role | "none">);
}

function words(narrowed: Narrowed | null): string {
	return Object.entries(narrowed ?? {})
		.map(([environment, role]) => `${environment}=${role}`)
		.join(" ");
}

function ended(tokens: readonly string[]): string {
	return tokens.length === 0 ? "" : ` Service tokens that ended with it: ${tokens.join(", ")}.`;
}
