/**
 * A call that the server answers with PROOF_NEEDED is sent again, once, when the person has confirmed who they are. Whoever
 * made it knows nothing of that: what was typed beneath stays, and giving up leaves the server's refusal.
 */
import type { AppRouter } from "@holdfast/api/router";
import type { TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { describe } from "../failure.ts";

type Answer = (confirmed: boolean) => void;

/** Those who wait for the one question that is asked at a time. */
let waiting: readonly Answer[] = [];
const listeners = new Set<() => void>();

function tell(now: readonly Answer[]): void {
	waiting = now;
	for (const listener of listeners) listener();
}

/** For `useSyncExternalStore`: whether someone waits for a proof. */
export const asked = {
	subscribe(listener: () => void) {
		listeners.add(listener);
		return () => void listeners.delete(listener);
	},
	get: () => waiting.length > 0,
};

export function answer(confirmed: boolean): void {
	const answers = waiting;
	tell([]);
	for (const each of answers) each(confirmed);
}

/** The same for an act under /auth. Other failures, and the refusal after giving up, are thrown on. */
export async function whenProven<Output>(perform: () => Promise<Output>): Promise<Output> {
	try {
		return await perform();
	} catch (error) {
		if (describe(error).code !== "PROOF_NEEDED") throw error;
		const confirmed = await new Promise<boolean>((resolve) => tell([...waiting, resolve]));
		if (!confirmed) throw error;
		return perform();
	}
}

export const proven: TRPCLink<AppRouter> =
	() =>
	({ op, next }) =>
		observable((observer) => {
			const send = (isLast: boolean) =>
				next(op).subscribe({
					next: (value) => observer.next(value),
					complete: () => observer.complete(),
					error(error) {
						if (isLast || describe(error).code !== "PROOF_NEEDED") return observer.error(error);
						tell([
							...waiting,
							(confirmed) => {
								if (confirmed) sent = send(true);
								else observer.error(error);
							},
						]);
					},
				});
			let sent = send(false);
			return () => sent.unsubscribe();
		});
