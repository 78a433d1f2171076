/** Who is signed in and what they may do. The shell's routes load it before they show anything. */
import { type Access, may, type Permission } from "@holdfast/contract";
import type { Me } from "@holdfast/contract/schemas";
import { useSuspenseQuery } from "@tanstack/react-query";
import { trpc } from "../trpc.ts";

export function useMe() {
	return useSuspenseQuery(trpc.session.me.queryOptions()).data;
}

/** Whether to offer an act, in an environment or of the whole instance. The server decides again when it is asked. */
export function useMay(permission: Permission, environment: string | null = null): boolean {
	return may(useAccess(), permission, environment);
}

export function useAccess(): Access {
	return readAccess(useMe().access);
}

export function readAccess({ usual, apart }: Me["access"]): Access {
	return { usual: new Set(usual), apart: new Map(Object.entries(apart).map(([name, set]) => [name, new Set(set)])) };
}
