/**
 * The verifier's half of the Merkle tree: the algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2, which share nothing with how
 * proofs are made. Guards that a proof holds for one statement only: it has exactly the hashes it needs, and each has 32
 * bytes. Nothing here throws, whatever it is given.
 *
 * A proof is about hashes. That a root belongs to a size is what the log signed: take both from one checkpoint.
 */
import { HASH_BYTES, nodeHash } from "./merkle-hash.ts";

/** What a log says of itself in a checkpoint: how many leaves it has, and the root over them. */
export interface TreeHead {
	readonly size: number;
	readonly root: Uint8Array;
}

/** A leaf by its place, which begins at 0, and its hash. */
export interface Leaf {
	readonly index: number;
	readonly hash: Uint8Array;
}

/** Whether the proof shows that the tree has this leaf at this place. */
export function verifyInclusion(leaf: Leaf, { size, root }: TreeHead, proof: readonly Uint8Array[]): boolean {
	if (!isSize(leaf.index) || !isSize(size) || leaf.index >= size) return false;
	if (![leaf.hash, root, ...proof].every(isHash)) return false;
	const climb = new Climb(leaf.index, size - 1);
	let hash = leaf.hash;
	for (const sibling of proof) {
		const side = climb.step();
		if (side === null) return false;
		hash = side === "left" ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
	}
	return climb.arrived && same(hash, root);
}

/**
 * Whether the proof shows that the newer tree begins with the leaves of the older one. A tree goes on from itself with an
 * empty proof. From the empty tree everything goes on, so there is nothing to prove, and no proof of it is taken.
 */
export function verifyConsistency(older: TreeHead, newer: TreeHead, proof: readonly Uint8Array[]): boolean {
	if (!isSize(older.size) || !isSize(newer.size) || older.size < 1 || older.size > newer.size) return false;
	if (![older.root, newer.root, ...proof].every(isHash)) return false;
	if (older.size === newer.size) return proof.length === 0 && same(older.root, newer.root);
	const climb = new Climb(older.size - 1, newer.size - 1);
	climb.skipRightEdges();
	// An older tree that is one complete subtree is where the proof begins; of any other, the proof names the last subtree.
	const [first, ...rest] = climb.isLeftmost ? [older.root, ...proof] : proof;
	if (first === undefined) return false;
	let [olderHash, newerHash] = [first, first];
	for (const sibling of rest) {
		const side = climb.step();
		if (side === null) return false;
		if (side === "left") olderHash = nodeHash(sibling, olderHash);
		newerHash = side === "left" ? nodeHash(sibling, newerHash) : nodeHash(newerHash, sibling);
	}
	return climb.arrived && same(olderHash, older.root) && same(newerHash, newer.root);
}

/**
 * The way from a node up to the root: fn and sn of the RFC, the index of the node and that of the last node of its level.
 * They are halved and not shifted, since they have up to 53 bits.
 */
class Climb {
	#node: number;
	#last: number;

	constructor(node: number, last: number) {
		this.#node = node;
		this.#last = last;
	}

	get arrived(): boolean {
		return this.#last === 0;
	}

	get isLeftmost(): boolean {
		return this.#node === 0;
	}

	/** Go up for as long as the node is the right one of two. */
	skipRightEdges(): void {
		while (this.#node % 2 === 1) this.#up();
	}

	/** Go up to where the next sibling joins, and say on which side it is; `null` when the root is reached already. */
	step(): "left" | "right" | null {
		if (this.arrived) return null;
		const side = this.#node % 2 === 1 || this.#node === this.#last ? "left" : "right";
		// The last node of a level without a right neighbour is the same node one level up.
		if (side === "left") while (this.#node % 2 === 0 && this.#node !== 0) this.#up();
		this.#up();
		return side;
	}

	#up(): void {
		this.#node = Math.floor(this.#node / 2);
		this.#last = Math.floor(this.#last / 2);
	}
}

function isSize(value: number): boolean {
	return Number.isSafeInteger(value) && value >= 0;
}

function isHash(bytes: Uint8Array): boolean {
	return bytes.length === HASH_BYTES;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
	return a.every((byte, i) => byte === b[i]);
}
