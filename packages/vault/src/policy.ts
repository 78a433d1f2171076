/** How long things are kept, and which local hosts AI is asked at: what was chosen, and what applies until someone chooses. */
import type { Policy } from "@holdfast/contract/schemas";
import type { InstanceState } from "./storage/storage.ts";

const USUAL: Policy = { historyVersions: null, historyDays: null, backupHours: 24, backupsKept: 14, localHosts: [] };

export function policyOf({ policy }: Pick<InstanceState, "policy">): Policy {
	return { ...USUAL, ...policy };
}
