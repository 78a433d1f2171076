/** `holdfast set`, `remove`, `get` and `list`. Values come from a hidden prompt or standard input and go to standard output alone. */
import { AppError } from "@holdfast/contract";
import type { Layer, SettingView } from "@holdfast/contract/schemas";
import { withClient } from "./connect.ts";
import { askHidden } from "./prompt.ts";
import { table } from "./table.ts";
import { everywhere, tell, type WaitOptions } from "./wait.ts";

interface SetOptions extends WaitOptions {
	plain?: true;
	message?: string;
}

export async function set(name: string, { plain, message, ...options }: SetOptions): Promise<void> {
	const value = await askHidden(`${name}: `);
	if (value === "") throw new AppError("VALUE_EMPTY", { name });
	const { environment } = options;
	const write = { name, value, ...(plain && { secret: false }) };
	const input = { environment, writes: [write], ...(message !== undefined && { message }) };
	await withClient(async (client) => tell(client, await client.settings.save.mutate(input), options));
}

export async function remove(name: string, { message, ...options }: WaitOptions & { message?: string }): Promise<void> {
	const { environment, wait } = options;
	const input = { environment, name, ...(message !== undefined && { message }) };
	await withClient(async (client) => {
		const { revision } = await client.settings.remove.mutate(input);
		process.stderr.write(`Removed ${name} from ${environment}. Revision ${revision}.\n`);
		if (wait !== undefined) process.stderr.write(`${await everywhere(client, revision, { environment, wait })}\n`);
	});
}

export async function get(name: string, { environment }: { environment: string }): Promise<void> {
	const { value } = await withClient((client) => client.settings.reveal.mutate({ environment, name }));
	process.stdout.write(`${value}\n`);
}

export async function list({ environment, json }: { environment: string; json?: true }): Promise<void> {
	const { settings } = await withClient((client) => client.settings.list.query({ environment }));
	const set = settings.filter(({ effective, problem }) => (effective && effective.source !== "catalogue") || problem);
	if (json) {
		process.stdout.write(`${JSON.stringify(set, null, 2)}\n`);
		return;
	}
	if (set.length === 0) {
		process.stderr.write(`Nothing is saved in ${environment}. Save a key with \`holdfast set NAME\`.\n`);
		return;
	}
	process.stdout.write(`${table(["NAME", "VALUE", "SOURCE", "VERSION"], set.map(rowOf))}\n`);
}

function rowOf({ name, effective, problem }: SettingView): string[] {
	if (!effective) return [name, "does not open", "", ""];
	const shown = effective.shown ?? "does not open";
	return [
		name,
		// What is stored does not open, and yet there is a value: it was kept elsewhere, and should be saved again.
		problem && effective.shown !== null ? `${shown} (damaged)` : shown,
		sourceOf(effective),
		effective.version === null ? "" : String(effective.version),
	];
}

function sourceOf({ source, place }: Layer): string {
	if (source === "process") return "the shell";
	return source === "file" ? `${place} by hand` : (place ?? source);
}
