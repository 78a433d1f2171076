/** `holdfast migrate-database`: between a file and PostgreSQL, with every row. */
import { join, relative } from "node:path";
import { readOptions } from "@holdfast/config/options";
import { AppError } from "@holdfast/contract";
import { migrateDatabase } from "@holdfast/vault/migrate-database";
import { DATABASE_FILE } from "@holdfast/vault/snapshot";

/** An address, or `true` for the one in the variable. */
export interface Asked {
	to?: string | true;
	from?: string | true;
}

export async function migrate({ to, from }: Asked): Promise<void> {
	const { dataDir, databaseUrl } = readOptions();
	const asked = to ?? from;
	if (asked === undefined)
		throw new AppError("OPTION_INVALID", { name: "--to", detail: "say where to with it, or where from with --from" });
	const url = asked === true ? databaseUrl : asked;
	if (url === null) throw new AppError("OPTION_INVALID", { name: "HOLDFAST_DATABASE_URL", detail: "it is not set" });
	const { revision, rows, digest } = await migrateDatabase({ dataDir, databaseUrl: url, way: to ? "to" : "from" });
	const file = join(relative(process.cwd(), dataDir), DATABASE_FILE);
	const lines = [
		`Moved revision ${revision}: ${rows} rows, read back and compared (SHA-256 ${digest.slice(0, 16)}).`,
		...(to
			? [
					"Set HOLDFAST_DATABASE_URL to that address wherever Holdfast runs, and keep the root key where it is.",
					`${file} is as it was. Move it away once the server has started on PostgreSQL, with ${DATABASE_FILE}-wal and`,
					"-shm where they are: applications beside it read it until then.",
				]
			: [`It is in ${file}. Unset HOLDFAST_DATABASE_URL. The PostgreSQL database is as it was.`]),
		...(asked !== true && URL.parse(url)?.password
			? ["The password was on the command line, where others on this machine could read it: better change it."]
			: []),
	];
	process.stderr.write(`${lines.join("\n")}\n`);
}
