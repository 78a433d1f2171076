/** `holdfast history`: what a setting was, masked, and an earlier version of it saved again. */
import { AppError } from "@holdfast/contract";
import type { VersionView } from "@holdfast/contract/schemas";
import { withClient } from "./connect.ts";
import { table } from "./table.ts";
import { tell } from "./wait.ts";

interface HistoryOptions {
	environment: string;
	restore?: number;
	message?: string;
}

/** @throws AppError `SETTING_NOT_FOUND` for what was never saved. Refusal `VERSION_NOT_FOUND`. */
export async function history(name: string, { environment, restore, message }: HistoryOptions): Promise<void> {
	if (restore !== undefined) {
		const input = { environment, name, version: restore, ...(message !== undefined && { message }) };
		await withClient(async (client) => tell(client, await client.settings.restore.mutate(input), { environment }));
		return;
	}
	const versions = await withClient((client) => client.settings.history.query({ environment, name }));
	if (versions.length === 0) throw new AppError("SETTING_NOT_FOUND", { name });
	process.stdout.write(
		`${table(["VERSION", "WHEN (UTC)", "WHO", "CHANGE", "VALUE", "MESSAGE"], versions.map(rowOf))}\n`,
	);
}

function rowOf({ version, at, by, change, restoredFrom, removed, shown, message }: VersionView): string[] {
	const when = new Date(at).toISOString().slice(0, 16).replace("T", " ");
	const what = restoredFrom === null ? change : `restored from ${restoredFrom}`;
	return [String(version), when, by, what, shown ?? (removed ? "" : "not kept, or damaged"), message ?? ""];
}
