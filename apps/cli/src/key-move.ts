/**
 * `holdfast key move`: the root key's file, away from the database that it opens. A link stays in its place, so that nothing
 * has to be told where the key is, and nothing that is told can be lost.
 */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type Options, readOptions } from "@holdfast/config/options";
import { AppError } from "@holdfast/contract";
import { moveRootKey } from "@holdfast/vault";
import { withClient } from "./connect.ts";

/**
 * @throws AppError `OPTION_INVALID` where the key comes from no file; `ROOT_KEY_UNWRITABLE` when there is a file at the new
 * place already.
 */
export async function move(wanted: string | undefined): Promise<void> {
	const options = readOptions();
	refuseOtherSources(options);
	const { instance } = await withClient((client) => client.system.status.query());
	// Not named for the key, which a rotation replaces in the same file.
	const to = resolve(wanted ?? join(homedir(), ".config", "holdfast", `${instance}.key`));
	await moveRootKey(options.dataDir, options.rootKey.file, to);
	process.stderr.write(`The root key is in ${to}, and ${options.rootKey.file} leads there.\n`);
}

function refuseOtherSources({ rootKey, url }: Options): void {
	const { text, command, passphrase } = rootKey;
	const refuse = (name: string, detail: string) => new AppError("OPTION_INVALID", { name, detail });
	if (url !== null) throw refuse("HOLDFAST_URL", "the key is moved on the server's own machine");
	if ((text ?? command ?? passphrase) !== null)
		throw refuse("HOLDFAST_ROOT_KEY_FILE", "the root key comes from no file here");
}
