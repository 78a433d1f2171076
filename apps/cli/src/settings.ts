/** `holdfast set`, `get` and `list`. Values come from a hidden prompt or standard input and go to standard output alone. */
import { AppError } from "@holdfast/contract";
import type { Layer, SaveResult, SettingView } from "@holdfast/contract/schemas";
import { withClient } from "./connect.ts";
import { askHidden } from "./prompt.ts";
import { table } from "./table.ts";

interface SetOptions {
	environment: string;
	plain?: true;
	message?: string;
}

export async function set(name: string, { environment, plain, message }: SetOptions): Promise<void> {
	const value = await askHidden(`${name}: `);
	if (value === "") throw new AppError("VALUE_EMPTY", { name });
	const write = { name, value, ...(plain && { secret: false }) };
	const result = await withClient((client) =>
		client.settings.save.mutate({ environment, writes: [write], ...(message !== undefined && { message }) }),
	);
	process.stderr.write(`${saved(result)}\n`);
}

/** "Saved. Revision 42, live in 3 of 3 processes, mirrored to .env." */
function saved({ revision, workers, mirrors }: SaveResult): string {
	const live = workers.live > 0 ? `, live in ${workers.converged} of ${workers.live} processes` : "";
	const files = mirrors.map(({ target, status, reason }) =>
		status === "mirrored" ? `, mirrored to ${target}` : `. ${reason}`,
	);
	const text = `Saved. Revision ${revision}${live}${files.join("")}`;
	return text.endsWith(".") ? text : `${text}.`;
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
	if (!effective || problem) return [name, "does not open", "", ""];
	return [
		name,
		effective.shown ?? "does not open",
		sourceOf(effective),
		effective.version === null ? "" : String(effective.version),
	];
}

function sourceOf({ source, place }: Layer): string {
	if (source === "process") return "the shell";
	return source === "file" ? `${place} by hand` : (place ?? source);
}
