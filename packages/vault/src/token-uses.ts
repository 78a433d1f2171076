/** When each token was last used, gathered in memory and written now and then, so that no request waits for a disk. */
import type { Storage } from "./storage/storage.ts";

const WRITE_EVERY = 30_000;

export class TokenUses {
	readonly #storage: Storage;
	readonly #warn: (message: string) => void;
	readonly #timer: NodeJS.Timeout;
	#uses = new Map<string, number>();

	constructor(storage: Storage, warn: (message: string) => void) {
		this.#storage = storage;
		this.#warn = warn;
		this.#timer = setInterval(() => void this.#write(), WRITE_EVERY);
		this.#timer.unref();
	}

	note(id: string): void {
		this.#uses.set(id, Date.now());
	}

	async stop(): Promise<void> {
		clearInterval(this.#timer);
		await this.#write();
	}

	async #write(): Promise<void> {
		if (this.#uses.size === 0) return;
		const uses = this.#uses;
		this.#uses = new Map();
		try {
			await this.#storage.touchTokens(uses);
		} catch (error) {
			this.#warn(`The last use of ${uses.size} service tokens could not be written: ${(error as Error).message}`);
		}
	}
}
