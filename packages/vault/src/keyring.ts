/**
 * The data keys in use, opened once each. What is sealed names its key, and is opened with that one: while keys are replaced
 * an owner has two. A key that was only planned is not in the ring until its commit is done.
 */
import { AppError } from "@holdfast/contract";
import {
	envelopeKeyId,
	type KeyOwner,
	newDataKey,
	open,
	openDataKey,
	type SealContext,
	type SealedDataKey,
	type SealingKey,
} from "@holdfast/crypto";
import type { RootRing } from "./root-ring.ts";
import type { Storage } from "./storage/storage.ts";

/** Opens an envelope in its place, with the key it names; `null` when it does not open. */
export type Opener = (context: SealContext, sealed: Uint8Array) => Buffer | null;

interface Opened {
	key: SealingKey;
	owner: KeyOwner;
}

export class KeyRing {
	readonly roots: RootRing;
	readonly #storage: Storage;
	readonly #current = new Map<KeyOwner, SealingKey>();
	readonly #opened = new Map<string, Opened>();

	constructor(roots: RootRing, storage: Storage) {
		this.roots = roots;
		this.#storage = storage;
	}

	/** The key of an owner that values are sealed under; `null` when the owner has none, or it does not open. */
	async find(owner: KeyOwner): Promise<SealingKey | null> {
		const known = this.#current.get(owner);
		if (known) return known;
		const stored = await this.#storage.dataKey(owner);
		const key = stored && (await this.#open(stored));
		if (key) this.#current.set(owner, key);
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
		const made = await this.plan(owner);
		return { key: made.key, planned: made.stored };
	}

	/** A new key for an owner, under the current root key, with what has to be committed for it to exist. */
	async plan(owner: KeyOwner): Promise<{ key: SealingKey; stored: SealedDataKey }> {
		this.roots.adopt(await this.#storage.rootKeys());
		return newDataKey(this.roots.current, this.#storage.instance.id, owner);
	}

	/** The key that something is sealed under; `null` when there is none of that id, or it does not open. */
	async of(sealed: Uint8Array): Promise<SealingKey | null> {
		return (await this.#byId(envelopeKeyId(sealed)))?.key ?? null;
	}

	/** For opening what is given, and nothing that is sealed under other keys. */
	async openerOf(envelopes: Iterable<Uint8Array | null>): Promise<Opener> {
		const ids = new Set<string | null>();
		for (const sealed of envelopes) if (sealed) ids.add(envelopeKeyId(sealed));
		for (const id of ids) await this.#byId(id);
		return (context, sealed) => {
			const opened = this.#opened.get(envelopeKeyId(sealed) ?? "");
			return opened?.owner === context.owner ? open(opened.key, context, sealed) : null;
		};
	}

	/** Ask again which keys are current: what was planned with one of them was refused. */
	renew(): void {
		this.#current.clear();
	}

	async #byId(id: string | null): Promise<Opened | null> {
		const known = this.#opened.get(id ?? "");
		if (known || id === null) return known ?? null;
		const stored = await this.#storage.dataKeyById(id);
		if (stored) await this.#open(stored);
		return this.#opened.get(id) ?? null;
	}

	async #open(stored: SealedDataKey): Promise<SealingKey | null> {
		const rootId = envelopeKeyId(stored.sealed);
		if (rootId === null) return null;
		// One that is not known was made by a rotation elsewhere.
		if (!this.roots.active(rootId)) this.roots.adopt(await this.#storage.rootKeys());
		const root = this.roots.active(rootId);
		const key = root && openDataKey(root, this.#storage.instance.id, stored);
		if (key) this.#opened.set(key.id, { key, owner: stored.owner });
		return key;
	}
}
