/**
 * How the files stand, asked for again every few seconds while the page is in sight: a file that is edited by hand, or cannot
 * be written, is no revision that the watch could tell of.
 */
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../session/me.ts";
import { trpc } from "../trpc.ts";

/** In milliseconds. A hidden page does not ask. */
export const LOOK_EVERY = 4_000;

export function useMirrors() {
	const maySee = useMay("settings.see");
	return useQuery(trpc.mirrors.status.queryOptions(undefined, { enabled: maySee, refetchInterval: LOOK_EVERY }));
}
