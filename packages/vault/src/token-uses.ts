/**
 * When each token was last used, and by whom it was first used in each hour: gathered in memory and written now and then, so
 * that no request waits for a disk.
 */
import { type Actor, entry } from "./access.ts";
import type { Change, Storage, TokenRow } from "./storage/storage.ts";

const WRITE_EVERY = 30_000;
const HOUR = 60 * 60 * 1000;

export class TokenUses {
	readonly #storage: Storage;
	readonly #warn: (message: string) => void;
	readonly #timer: NodeJS.Timeout;
	#uses = new Map<string, number>();
	#entries: Change["audit"] = [];
	/** The hour in which each token, and its refusal, was last put into the audit log. */
	readonly #told = new Map<string, number>();

	constructor(storage: Storage, warn: (message: string) => void) {
		this.#storage = storage;
		this.#warn = warn;
		this.#timer = setInterval(() => void this.#write(), WRITE_EVERY);
		this.#timer.unref();
	}

	/** Note that a token let a request in, or did not because of where it came from. */
	note({ id, label, lastUsedAt }: TokenRow, address: string | null, outcome: "done" | "denied"): void {
		const at = Date.now();
		const hour = Math.floor(at / HOUR);
		if (outcome === "done") this.#uses.set(id, at);
		const told = this.#told.get(outcome + id) ?? (outcome === "done" && lastUsedAt ? Math.floor(lastUsedAt / HOUR) : 0);
		if (told >= hour) return;
		this.#told.set(outcome + id, hour);
		const actor: Actor = { actor: `token:${id}`, label, address };
		this.#entries = [...this.#entries, entry(actor, { action: "tokens.use", target: id, environment: null, outcome })];
	}

	async stop(): Promise<void> {
		clearInterval(this.#timer);
		await this.#write();
	}

	async #write(): Promise<void> {
		const [uses, audit] = [this.#uses, this.#entries];
		if (uses.size === 0 && audit.length === 0) return;
		this.#uses = new Map();
		this.#entries = [];
		try {
			if (uses.size > 0) await this.#storage.touchTokens(uses);
			if (audit.length > 0) await this.#storage.commit({ audit });
		} catch (error) {
			// The log gets them yet; a last use is soon followed by another.
			this.#entries = [...audit, ...this.#entries];
			this.#warn(`The last use of ${uses.size} service tokens could not be written: ${(error as Error).message}`);
		}
		const before = Math.floor(Date.now() / HOUR);
		for (const [key, hour] of this.#told) if (hour < before) this.#told.delete(key);
	}
}
