/** The service tokens, asked for again every few seconds while the page is in sight: none of them is a revision. */
import { useQuery } from "@tanstack/react-query";
import { LOOK_EVERY } from "../drift/mirrors.ts";
import { useMay } from "../session/me.ts";
import { queryClient, trpc } from "../trpc.ts";

export function useTokens() {
	const mayManage = useMay("tokens.write");
	return useQuery(trpc.tokens.list.queryOptions(undefined, { enabled: mayManage, refetchInterval: LOOK_EVERY }));
}

/** After one was made, rotated or revoked here. */
export async function refreshTokens(): Promise<void> {
	await Promise.all([
		queryClient.invalidateQueries({ queryKey: trpc.tokens.pathKey() }),
		queryClient.invalidateQueries({ queryKey: trpc.audit.pathKey() }),
	]);
}
