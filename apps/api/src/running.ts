/**
 * What the server is in the middle of. Guards the promise of a stop: a save that was begun is finished and answered before
 * the vault is closed, also when the client that asked for it has gone.
 */
export class Running {
	readonly #works = new Set<Promise<unknown>>();

	/** How a piece of work ends is its owner's to see. */
	add(work: Promise<unknown>): void {
		const forget = () => {
			this.#works.delete(work);
		};
		this.#works.add(work);
		work.then(forget, forget);
	}

	/** Resolves once nothing is under way, what began meanwhile included. */
	async ended(): Promise<void> {
		while (this.#works.size > 0) await Promise.allSettled(this.#works);
	}
}
