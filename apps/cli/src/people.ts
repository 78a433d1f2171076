/** `holdfast people list`, `role` and `remove`. */
import type { Narrowed, Role } from "@holdfast/contract";
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
	const given = Object.keys(narrowed).length === 0 ? null : (narrowed as Record<string, Role | "none">);
	const person = await withClient((client) => client.people.update.mutate({ id, role, narrowed: given }));
	const less = person.narrowed ? `, and less in ${words(person.narrowed)}` : "";
	process.stderr.write(`${person.name} is ${person.role}${less}.${ended(person.tokens)}\n`);
}

export async function remove(id: string): Promise<void> {
	const { name, tokens } = await withClient((client) => client.people.remove.mutate({ id }));
	process.stderr.write(`${name} is removed.${ended(tokens)}\n`);
}

function words(narrowed: Narrowed | null): string {
	return Object.entries(narrowed ?? {})
		.map(([environment, role]) => `${environment}=${role}`)
		.join(" ");
}

function ended(tokens: readonly string[]): string {
	return tokens.length === 0 ? "" : ` Service tokens that ended with it: ${tokens.join(", ")}.`;
}
