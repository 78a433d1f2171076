/**
 * Watching an environment: whoever does is told of the newest revision that touches it, at once and from then on. Guards two
 * rules: a revision that is missed is made up for by the next one told, and nobody is told anything whose access has ended.
 */
import { may, mayEverywhere } from "@holdfast/contract";
import type { RevisionEvent, WatchSettings } from "@holdfast/contract/schemas";
import { authorize, type Caller } from "./access.ts";
import type { Vault } from "./vault.ts";
import { touchedAt } from "./workers.ts";

/** How long access that ended without a word goes unnoticed, in milliseconds. */
const CHECK_EVERY = 30_000;

export interface Watching {
	/** Ends the watch, with the signal's reason as its error. */
	signal: AbortSignal;
	/** Who is watching, by what its credential is worth at that moment. Throws when it is worth nothing any more. */
	again: () => Promise<Caller>;
}

/**
 * Watch an environment, or all of them, from a revision on, or from what there is.
 *
 * @throws AppError `NOT_ALLOWED`, `ENVIRONMENT_NOT_FOUND`; also later, while it is read from, with whatever `again` throws.
 */
export async function watch(
	vault: Vault,
	caller: Caller,
	{ watching, ...input }: WatchSettings & { watching: Watching },
): Promise<AsyncGenerator<RevisionEvent, never>> {
	const { environment, after, lastEventId } = input;
	await requireAccess(vault, caller, environment);
	await touched(vault, caller, environment);
	const held = lastEventId === undefined ? after : Number(lastEventId);
	return revisions(vault, { environment, held: held ?? null, expiresAt: caller.expiresAt, watching });
}

interface Watched {
	environment: string | null;
	held: number | null;
	expiresAt: number | null;
	watching: Watching;
}

async function* revisions(vault: Vault, watched: Watched): AsyncGenerator<RevisionEvent, never> {
	const { environment, expiresAt, watching } = watched;
	const { signal, again } = watching;
	let { held } = watched;
	let woken = Promise.withResolvers<void>();
	const wake = () => woken.resolve();
	const end = vault.live.onChange(wake);
	signal.addEventListener("abort", wake);
	try {
		for (;;) {
			// Before the look, so that what happens during it is not slept through.
			woken = Promise.withResolvers();
			signal.throwIfAborted();
			const caller = await again();
			await requireAccess(vault, caller, environment);
			const revision = await touched(vault, caller, environment);
			// One that is ahead has what there was before a backup was brought back.
			if (held === null || revision > held || held > vault.live.revision) {
				held = revision;
				yield { revision };
				continue;
			}
			const rest = expiresAt === null ? CHECK_EVERY : Math.max(0, expiresAt - Date.now());
			const timer = setTimeout(wake, Math.min(CHECK_EVERY, rest)).unref();
			await woken.promise;
			clearTimeout(timer);
		}
	} finally {
		end();
		signal.removeEventListener("abort", wake);
	}
}

/** The newest revision of what is watched. */
async function touched(vault: Vault, caller: Caller, environment: string | null): Promise<number> {
	if (environment !== null) return touchedAt(vault, (await vault.live.require(environment)).id);
	const revision = await vault.live.refresh();
	if (mayEverywhere(caller.access, "settings.see")) return revision;
	const own = vault.live.withRemoved().filter(({ name }) => may(caller.access, "settings.see", name));
	return Math.max(0, ...own.map((each) => each.revision));
}

function requireAccess(vault: Vault, caller: Caller, environment: string | null): Promise<void> {
	return authorize(vault, caller, { action: "settings.watch", target: null, environment });
}
