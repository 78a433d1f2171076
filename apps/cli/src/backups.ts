/** `holdfast backup`, `backup list` and `backup drill`. */
import { constants, copyFileSync, existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Options, readOptions } from "@holdfast/config/options";
import { AppError } from "@holdfast/contract";
import type { BackupView } from "@holdfast/contract/schemas";
import { errnoText } from "@holdfast/envfile";
import { withClient } from "./connect.ts";
import { askHidden } from "./prompt.ts";
import { table } from "./table.ts";

/** The exit code when a backup restores, but something in it does not open. */
export const DAMAGED = 5;

export async function create({ to }: { to?: string }): Promise<void> {
	const options = readOptions();
	if (to !== undefined) refuseCopy(to, options);
	const made = await withClient((client) => client.backups.create.mutate());
	process.stderr.write(`Made ${made.file}: revision ${made.revision}, ${made.size} bytes, read back and whole.\n`);
	process.stderr.write(`It opens with root key ${made.fingerprint}, or its recovery kit, and with nothing else.\n`);
	if (to === undefined) return;
	await copy(join(options.backupDir, made.file), to);
	process.stderr.write(`Copied to ${to}.\n`);
}

/** Before anything is made. */
function refuseCopy(to: string, { url }: Options): void {
	const elsewhere = "HOLDFAST_URL names a server, whose files are not on this machine";
	if (url !== null) throw new AppError("OPTION_INVALID", { name: "--to", detail: elsewhere });
	if (existsSync(to)) throw new AppError("BACKUP_FAILED", { name: to, detail: "a file of that name exists already" });
}

async function copy(from: string, to: string): Promise<void> {
	try {
		copyFileSync(from, to, constants.COPYFILE_EXCL);
		await using file = await open(resolve(to), "r+");
		await file.chmod(0o600);
		await file.sync();
	} catch (error) {
		const detail = errnoText(error);
		throw detail ? new AppError("BACKUP_FAILED", { name: to, detail }, { cause: error }) : error;
	}
}

export async function list(): Promise<void> {
	const { folder, backups } = await withClient((client) => client.backups.list.query());
	if (backups.length === 0) {
		process.stderr.write("There are no backups. Make one with `holdfast backup`.\n");
		return;
	}
	process.stderr.write(`In ${folder}:\n`);
	const rows = backups.map((backup) => [
		backup.id,
		backup.file,
		new Date(backup.at).toISOString().slice(0, 16).replace("T", " "),
		String(backup.size),
		backup.by,
		backup.fingerprint,
		backup.present ? stateOf(backup) : "the file is gone",
	]);
	process.stdout.write(`${table(["ID", "FILE", "MADE (UTC)", "BYTES", "BY", "ROOT KEY", "STATE"], rows)}\n`);
}

function stateOf({ drill }: BackupView): string {
	if (drill === null) return "not proven";
	if (drill.problem !== null) return "does not restore";
	if (drill.damaged > 0) return `${drill.damaged} damaged`;
	return drill.withKit ? "proven, with the kit" : "proven";
}

/** Exits with 1 when the backup does not restore, with 5 when something in it does not open. */
export async function drill(id: string | undefined, { kit }: { kit?: true }): Promise<void> {
	const typed = kit && { kit: await askHidden("Recovery kit: ") };
	const { file, drill: found } = await withClient((client) =>
		client.backups.drill.mutate({ ...typed, ...(id !== undefined && { id }) }),
	);
	if (found?.problem) {
		process.stderr.write(`${file} does not restore. ${found.problem}\n`);
		process.exitCode = 1;
		return;
	}
	const { values = 0, damaged = 0 } = found ?? {};
	const how = kit ? "with the recovery kit alone" : "with the server's root key";
	process.stderr.write(`${file} restores ${how}: ${values} values opened, ${damaged} do not open.\n`);
	if (damaged === 0) return;
	process.stderr.write("Run `holdfast doctor`, which names those that do not open here, either.\n");
	process.exitCode = DAMAGED;
}
