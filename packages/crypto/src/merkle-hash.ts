/**
 * The hashes of the log's Merkle tree (RFC 6962 §2.1, RFC 9162 §2.1.1): SHA-256 over a byte that says what is hashed, and the
 * bytes. Guards that no inner node passes for a leaf. The one file of the tree that knows a hash function, so that a browser
 * can be given another edition of it.
 */
import { createHash } from "node:crypto";

export const HASH_BYTES = 32;
/** One byte each. */
const LEAF = "\x00";
const NODE = "\x01";

/** The hash of an entry: SHA-256 of a zero byte and the entry. */
export function leafHash(entry: Uint8Array): Uint8Array {
	return createHash("sha256").update(LEAF).update(entry).digest();
}

/** The hash of two subtrees side by side: SHA-256 of a one byte and both hashes. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
	return createHash("sha256").update(NODE).update(left).update(right).digest();
}

/** The root of the tree without entries: SHA-256 of nothing. */
export function emptyRoot(): Uint8Array {
	return createHash("sha256").digest();
}
