/**
 * Saved values for a process's own environment, taken over the network. Guards the rule that nobody takes them unrecorded: the
 * first time, once an hour from then on, and each time there is something new among them, the audit log says who.
 */
import { AppError, DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { HydratedSettings, HydrateSettings } from "@holdfast/contract/schemas";
import { authorize, type Caller, entry } from "./access.ts";
import type { LiveEnvironment } from "./live.ts";
import type { Vault } from "./vault.ts";
import { takeDown, touchedAt } from "./workers.ts";

/** In milliseconds. */
const HOUR = 60 * 60 * 1000;
/** How many of those who took values are remembered; one that is not is recorded once more. */
const MOST = 10_000;

/** What was last recorded of each process that takes values from this server. */
export class Hydrations {
	readonly #last = new Map<string, { at: number; revision: number }>();

	/** Whether a process that is given values of a revision, or `null` for none, is to be recorded. */
	isDue(key: string, revision: number | null, now: number): boolean {
		const last = this.#last.get(key);
		return !last || now - last.at >= HOUR || (revision !== null && revision !== last.revision);
	}

	recorded(key: string, revision: number, now: number): void {
		this.#last.delete(key);
		this.#last.set(key, { at: now, revision });
		const [oldest] = this.#last.keys();
		if (this.#last.size > MOST && oldest !== undefined) this.#last.delete(oldest);
	}
}

/**
 * Everything that is saved for an environment and what it inherits, or `null` when that is as it was at the revision held. The
 * entry is on the disk before anything is given.
 *
 * @throws AppError `ENVIRONMENT_NOT_FOUND`; `VALUE_DAMAGED` for the first that does not open.
 */
export async function hydrate(vault: Vault, caller: Caller, input: HydrateSettings): Promise<HydratedSettings> {
	const { environment, worker, held = -1 } = input;
	const act = { action: "settings.hydrate", target: worker?.program ?? null, environment } as const;
	await authorize(vault, caller, act);
	await vault.live.refresh();
	const own = vault.live.named(environment);
	const { revision } = vault.live;
	const touched = touchedAt(vault, own.id);
	const isHeld = touched <= held && held <= revision;
	const values = isHeld ? null : valuesOf(vault, own);
	const damaged = values?.find(({ value }) => value === null);
	const now = Date.now();
	// From wherever it comes: a token that was stolen is not to pass for the process that it was made for.
	const key = JSON.stringify([caller.actor, caller.address, environment, worker ?? null]);
	if (damaged || vault.hydrations.isDue(key, isHeld ? null : touched, now)) {
		const details = { revision, values: values?.length ?? 0, ...(worker && { host: worker.host, pid: worker.pid }) };
		const outcome = damaged ? "failed" : "done";
		await vault.storage.commit({ audit: [entry(caller, { ...act, outcome, details })] });
		if (damaged) throw new AppError("VALUE_DAMAGED", { name: damaged.name });
		vault.hydrations.recorded(key, touched, now);
	}
	// What it has from elsewhere it says itself.
	if (worker) await takeDown(vault, caller, { ...worker, environment: own.id, revision });
	return { environment, revision, values: values as HydratedSettings["values"] };
}

function valuesOf({ live }: Vault, own: LiveEnvironment) {
	const base = own.id === DEFAULT_ENVIRONMENT ? undefined : live.get(DEFAULT_ENVIRONMENT);
	const layers = [
		{ source: "default", at: base },
		{ source: own.id === DEFAULT_ENVIRONMENT ? "default" : "environment", at: own },
	] as const;
	const values = new Map(
		layers.flatMap(({ source, at }) =>
			[...(at?.values ?? [])].map(([name, { value, version }]) => {
				return [name, { name, value, source, place: at?.name ?? "", version }] as const;
			}),
		),
	);
	return [...values.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
