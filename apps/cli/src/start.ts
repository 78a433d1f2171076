/** `holdfast start`: open the vault, serve it, say where, and close in order when asked to stop. */

import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { startServer } from "@holdfast/api";
import { openLog } from "@holdfast/api/log";
import type { Options } from "@holdfast/config/options";
import { readServerOptions } from "@holdfast/config/server-options";
import { findings, openVault, type Vault } from "@holdfast/vault";
import { DATABASE_FILE } from "@holdfast/vault/snapshot";
import { vaultOptions } from "./vault-options.ts";

/** From `src` as from `dist`, the dashboard is built beside this app. */
const DASHBOARD = fileURLToPath(new URL("../../web/dist", import.meta.url));

export async function start(options: Options): Promise<void> {
	// Listened for from the beginning: whoever asks while it starts is heard once it has.
	const stopped = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
	const log = openLog(options.logLevel);
	const { dataDir, databaseUrl, rootKey } = options;
	const isFirst = databaseUrl !== null || !existsSync(join(dataDir, DATABASE_FILE));
	const isKeyToMake = isFirst && !existsSync(rootKey.file);
	await using vault = await openVault(vaultOptions(options, { serves: true, warn: (message) => log.warn(message) }));
	const { current, source } = vault.keys.roots;
	const isInFile = source.kind === "file";
	const edge = readServerOptions(options);
	const server = await startServer(vault, { ...options, ...edge, dashboard: DASHBOARD }, log);
	const claimed = await vault.storage.claimed();
	const here = (path: string) => relative(process.cwd(), path) || ".";
	const lines = [
		`Holdfast is at ${server.url}`,
		...(claimed ? [] : [`Claim it with the code ${vault.claimCode}`]),
		"",
		`data      ${here(dataDir)}`,
		...(databaseUrl === null ? [] : [`database  PostgreSQL, ${whereOf(databaseUrl)}`]),
		`mirror    ${here(join(options.projectDir, ".env"))}`,
		`root key  ${current.fingerprint} ${isInFile ? `in ${here(source.place)}` : `from ${source.place}`}`,
		...(isKeyToMake && isInFile
			? ["", "A root key was made. Without it nothing saved here opens again: keep what `holdfast key kit` prints."]
			: []),
		...(await beside(vault)),
	];
	process.stdout.write(`\n${lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n")}\n\n`);
	if (!isLoopback(options.host) && !server.url.startsWith("https:")) {
		log.warn(
			"Listening beyond this machine over plain HTTP: whoever is in between reads passwords and keys. Give HOLDFAST_TLS_CERT and HOLDFAST_TLS_KEY, or put a proxy with TLS in front and set HOLDFAST_PUBLIC_URL and HOLDFAST_TRUSTED_PROXIES.",
		);
	}
	await stopped;
	await server.close();
}

/**
 * Told at each start: of the key beside the data, because a copy of the folder is then a copy of every key in it; and of a file
 * that was left when everything went to PostgreSQL.
 */
async function beside(vault: Vault): Promise<string[]> {
	const warned = new Map(
		(await findings(vault)).flatMap((each) => (each.level === "warning" ? [[each.id, each] as const] : [])),
	);
	const left = warned.get("snapshots");
	return [
		...(warned.has("root-key.place")
			? ["", "The root key lies beside the database. `holdfast key move` takes it away from there."]
			: []),
		...(left ? ["", `${left.detail} ${left.fix}`] : []),
	];
}

/** Without the name and the password that the address is for. */
function whereOf(databaseUrl: string): string {
	const { host, pathname } = new URL(databaseUrl);
	return `${host}${pathname}`;
}

function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || host.startsWith("127.");
}
