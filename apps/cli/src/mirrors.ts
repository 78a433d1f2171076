/**
 * `holdfast diff`, `sync`, `resolve` and `mirror`: how the `.env` files stand. Values are shown as lists show them, secrets
 * masked.
 */
import { AppError, type Reader } from "@holdfast/contract";
import type { MirrorDiff, MirrorLine, MirrorView, Side } from "@holdfast/contract/schemas";
import { type Client, withClient } from "./connect.ts";
import { table } from "./table.ts";

/** The exit code of `diff` when a file is not what is saved. */
const DIFFERS = 5;

interface Which {
	environment: string;
	all?: true;
}

async function namesOf(client: Client, { environment, all }: Which): Promise<string[]> {
	if (!all) return [environment];
	return (await client.environments.list.query()).map(({ name }) => name);
}

export async function diff(which: Which & { json?: true }): Promise<void> {
	const diffs = await withClient(async (client) => {
		const names = await namesOf(client, which);
		return Promise.all(names.map((environment) => client.mirrors.diff.query({ environment })));
	});
	const open = diffs.map((each) => ({ ...each, lines: each.lines.filter(({ state }) => state !== "same") }));
	if (which.json) process.stdout.write(`${JSON.stringify(open, null, 2)}\n`);
	else process.stdout.write(`${open.map(said).join("\n\n")}\n`);
	const differs = open.some(({ lines }) => lines.some(({ state }) => state !== "vault-only"));
	if (differs) process.exitCode = DIFFERS;
}

function said({ target, lines, unmanaged }: MirrorDiff): string {
	const own = unmanaged.length > 0 ? `\nNot saved in Holdfast: ${unmanaged.join(", ")}` : "";
	if (lines.length === 0) return `${target} says what is saved.${own}`;
	return `${target}\n${table(["NAME", "STATE", "LAST WRITTEN", "SAVED", "FILE"], lines.map(rowOf))}${own}`;
}

function rowOf({ name, state, base, saved, file }: MirrorLine): string[] {
	return [name, state, shownIn(base), shownIn(saved), shownIn(file)];
}

function shownIn(side: Side | null): string {
	if (side === null) return "-";
	return side.shown === "" ? "(empty)" : (side.shown ?? "does not open").replaceAll("\n", "⏎");
}

export async function sync(which: Which): Promise<void> {
	const views = await withClient(async (client) => {
		const done: MirrorView[] = [];
		for (const environment of await namesOf(client, which))
			done.push(await client.mirrors.sync.mutate({ environment }));
		return done;
	});
	for (const view of views) process.stderr.write(`${sentenceOf(view)}\n`);
	if (views.some(({ status }) => status === "drift")) process.exitCode = DIFFERS;
	if (views.some(({ status }) => status === "pending")) process.exitCode = 1;
}

function sentenceOf({ target, status, reason }: MirrorView): string {
	if (status === "off") return `${target} is not kept.`;
	return reason ?? `${target} says what is saved.`;
}

/** @throws AppError `LINE_SETTLED` for a name whose line needs no choice, `SETTING_NOT_FOUND` for one that has none. */
export async function resolve(
	names: readonly string[],
	{ environment, take, message }: { environment: string; take: "saved" | "file"; message?: string },
): Promise<void> {
	const view = await withClient(async (client) => {
		const { lines } = await client.mirrors.diff.query({ environment });
		const choices = names.map((name) => {
			const line = lines.find((each) => each.name === name);
			if (!line) throw new AppError("SETTING_NOT_FOUND", { name });
			return { name, take, saved: line.saved?.fingerprint ?? null, file: line.file?.fingerprint ?? null };
		});
		return client.mirrors.resolve.mutate({ environment, choices, ...(message !== undefined && { message }) });
	});
	const done = take === "saved" ? "kept as saved" : "taken from the file";
	process.stderr.write(`${names.join(", ")}: ${done}.${view.reason === null ? "" : ` ${view.reason}`}\n`);
}

export async function list(): Promise<void> {
	const views = await withClient((client) => client.mirrors.status.query());
	const rows = views.map(({ environment, target, status, options }) => [
		environment,
		target,
		status,
		options.format,
		options.onEdit,
	]);
	process.stdout.write(`${table(["ENVIRONMENT", "FILE", "STATE", "FORMAT", "ON EDIT"], rows)}\n`);
	for (const { environment, reason } of views) if (reason) process.stderr.write(`${environment}: ${reason}\n`);
}

export interface ConfigureOptions {
	environment: string;
	file?: string;
	usualFile?: true;
	format?: "plain" | "dotenvx";
	onEdit?: "take-in" | "ask";
	readers?: Reader[];
	off?: true;
	on?: true;
}

export async function configure({ usualFile, off, on, ...options }: ConfigureOptions): Promise<void> {
	const chosen = {
		...options,
		...(usualFile && { file: null }),
		...((off || on) && { enabled: on === true }),
	};
	const view = await withClient((client) => client.mirrors.configure.mutate(chosen));
	process.stderr.write(`${sentenceOf(view)}\n`);
}
