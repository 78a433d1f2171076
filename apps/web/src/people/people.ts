/** Who has an account and which links are out, asked for again every few seconds while the page is in sight. */
import { useQuery } from "@tanstack/react-query";
import { LOOK_EVERY } from "../drift/mirrors.ts";
import { useMay } from "../session/me.ts";
import { queryClient, trpc } from "../trpc.ts";

export function usePeople() {
	const mayManage = useMay("members.write");
	return useQuery(trpc.people.list.queryOptions(undefined, { enabled: mayManage, refetchInterval: LOOK_EVERY }));
}

export function useLinks() {
	const mayManage = useMay("members.write");
	return useQuery(trpc.people.links.queryOptions(undefined, { enabled: mayManage, refetchInterval: LOOK_EVERY }));
}

/** After something was done here: with someone go tokens, and whoever changes their own role may do something else. */
export async function refreshPeople(): Promise<void> {
	await Promise.all([
		queryClient.invalidateQueries({ queryKey: trpc.people.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.tokens.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.audit.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.session.me.queryKey() }),
	]);
}
