import type { Options } from "@holdfast/config/options";
import type { VaultOptions } from "@holdfast/vault";

/** What opening the vault needs of the options. What serves makes the scheduled backups. */
export function vaultOptions(options: Options, more: Pick<VaultOptions, "serves" | "warn">): VaultOptions {
	const { dataDir, databaseUrl, projectDir, rootKey, backupDir, processEnv, precedence } = options;
	return {
		dataDir,
		databaseUrl,
		projectDir,
		rootKey,
		backupDir,
		processEnv,
		precedence,
		schedule: more.serves,
		...more,
	};
}
