/**
 * Bridges: a root key sealed under another one. While the root key is rotated, the old key opens the new one and the new
 * one the old, so a process that holds either opens everything. Guards that what comes out is the very key that was asked for.
 */
import { open, type SealContext, seal } from "./envelope.ts";
import { type RootKey, rootKeyOf } from "./root-key.ts";

/** The place that a root key is sealed for under another one. */
export function rootKeyContext(instance: string, id: string): SealContext {
	return { purpose: "root-key", instance, owner: "instance", environment: "", name: id, version: 0 };
}

/** Seal a root key under another one. */
export function sealRootKey(under: RootKey, instance: string, key: RootKey): Buffer {
	return seal(under, rootKeyContext(instance, key.id), key.key.export());
}

/** Open the sealed root key of this id; `null` when it does not open under this key for this instance, or is another one. */
export function openRootKey(under: RootKey, instance: string, id: string, sealed: Uint8Array): RootKey | null {
	const bytes = open(under, rootKeyContext(instance, id), sealed);
	if (bytes?.length !== 32) return null;
	const key = rootKeyOf(bytes);
	return key.id === id ? key : null;
}
