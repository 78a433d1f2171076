/**
 * Data keys: one for each owner of values, sealed under the root key. Rotating the root key re-seals these alone, and
 * destroying one destroys everything its owner saved.
 */
import { createSecretKey, randomBytes } from "node:crypto";
import { open, type SealContext, type SealingKey, seal } from "./envelope.ts";
import type { RootKey } from "./root-key.ts";

/**
 * `instance` for Holdfast's own use, `environment:<id>` for shared values, `user:<id>` for personal ones, `backup:<id>` for
 * one backup file.
 */
export type KeyOwner = "instance" | `environment:${string}` | `user:${string}` | `backup:${string}`;

/** A data key as it is stored: nothing in it is secret without the root key. */
export interface SealedDataKey {
	id: string;
	owner: KeyOwner;
	sealed: Uint8Array;
}

/** The place that a data key is sealed for. */
export function dataKeyContext(instance: string, owner: KeyOwner, id: string): SealContext {
	return { purpose: "data-key", instance, owner, environment: "", name: id, version: 0 };
}

/** Make a data key for an owner. */
export function newDataKey(
	root: RootKey,
	instance: string,
	owner: KeyOwner,
): { key: SealingKey; stored: SealedDataKey } {
	const id = randomBytes(8).toString("hex");
	const bytes = randomBytes(32);
	const sealed = seal(root, dataKeyContext(instance, owner, id), bytes);
	return { key: { id, key: createSecretKey(bytes) }, stored: { id, owner, sealed } };
}

/** Open a stored data key; `null` when it does not open under this root key for this instance and owner. */
export function openDataKey(root: RootKey, instance: string, stored: SealedDataKey): SealingKey | null {
	const bytes = open(root, dataKeyContext(instance, stored.owner, stored.id), stored.sealed);
	return bytes?.length === 32 ? { id: stored.id, key: createSecretKey(bytes) } : null;
}
