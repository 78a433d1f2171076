/**
 * Who has reported which processes to this server. Guards that nobody fills the table of processes, which each save looks
 * through: of one credential's, the latest stay.
 */

/** How many processes one credential may speak for. */
const MOST = 500;

export class Reporters {
	/** The ids that each caller reported by, the latest last. */
	readonly #each = new Map<string, Set<string>>();

	/** Take down that a caller reports a process. Gives the id of the one that is to go for it; `null` for none. */
	note(actor: string, id: string): string | null {
		const ids = this.#each.get(actor) ?? new Set();
		this.#each.set(actor, ids);
		ids.delete(id);
		ids.add(id);
		const [oldest] = ids;
		if (ids.size <= MOST || oldest === undefined) return null;
		ids.delete(oldest);
		return oldest;
	}

	removed(id: string): void {
		for (const [actor, ids] of this.#each) if (ids.delete(id) && ids.size === 0) this.#each.delete(actor);
	}
}
