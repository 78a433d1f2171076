/** Who is signed in and what they may do. The shell's routes load it before they show anything. */
import type { Permission } from "@holdfast/contract";
import { useSuspenseQuery } from "@tanstack/react-query";
import { trpc } from "../trpc.ts";

export function useMe() {
	return useSuspenseQuery(trpc.session.me.queryOptions()).data;
}

/** Whether to offer an act. The server decides again when it is asked. */
export function useMay(permission: Permission): boolean {
	return useMe().permissions.includes(permission);
}
