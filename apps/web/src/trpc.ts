/**
 * The one connection to the server.
 *
 * Queries go through TanStack Query (`trpc`). Whatever may carry a secret goes through `client` directly and never
 * enters a cache: see `ui/act.ts`.
 */
import type { AppRouter } from "@holdfast/api/router";
import { QueryClient } from "@tanstack/react-query";
import { createTRPCClient, httpBatchStreamLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { describe } from "./failure.ts";
import { proven } from "./session/proven.ts";

/** Calls made together travel in one request, in batches smaller than the server's cap. */
const BATCH = 8;

export const client = createTRPCClient<AppRouter>({
	links: [
		proven,
		splitLink({
			condition: ({ type }) => type === "subscription",
			true: httpSubscriptionLink({ url: "/trpc" }),
			false: httpBatchStreamLink({ url: "/trpc", maxItems: BATCH }),
		}),
	],
});

export const queryClient = new QueryClient({
	defaultOptions: {
		queries: { staleTime: 10_000, retry: (tries, error) => tries < 1 && describe(error).retryable },
	},
});

export const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient });
