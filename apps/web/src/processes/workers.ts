/**
 * The processes that hold saved values. The watch tells of what is saved, not of who comes, goes or takes it up: that is
 * asked for every few seconds while the page is in sight, and more often while somebody is behind.
 */
import { DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { ListWorkers } from "@holdfast/contract/schemas";
import { useQuery } from "@tanstack/react-query";
import { LOOK_EVERY } from "../drift/mirrors.ts";
import { useMay } from "../session/me.ts";
import type { Outcome, Taken } from "../settings/outcome.ts";
import { trpc } from "../trpc.ts";

/** All in milliseconds. */
const BEHIND_EVERY = 1_000;
/** Who has not taken it up by then is not about to. */
const SETTLED_AFTER = 30_000;

export function useWorkers(asked: ListWorkers) {
	return useQuery(
		trpc.workers.list.queryOptions(asked, {
			refetchInterval: ({ state }) => (state.data?.some((each) => !each.converged) ? BEHIND_EVERY : LOOK_EVERY),
		}),
	);
}

/** In how many of the processes that it is for a change is live, followed until it is in all of them. */
export function useTaken({ environment, revision, at, taken }: Outcome): Taken | null {
	const maySee = useMay("settings.see");
	const isDone = ({ live, converged }: Taken) => converged === live;
	const countOf = (workers: ReadonlyArray<{ revision: number }>): Taken => ({
		live: workers.length,
		converged: workers.filter((worker) => worker.revision >= revision).length,
	});
	const workers = useQuery(
		trpc.workers.list.queryOptions(concerned(environment), {
			enabled: maySee && taken !== null,
			staleTime: 0,
			refetchInterval: ({ state }) => {
				if (state.data && state.dataUpdatedAt >= at && isDone(countOf(state.data))) return false;
				return Date.now() - at < SETTLED_AFTER ? BEHIND_EVERY : LOOK_EVERY;
			},
		}),
	);
	if (taken === null || !workers.data || workers.dataUpdatedAt < at) return taken;
	return countOf(workers.data);
}

/** What is saved in `default` is for all that inherit from it. */
export function concerned(environment: string): ListWorkers {
	return environment === DEFAULT_ENVIRONMENT ? {} : { environment };
}
