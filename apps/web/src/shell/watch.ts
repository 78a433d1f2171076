/**
 * The dashboard's one watch: told of each revision, it asks again for what the open screen shows. Guards two rules: nothing
 * that was saved while it was not connected is missed, and a page out of sight holds no connection. A browser gives all tabs
 * of one origin six, and whoever watched in as many would be left with none for anything else.
 */
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { describe } from "../failure.ts";
import { useMay } from "../session/me.ts";
import { refreshSettings } from "../settings/refresh.ts";
import { client, queryClient, trpc } from "../trpc.ts";

/** How long a watch that was refused for the moment is left alone, in milliseconds. */
const RETRY_AFTER = 5_000;

/** Watches while the page is in sight. Answers whether the connection was lost and is not back. */
export function useWatch(): boolean {
	const maySee = useMay("settings.see");
	const inSight = useInSight();
	const [lost, setLost] = useState(false);
	const [attempt, setAttempt] = useState(0);
	const seen = useRef<number | null>(null);
	const wasLost = useRef(false);
	// Each attempt is another subscription.
	useEffect(() => {
		if (!maySee || !inSight) return;
		seen.current ??= queryClient.getQueryData(trpc.health.queryKey())?.revision ?? null;
		let retry: number | undefined;
		const lose = () => {
			wasLost.current = true;
			setLost(true);
		};
		const watch = client.settings.watch.subscribe(
			{ environment: null, ...(seen.current !== null && { after: seen.current }) },
			{
				onData({ data: { revision } }) {
					seen.current = revision;
					showRevision(revision);
					void refreshSoon();
				},
				onConnectionStateChange({ state, error }) {
					if (state === "connecting" && error) lose();
					if (state !== "pending") return;
					setLost(false);
					// Who runs, and which Holdfast, is no matter of revisions.
					if (wasLost.current) void refreshSoon();
					wasLost.current = false;
				},
				onError(error) {
					const { code, retryable } = describe(error);
					if (code !== null && !retryable) {
						// The session or the leave has ended. Who this is, is asked again.
						void queryClient.invalidateQueries({ queryKey: trpc.session.me.queryKey() });
						void refreshSoon();
						return;
					}
					lose();
					retry = window.setTimeout(() => setAttempt((before) => before + 1), RETRY_AFTER);
				},
			},
		);
		return () => {
			window.clearTimeout(retry);
			watch.unsubscribe();
		};
	}, [maySee, inSight, attempt]);
	return lost;
}

function useInSight(): boolean {
	return useSyncExternalStore(
		(onChange) => {
			document.addEventListener("visibilitychange", onChange);
			return () => document.removeEventListener("visibilitychange", onChange);
		},
		() => document.visibilityState === "visible",
	);
}

function showRevision(revision: number): void {
	queryClient.setQueryData(trpc.health.queryKey(), (known) => known && { ...known, revision });
}

let wanted = false;
let refreshing = false;

/** One at a time. However many revisions come meanwhile, one more makes up for them all. */
async function refreshSoon(): Promise<void> {
	wanted = true;
	if (refreshing) return;
	refreshing = true;
	while (wanted) {
		wanted = false;
		await refreshSettings();
	}
	refreshing = false;
}
