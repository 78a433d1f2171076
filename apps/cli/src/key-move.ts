/**
 * `holdfast key move`: the root key's file, away from the database that it opens. The old file goes last, once the data has
 * been opened with the new one by what `.env` says, so that a start finds a key at every moment.
 */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type Options, readOptions } from "@holdfast/config/options";
import { AppError, DEFAULT_ENVIRONMENT, envFileName } from "@holdfast/contract";
import { updateEnvFile, withEnvFileLock } from "@holdfast/envfile";
import { copyRootKey, dropRootKey } from "@holdfast/vault";
import { readSavedValues } from "@holdfast/vault/snapshot";
import { withClient } from "./connect.ts";

const FILE = "HOLDFAST_ROOT_KEY_FILE";

/**
 * @throws AppError `OPTION_INVALID` where the key comes from no file, or from one that the process environment names;
 * `ROOT_KEY_UNWRITABLE` when there is a file at the new place already.
 */
export async function move(wanted: string | undefined): Promise<void> {
	const options = readOptions();
	refuseOtherSources(options);
	const { instance } = await withClient((client) => client.system.status.query());
	const from = options.rootKey.file;
	// Not named for the key, which a rotation replaces in the same file.
	const to = resolve(wanted ?? join(homedir(), ".config", "holdfast", `${instance}.key`));
	copyRootKey(from, to);
	const { projectDir: root } = options;
	const path = join(root, envFileName(DEFAULT_ENVIRONMENT));
	await withEnvFileLock(path, () => updateEnvFile({ path, root, values: new Map([[FILE, to]]) }));
	const after = readOptions();
	if (after.rootKey.file !== to)
		throw new AppError("OPTION_INVALID", { name: FILE, detail: "it could not be noted in .env" });
	readSavedValues(after.dataDir, after.rootKey, DEFAULT_ENVIRONMENT);
	dropRootKey(from, to);
	process.stderr.write(`The root key is in ${to}, and .env says so. Restart a server that is running.\n`);
}

function refuseOtherSources({ rootKey, url, dataDir, envFile }: Options): void {
	const { text, command, passphrase } = rootKey;
	const refuse = (name: string, detail: string) => new AppError("OPTION_INVALID", { name, detail });
	if (url !== null) throw refuse("HOLDFAST_URL", "the key is moved on the server's own machine");
	if ((text ?? command ?? passphrase) !== null) throw refuse(FILE, "the root key comes from no file here");
	const isUsual = rootKey.file === join(dataDir, "root.key");
	if (!isUsual && !envFile.has(FILE))
		throw refuse(FILE, "the process environment says where the key is; change it there");
}
