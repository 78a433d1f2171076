/** `holdfast token create`, `list`, `rotate` and `revoke`. */
import type { Permission } from "@holdfast/contract";
import type { TokenView } from "@holdfast/contract/schemas";
import { withClient } from "./connect.ts";
import { table } from "./table.ts";

interface CreateOptions {
	label: string;
	environment?: string[];
	permission: Permission[];
	days?: number;
	address?: string[];
}

/** The token goes to standard output, so that it can be piped to where it belongs; all else to standard error. */
export async function create({ label, environment, permission, days, address }: CreateOptions): Promise<void> {
	const created = await withClient((client) =>
		client.tokens.create.mutate({
			label,
			permissions: permission,
			...(environment && { environments: environment }),
			...(days !== undefined && { days }),
			...(address && { addresses: address }),
		}),
	);
	process.stderr.write(`Created ${created.id}. It is shown this once:\n`);
	process.stdout.write(`${created.token}\n`);
}

export async function list(): Promise<void> {
	const tokens = await withClient((client) => client.tokens.list.query());
	if (tokens.length === 0) {
		process.stderr.write("There are no service tokens. Create one with `holdfast token create --label NAME`.\n");
		return;
	}
	const rows = tokens.map((token) => [
		token.id,
		token.label,
		token.environments?.join(" ") ?? "all",
		token.permissions.join(" "),
		token.addresses?.join(" ") ?? "any",
		stateOf(token),
		token.lastUsedAt === null ? "never" : day(token.lastUsedAt),
	]);
	process.stdout.write(
		`${table(["ID", "LABEL", "ENVIRONMENTS", "PERMISSIONS", "FROM", "STATE", "LAST USED"], rows)}\n`,
	);
}

function stateOf({ revokedAt, expiresAt, previousUntil }: TokenView): string {
	if (revokedAt !== null) return "revoked";
	if (expiresAt !== null && expiresAt <= Date.now()) return "expired";
	const valid = expiresAt === null ? "valid" : `until ${day(expiresAt)}`;
	return previousUntil === null || previousUntil <= Date.now() ? valid : `${valid}, rotating`;
}

export async function rotate(id: string, overlap?: number): Promise<void> {
	const rotated = await withClient((client) =>
		client.tokens.rotate.mutate({ id, ...(overlap !== undefined && { overlap }) }),
	);
	const until =
		rotated.previousUntil === null ? "ended" : `works until ${new Date(rotated.previousUntil).toISOString()}`;
	process.stderr.write(
		`Rotated ${id} (${rotated.label}). The secret before ${until}. The new one is shown this once:\n`,
	);
	process.stdout.write(`${rotated.token}\n`);
}

export async function revoke(id: string): Promise<void> {
	const { label } = await withClient((client) => client.tokens.revoke.mutate({ id }));
	process.stderr.write(`Revoked ${id} (${label}).\n`);
}

function day(at: number): string {
	return new Date(at).toISOString().slice(0, 10);
}
