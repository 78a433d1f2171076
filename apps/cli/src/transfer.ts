/**
 * `holdfast import` and `holdfast export`. Nothing is saved before its preview was seen and agreed to; what is exported goes
 * to standard output or to a file that only its owner reads.
 */
import { isUtf8 } from "node:buffer";
import { closeSync, constants, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { AppError, type ExportFormat } from "@holdfast/contract";
import { IMPORT_MAX_LENGTH, type ImportRow } from "@holdfast/contract/schemas";
import { withClient } from "./connect.ts";
import { agreed, NotAsked } from "./prompt.ts";
import { table } from "./table.ts";
import { tell, type WaitOptions } from "./wait.ts";

interface ImportOptions extends WaitOptions {
	yes?: true;
	only?: string[];
}

/** @throws NotAsked when there is something to save and neither `--yes` nor a terminal to ask on. */
export async function importFile(file: string, { yes, only, ...options }: ImportOptions): Promise<void> {
	const { environment } = options;
	const from = { text: readText(file) };
	const { rows, mark } = await withClient((client) => client.settings.previewImport.mutate({ environment, from }));
	if (rows.length > 0)
		process.stdout.write(`${table(["LINE", "NAME", "CHANGE", "VALUE", "SAVED"], rows.map(rowOf))}\n`);
	const names = chosen(rows, only).map(({ name, version }) => ({ name, expectedVersion: version }));
	if (names.length === 0) {
		process.stderr.write("There is nothing to save.\n");
		return;
	}
	const settings = names.length === 1 ? "1 setting" : `${names.length} settings`;
	const otherwise = "nothing was saved. Add --yes to save what the preview shows.";
	if (!yes && file === "-") throw new NotAsked(otherwise);
	if (!yes && !(await agreed(`Save ${settings} in ${environment}? [y/N] `, otherwise))) {
		process.stderr.write("Nothing was saved.\n");
		return;
	}
	const input = { environment, from, mark, names };
	await withClient(async (client) => tell(client, await client.settings.import.mutate(input), options));
}

/** @throws AppError `INPUT_INVALID` */
function readText(file: string): string {
	const bytes = readFileSync(file === "-" ? 0 : file);
	if (!isUtf8(bytes)) throw new AppError("INPUT_INVALID", { detail: "the text is not UTF-8" });
	const text = bytes.toString("utf8");
	if (text.length > IMPORT_MAX_LENGTH) throw new AppError("INPUT_INVALID", { detail: "the text is longer than 2 MiB" });
	return text;
}

function rowOf({ line, name, verdict, reason, shown, saved }: ImportRow): string[] {
	const what = reason === null ? verdict : `${verdict}: ${reason}`;
	return [String(line), name ?? "(not shown)", what, shown ?? "", verdict === "changed" ? (saved ?? "") : ""];
}

/**
 * What is to be saved: everything that is new or changed, or of that what was asked for by name.
 *
 * @throws AppError `IMPORT_REFUSED` for a name that was asked for and cannot be had.
 */
function chosen(rows: readonly ImportRow[], only?: readonly string[]): { name: string; version: number }[] {
	const offered = rows.flatMap(({ name, verdict, version }) =>
		name !== null && verdict !== "refused" && verdict !== "superseded" ? [{ name, verdict, version }] : [],
	);
	const missing = only?.find((name) => !offered.some((row) => row.name === name));
	if (missing !== undefined) {
		const refused = rows.find(({ name, verdict }) => name === missing && verdict === "refused");
		const detail = refused ? `line ${refused.line}, ${refused.reason}` : "it is not in the text";
		throw new AppError("IMPORT_REFUSED", { name: missing, detail });
	}
	return offered.filter(({ name, verdict }) => verdict !== "same" && (only?.includes(name) ?? true));
}

/** The exit code of an export that does not have all it was to have: whoever goes on without looking would miss a key. */
const LEFT_OUT = 5;

export interface ExportOptions {
	environment: string;
	format: ExportFormat;
	name?: string;
	inherited?: true;
	output?: string;
	force?: true;
}

export async function exportSettings(options: ExportOptions): Promise<void> {
	const { environment, format, name: title, inherited = false, output, force = false } = options;
	const input = { environment, format, inherited, ...(title !== undefined && { title }) };
	const { text, left } = await withClient((client) => client.settings.export.mutate(input));
	if (output === undefined) process.stdout.write(text);
	else writePrivately(output, text, force);
	for (const { name, reason } of left) process.stderr.write(`${name} is not in it: ${reason}.\n`);
	if (left.length > 0) process.exitCode = LEFT_OUT;
}

/**
 * A file that its owner alone may read, whole or not at all when it replaces another.
 *
 * @throws AppError `FILE_EXISTS` when there is one and `force` is not set.
 */
function writePrivately(path: string, text: string, force: boolean): void {
	const target = force ? `${path}.${process.pid}.tmp` : path;
	const fd = create(target);
	try {
		writeFileSync(fd, text);
		fsyncSync(fd);
		if (force) renameSync(target, path);
	} catch (error) {
		rmSync(target, { force: true });
		throw error;
	} finally {
		closeSync(fd);
	}
}

function create(path: string): number {
	try {
		return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		throw new AppError("FILE_EXISTS", { name: path }, { cause: error });
	}
}
