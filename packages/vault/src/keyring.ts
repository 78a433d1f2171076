/** The data keys in use, opened once each. A key that was only planned is not in the ring until its commit is done. */
import { AppError } from "@holdfast/contract";
import {
	type KeyOwner,
	newDataKey,
	openDataKey,
	type RootKey,
	type SealedDataKey,
	type SealingKey,
} from "@holdfast/crypto";
import type { Storage } from "./storage/storage.ts";

export class KeyRing {
	readonly #root: RootKey;
	readonly #storage: Storage;
	readonly #opened = new Map<KeyOwner, SealingKey>();

	constructor(root: RootKey, storage: Storage) {
		this.#root = root;
		this.#storage = storage;
	}

	/** The key of an owner; `null` when the owner has none, or it does not open. */
	async find(owner: KeyOwner): Promise<SealingKey | null> {
		const known = this.#opened.get(owner);
		if (known) return known;
		const stored = await this.#storage.dataKey(owner);
		const key = stored && openDataKey(this.#root, this.#storage.instance.id, stored);
		if (key) this.#opened.set(owner, key);
		return key;
	}

	/**
	 * The key of an owner, or a new one with what has to be committed for it to exist.
	 *
	 * @throws AppError `VALUE_DAMAGED` when the owner has one and it does not open: a second one would not open the values.
	 */
	async findOrPlan(owner: KeyOwner): Promise<{ key: SealingKey; planned: SealedDataKey | null }> {
		const key = await this.find(owner);
		if (key) return { key, planned: null };
		if (await this.#storage.dataKey(owner)) throw new AppError("VALUE_DAMAGED", { name: `the data key of ${owner}` });
		const made = newDataKey(this.#root, this.#storage.instance.id, owner);
		return { key: made.key, planned: made.stored };
	}
}
