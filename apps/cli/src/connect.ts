/**
 * The procedures, as the command line calls them: on a running server when HOLDFAST_URL and a token are set, or else on the
 * data folder itself, as whoever runs the command.
 */

import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { openLog, reportError } from "@holdfast/api/log";
import { type AppRouter, appRouter } from "@holdfast/api/router";
import { type Options, readOptions } from "@holdfast/config/options";
import { AppError, type ErrorCode } from "@holdfast/contract";
import { localCaller, openVault } from "@holdfast/vault";
import { DATABASE_FILE } from "@holdfast/vault/snapshot";
import { createTRPCClient, httpLink, localLink, type TRPCClient, TRPCClientError } from "@trpc/client";
import { vaultOptions } from "./vault-options.ts";

export type Client = TRPCClient<AppRouter>;

/** What a procedure refused: the table's code, and the sentence as the server wrote it. */
class Refusal extends Error {
	readonly code: ErrorCode;

	constructor(message: string, code: ErrorCode) {
		super(message);
		this.code = code;
	}
}

/**
 * Do something with the procedures, then let go of what they need.
 *
 * @throws Refusal for what a procedure refuses. AppError `NO_VAULT`, `SERVER_UNREACHABLE`, `OPTION_INVALID`, or what opening
 * the vault throws.
 */
export async function withClient<T>(act: (client: Client) => Promise<T>): Promise<T> {
	const options = readOptions();
	try {
		return await (options.url === null ? locally(options, act) : act(remote(options.url, options.token)));
	} catch (error) {
		if (!(error instanceof TRPCClientError)) throw error;
		const { data, message } = error as TRPCClientError<AppRouter>;
		if (data) throw new Refusal(message, data.app.code);
		throw new AppError("SERVER_UNREACHABLE", { detail: options.url ?? "" }, { cause: error });
	}
}

function remote(url: string, token: string | null): Client {
	if (token === null)
		throw new AppError("OPTION_INVALID", { name: "HOLDFAST_TOKEN", detail: "it must be set where HOLDFAST_URL is" });
	return createTRPCClient<AppRouter>({
		links: [httpLink({ url: `${url}/trpc`, headers: { authorization: `Bearer ${token}` } })],
	});
}

async function locally<T>(options: Options, act: (client: Client) => Promise<T>): Promise<T> {
	const isThere = options.databaseUrl !== null || existsSync(join(options.dataDir, DATABASE_FILE));
	if (!isThere) throw new AppError("NO_VAULT", { detail: options.dataDir });
	const log = openLog("warn");
	await using vault = await openVault(vaultOptions(options, { serves: false, warn: (message) => log.warn(message) }));
	const context = {
		vault,
		caller: localCaller(userInfo().username, hostname()),
		user: null,
		origin: options.publicUrl ?? `http://localhost:${options.port}`,
		report: (error: unknown) => reportError(log, error),
	};
	const createContext = async () => context;
	return await act(createTRPCClient<AppRouter>({ links: [localLink({ router: appRouter, createContext })] }));
}
