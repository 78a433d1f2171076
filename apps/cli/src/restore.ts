/** `holdfast restore`: a backup into a data folder without a database, by whoever has its key or the recovery kit. */
import { hostname, userInfo } from "node:os";
import { relative } from "node:path";
import { readOptions } from "@holdfast/config/options";
import { localCaller, type Restored, restore } from "@holdfast/vault";
import { DAMAGED } from "./backups.ts";
import { askHidden } from "./prompt.ts";

/** Exits with 5 when it is restored, but something in it does not open. */
export async function restoreFile(file: string): Promise<void> {
	const { dataDir, databaseUrl, rootKey } = readOptions();
	const caller = localCaller(userInfo().username, hostname());
	const askKit = (fingerprint: string) => askHidden(`Recovery kit of root key ${fingerprint}: `);
	const restored = await restore({ file, dataDir, rootKey, caller, askKit });
	process.stderr.write(`${linesOf(restored, here(dataDir)).join("\n")}\n`);
	if (databaseUrl !== null) process.stderr.write(`${ELSEWHERE}\n`);
	if (restored.damaged.length > 0) process.exitCode = DAMAGED;
}

function linesOf(restored: Restored, folder: string): string[] {
	const { revision, at, settings, values, damaged, fingerprint, keyFile, keyElsewhere } = restored;
	const when = new Date(at).toISOString().slice(0, 19).replace("T", " ");
	return [
		`Restored revision ${revision} of ${when} UTC into ${folder}: ${settings} settings, ${values} values opened.`,
		...damaged.map((name) => `Does not open: ${name}. Save it again.`),
		...(keyFile === null ? [] : [`The root key ${fingerprint} is in ${here(keyFile)} again.`]),
		...(keyElsewhere
			? [`It needs root key ${fingerprint}, which is not where this machine looks for it: ${OWN_KEY}`]
			: []),
		"Everyone is signed out. Service tokens that were revoked since then are valid again: look at `holdfast token list`.",
		"People who were removed since then are back, with their accounts and their own settings: remove them again.",
		"Lines of .env files that say otherwise are kept, and wait: look at `holdfast diff --all`.",
	];
}

const ELSEWHERE =
	"It is a file. HOLDFAST_DATABASE_URL is set: take it into an empty database there with `holdfast migrate-database --to`.";

const OWN_KEY = "put its recovery kit into HOLDFAST_ROOT_KEY, or into the root key's file.";

function here(path: string): string {
	return relative(process.cwd(), path) || ".";
}
