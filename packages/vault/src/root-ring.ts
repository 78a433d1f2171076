/**
 * The root keys of an instance, as far as the one that its source has opens them. While a rotation lasts there are two, and
 * either opens the other, so that no process has to be given both; the keys before them open with the current one.
 */
import { AppError } from "@holdfast/contract";
import { canaryOf, envelopeKeyId, fingerprintOf, openRootKey, type RootKey } from "@holdfast/crypto";
import { type RootKeyOptions, type RootKeySource, rootKeySource } from "./root-key-source.ts";
import type { RootKeyRow } from "./storage/storage.ts";

/** What is stored of a root key, as far as it takes to open what is sealed under it. */
export type StoredRootKey = Pick<RootKeyRow, "id" | "state" | "derivation" | "canary" | "bridge" | "retiredAt">;

export class RootRing {
	readonly source: RootKeySource;
	/** The key that the source had when the instance was opened. */
	readonly presented: RootKey;
	readonly #instance: string;
	readonly #keys = new Map<string, RootKey>();
	/** Those that the source has, or that were current or previous when they were opened with one of these. */
	readonly #active = new Set<string>();
	#current: string;

	/**
	 * @throws AppError with one of the codes `ROOT_KEY_…`.
	 */
	constructor(options: RootKeyOptions, instance: string, stored: readonly StoredRootKey[]) {
		this.source = rootKeySource(options);
		this.presented = requireKey(this.source, stored);
		this.#instance = instance;
		this.#current = this.presented.id;
		this.#add(this.presented, true);
		this.adopt(stored);
	}

	/** The key that new data keys are sealed under. */
	get current(): RootKey {
		return this.#keys.get(this.#current) ?? this.presented;
	}

	/** A key by its id, retired ones too; `null` when it is not one of this instance's, or does not open. */
	get(id: string): RootKey | null {
		return this.#keys.get(id) ?? null;
	}

	/** A key that data keys may be sealed under. What is sealed under a retired one was put there by whoever still has it. */
	active(id: string): RootKey | null {
		return this.#active.has(id) ? this.get(id) : null;
	}

	/**
	 * Take in what is stored of the root keys by now.
	 *
	 * @throws AppError `ROOT_KEY_WRONG` when the key was replaced, and neither a bridge nor the source leads to the new one.
	 */
	adopt(stored: readonly StoredRootKey[]): void {
		const current = stored.find(({ state }) => state === "current");
		this.#openBridges(stored);
		if (current && !this.#keys.has(current.id)) {
			// Replaced and retired while this process looked elsewhere: its source has the new one, if anything has.
			const key = requireKey(this.source, stored);
			this.#add(key, true);
			this.#openBridges(stored);
		}
		if (current) this.#current = current.id;
	}

	/** A retired key leads to older ones alone, or whoever has one could bring in a current key of their own. */
	#openBridges(stored: readonly StoredRootKey[]): void {
		for (let opened = true; opened; ) {
			opened = false;
			for (const { id, state, bridge } of stored) {
				const under = bridge && !this.#keys.has(id) ? (envelopeKeyId(bridge) ?? "") : "";
				const known = state === "retired" ? this.get(under) : this.active(under);
				const key = known && bridge ? openRootKey(known, this.#instance, id, bridge) : null;
				if (key) this.#add(key, state !== "retired");
				opened ||= key !== null;
			}
		}
	}

	#add(key: RootKey, isActive: boolean): void {
		this.#keys.set(key.id, key);
		if (isActive) this.#active.add(key.id);
	}
}

/** The key that the source has, if it is one that data is sealed under. */
function requireKey(source: RootKeySource, stored: readonly StoredRootKey[]): RootKey {
	// The current one first: it is the one that should be there.
	const active = stored
		.filter(({ state }) => state !== "retired")
		.sort((a, b) => Number(b.state === "current") - Number(a.state === "current"));
	const wanted = active.map(({ id }) => fingerprintOf(id)).join(" or ");
	const derivations = active.flatMap(({ derivation }) => derivation ?? []);
	const key = source.read(derivations, ({ id }) => active.some((row) => row.id === id));
	if (key === null) {
		if (source.kind !== "passphrase")
			throw new AppError("ROOT_KEY_MISSING", { detail: `${wanted}. It is looked for in ${source.place}` });
		const detail = `the data is sealed under ${wanted}, which is not derived from a passphrase`;
		throw new AppError("ROOT_KEY_WRONG", { detail });
	}
	const row = stored.find(({ id }) => id === key.id);
	const detail = `the data is sealed under ${wanted}, the key given is ${key.fingerprint}`;
	if (!row) throw new AppError("ROOT_KEY_WRONG", { detail });
	if (row.state === "retired")
		throw new AppError("ROOT_KEY_WRONG", { detail: `${detail}, which was retired${onDay(row)}` });
	if (row.canary !== null && row.canary !== canaryOf(key))
		throw new AppError("ROOT_KEY_WRONG", { detail: `${detail}, and its canary is another one` });
	return key;
}

function onDay({ retiredAt }: StoredRootKey): string {
	return retiredAt === null ? "" : ` on ${new Date(retiredAt).toISOString().slice(0, 10)}`;
}
