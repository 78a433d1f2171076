/** `holdfast token create`, `list` and `revoke`. */
import type { Permission } from "@holdfast/contract";
import { withClient } from "./connect.ts";
import { table } from "./table.ts";

interface CreateOptions {
	label: string;
	environment?: string[];
	permission: Permission[];
	days?: number;
}

/** The token goes to standard output, so that it can be piped to where it belongs; all else to standard error. */
export async function create({ label, environment, permission, days }: CreateOptions): Promise<void> {
	const created = await withClient((client) =>
		client.tokens.create.mutate({
			label,
			permissions: permission,
			...(environment && { environments: environment }),
			...(days !== undefined && { days }),
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
		token.revokedAt !== null ? "revoked" : token.expiresAt !== null ? `until ${day(token.expiresAt)}` : "valid",
		token.lastUsedAt === null ? "never" : day(token.lastUsedAt),
	]);
	process.stdout.write(`${table(["ID", "LABEL", "ENVIRONMENTS", "PERMISSIONS", "STATE", "LAST USED"], rows)}\n`);
}

export async function revoke(id: string): Promise<void> {
	const { label } = await withClient((client) => client.tokens.revoke.mutate({ id }));
	process.stderr.write(`Revoked ${id} (${label}).\n`);
}

function day(at: number): string {
	return new Date(at).toISOString().slice(0, 10);
}
