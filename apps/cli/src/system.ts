/** `holdfast system configure`: how long history and backups are kept, and where AI may be asked in a local network. */
import type { Policy } from "@holdfast/contract/schemas";
import { withClient } from "./connect.ts";

/** A limit, `none` for its being off, or nothing to leave it: the parser of options takes `null` for no answer. */
export type Chosen = { [name in keyof Limits]?: null extends Limits[name] ? number | "none" : number } & {
	/** `false` for none. */
	localHost?: string[] | boolean;
};

type Limits = Omit<Policy, "localHosts">;

/** Says what applies then; without a choice, what applies. */
export async function configure(chosen: Chosen): Promise<void> {
	const { backupsKept, localHost } = chosen;
	const limits = (["historyVersions", "historyDays", "backupHours"] as const).flatMap((name) => {
		const limit = chosen[name];
		return limit === undefined ? [] : [[name, limit === "none" ? null : limit]];
	});
	const localHosts = localHost === false ? [] : Array.isArray(localHost) ? localHost : undefined;
	const input = {
		...Object.fromEntries(limits),
		...(backupsKept !== undefined && { backupsKept }),
		...(localHosts && { localHosts }),
	};
	const policy = await withClient((client) => client.system.configure.mutate(input));
	process.stderr.write(`${sentences(policy)}\n`);
}

function sentences({ historyVersions, historyDays, backupHours, backupsKept, localHosts }: Policy): string {
	const versions = historyVersions === null ? "all versions" : counted(historyVersions, "version");
	const days = historyDays === null ? "" : `, earlier ones for ${counted(historyDays, "day")}`;
	const every = backupHours === null ? "never made by themselves" : `made every ${counted(backupHours, "hour")}`;
	const local = localHosts.length === 0 ? "" : ` AI in local networks may be asked at ${localHosts.join(", ")}.`;
	return `Kept of each setting: ${versions}${days}. Backups are ${every}, and ${backupsKept} of them kept.${local}`;
}

function counted(count: number, unit: string): string {
	return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}
