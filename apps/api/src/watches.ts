/**
 * The watches that a server has open, as connections that stay. Guards three limits: one credential does not take all of
 * them, all of them do not take the server, and none of them keeps it from stopping.
 */
import { AppError } from "@holdfast/contract";
import type { RevisionEvent, WatchSettings } from "@holdfast/contract/schemas";
import { type Caller, settings } from "@holdfast/vault";
import { tracked } from "@trpc/server";
import { asTransport, type Context, present } from "./trpc.ts";

/** A person has a few windows; a service token may be shared by all processes of an application. */
const MOST_EACH = { person: 20, token: 200 };
const MOST = 1_000;

export class Watches {
	readonly #stop = new AbortController();
	readonly #each = new Map<string, number>();
	#all = 0;

	/**
	 * Let one more begin. Gives what it ends with, and what says that it has.
	 *
	 * @throws AppError `RATE_LIMITED`
	 */
	begin({ actor }: Caller): { stop: AbortSignal; ended: () => void } {
		const own = this.#each.get(actor) ?? 0;
		const most = actor.startsWith("token:") ? MOST_EACH.token : MOST_EACH.person;
		if (own >= most || this.#all >= MOST) throw new AppError("RATE_LIMITED");
		this.#each.set(actor, own + 1);
		this.#all += 1;
		let open = true;
		const ended = () => {
			if (!open) return;
			open = false;
			this.#all -= 1;
			const left = (this.#each.get(actor) ?? 1) - 1;
			if (left > 0) this.#each.set(actor, left);
			else this.#each.delete(actor);
		};
		return { stop: this.#stop.signal, ended };
	}

	/** End them all, and each that begins from here on. Clients find their connection cut, and connect again elsewhere. */
	end(): void {
		this.#stop.abort();
	}
}

interface Given extends Pick<Context, "vault" | "report"> {
	caller: Caller;
	again?: Context["again"] | undefined;
	watches?: Watches | undefined;
}

/**
 * A watch as the transport wants it: each revision with itself as the event's id, by which a client that was cut off goes on
 * from where it was.
 */
export async function watched(
	{ vault, caller, report, again, watches }: Given,
	input: WatchSettings,
	gone: AbortSignal = new AbortController().signal,
) {
	const { stop, ended } = watches?.begin(caller) ?? { stop: gone, ended: () => {} };
	gone.addEventListener("abort", ended);
	const watching = {
		signal: AbortSignal.any([gone, stop]),
		again: async () => (again ? present(await again()) : caller),
	};
	try {
		const events = await settings.watch(vault, caller, { ...input, watching });
		if (gone.aborted) ended();
		return told(events, { ended, report, signal: watching.signal });
	} catch (error) {
		ended();
		throw error;
	}
}

async function* told(
	events: AsyncIterable<RevisionEvent>,
	{ ended, report, signal }: { ended: () => void; report: Context["report"]; signal: AbortSignal },
) {
	try {
		for await (const event of events) yield tracked(String(event.revision), event);
	} catch (error) {
		if (error instanceof AppError) throw asTransport(error);
		// That is how it ends when the client or the server goes, whose reason may be a mere text.
		if (!signal.aborted) report(error);
		throw error;
	} finally {
		ended();
	}
}
