/** `holdfast environment list`, `create`, `rename` and `remove`. */
import { withClient } from "./connect.ts";
import { agreed } from "./prompt.ts";
import { table } from "./table.ts";

export async function list(): Promise<void> {
	const environments = await withClient((client) => client.environments.list.query());
	const rows = environments.map(({ name, file, settings }) => [name, file, String(settings)]);
	process.stdout.write(`${table(["NAME", "FILE", "SETTINGS"], rows)}\n`);
}

export async function create(name: string): Promise<void> {
	const { file } = await withClient((client) => client.environments.create.mutate({ name }));
	process.stderr.write(`Created ${name}. Its own settings are mirrored to ${file}.\n`);
}

export async function rename(name: string, to: string): Promise<void> {
	const { mirror } = await withClient((client) => client.environments.rename.mutate({ name, to }));
	const said = [`Renamed ${name} to ${to}; its file is ${mirror.target}.`, mirror.reason];
	process.stderr.write(`${said.filter((sentence) => sentence !== null).join(" ")}\n`);
}

/** @throws NotAsked without `--yes` and without a terminal to ask on. */
export async function remove(name: string, { yes }: { yes?: true }): Promise<void> {
	const question = `Remove ${name} with all its settings? Their history stays. [y/N] `;
	if (!yes && !(await agreed(question, "nothing was removed. Add --yes to remove it."))) {
		process.stderr.write("Nothing was removed.\n");
		return;
	}
	const { environment, mirror } = await withClient((client) => client.environments.remove.mutate({ name }));
	const settings = environment.settings === 1 ? "1 setting" : `${environment.settings} settings`;
	const said = [`Removed ${name} and its ${settings}.`, mirror.status === "pending" ? mirror.reason : null];
	process.stderr.write(`${said.filter((sentence) => sentence !== null).join(" ")}\n`);
}
