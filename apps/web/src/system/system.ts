/** The state of the instance, asked for again every few seconds while the page is in sight. */
import type { SystemView } from "@holdfast/contract/schemas";
import { useQuery } from "@tanstack/react-query";
import { LOOK_EVERY } from "../drift/mirrors.ts";
import { useMay } from "../session/me.ts";
import { queryClient, trpc } from "../trpc.ts";

export function useSystem() {
	const maySee = useMay("system.see");
	return useQuery(trpc.system.status.queryOptions(undefined, { enabled: maySee, refetchInterval: LOOK_EVERY }));
}

/** Takes in what the answer to an act says of the state, for screens that are not open, too. */
export function learn(part: Partial<SystemView>): void {
	queryClient.setQueryData(trpc.system.status.queryKey(), (known) => known && { ...known, ...part });
}

/** After a change of keys, backups or what is kept. */
export async function refreshSystem(): Promise<void> {
	await Promise.all([
		queryClient.invalidateQueries({ queryKey: trpc.system.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.backups.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.audit.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.health.queryKey() }),
	]);
}
