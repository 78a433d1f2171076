/** `holdfast set`, `remove`, `get` and `list`. Values come from a hidden prompt or standard input and go to standard output alone. */
import { AppError } from "@holdfast/contract";
import type { Layer, MirrorStatus, SaveResult, SettingView } from "@holdfast/contract/schemas";
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

export async function remove(
	name: string,
	{ environment, message }: { environment: string; message?: string },
): Promise<void> {
	const input = { environment, name, ...(message !== undefined && { message }) };
	const { revision } = await withClient((client) => client.settings.remove.mutate(input));
	process.stderr.write(`Removed ${name} from ${environment}. Revision ${revision}.\n`);
}

/**
 * "Saved. Revision 42, mirrored to .env. 1 server takes it up within a second; programs that are already running need a
 * restart." With whatever there is to know of the file in between.
 */
export function saved({ revision, workers, mirrors, settings }: SaveResult): string {
	const written = mirrors.filter(({ status }) => status === "mirrored" || status === "vault-only");
	const files = written.map(({ target }) => `, mirrored to ${target}`);
	// What only Holdfast has of other settings was said when they were saved.
	const isNews = ({ status, names }: MirrorStatus) =>
		status !== "vault-only" || settings.some(({ name }) => names.includes(name));
	const reasons = mirrors.filter(isNews).flatMap(({ reason }) => reason ?? []);
	return [`Saved. Revision ${revision}${files.join("")}.`, ...reasons, reached(workers)].join(" ");
}

/** Servers look for what others saved twice a second; a program has what it began with. */
function reached({ live, converged }: SaveResult["workers"]): string {
	if (live === 0) return "Programs that are already running need a restart.";
	const [servers, have, take] = live === 1 ? ["1 server", "has", "takes"] : [`${live} servers`, "have", "take"];
	const when = live === converged ? `${have} it` : `${take} it up within a second`;
	return `${servers} ${when}; programs that are already running need a restart.`;
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
