/**
 * The Merkle tree of an append-only log (RFC 6962 §2.1, RFC 9162 §2.1), over hashes alone: entries and where hashes are kept
 * are the caller's. Guards that what was appended never changes: the only nodes that are kept are complete subtrees, and these
 * are the same in every later tree.
 *
 * A complete subtree has 2^level leaves, beginning with leaf index × 2^level. A tree of n leaves consists of one for each
 * one-bit of n, the largest to the left: its frontier. Level 0 are the leaves.
 *
 *     level 2        0                           of 7 leaves
 *     level 1    0       1       2               the frontier is (2,0) (1,2) (0,6)
 *     level 0  0   1   2   3   4   5   6
 *
 * Sizes go up to 2^53 - 1, so nothing here uses the bitwise operators, which cut to 32 bits.
 */
import { emptyRoot, HASH_BYTES, nodeHash } from "./merkle-hash.ts";

/** Where a complete subtree is. */
export interface NodeId {
	readonly level: number;
	readonly index: number;
}

/** A complete subtree: it never changes, and is written once. */
export interface TreeNode extends NodeId {
	readonly hash: Uint8Array;
}

/** All that appending needs to know of a tree: its size, and the hashes of its frontier from left to right. */
export interface Tree {
	readonly size: number;
	readonly frontier: readonly Uint8Array[];
}

export const EMPTY_TREE: Tree = { size: 0, frontier: [] };

/**
 * What each hash of a proof, or a root, is folded from: complete subtrees from left to right. All of them together are the
 * nodes that have to be read, at most two for each level of the tree.
 */
export type ProofNodes = readonly (readonly NodeId[])[];

/**
 * Append leaves by their hashes, in order.
 *
 * @returns the grown tree, and the subtrees that became complete, leaves among them, each after the two below it.
 * @throws RangeError if the frontier is not that of a tree of this size, a leaf is no hash, or the tree would get too large.
 */
export function appendLeaves(
	tree: Tree,
	leaves: readonly Uint8Array[],
): { readonly tree: Tree; readonly nodes: readonly TreeNode[] } {
	checkFrontier(tree);
	if (leaves.some(({ length }) => length !== HASH_BYTES)) throw new RangeError("A leaf is appended by its hash.");
	const frontier = [...tree.frontier];
	const nodes: TreeNode[] = [];
	const size = checkedSize(tree.size + leaves.length);
	for (const [i, leaf] of leaves.entries()) {
		let node: TreeNode = { level: 0, index: tree.size + i, hash: leaf };
		nodes.push(node);
		// An odd index has its left neighbour at the end of the frontier, and both together are complete.
		while (node.index % 2 === 1) {
			const left = frontier.pop() as Uint8Array;
			node = { level: node.level + 1, index: (node.index - 1) / 2, hash: nodeHash(left, node.hash) };
			nodes.push(node);
		}
		frontier.push(node.hash);
	}
	return { tree: { size, frontier }, nodes };
}

/**
 * The root: what the log's checkpoint is about.
 *
 * @throws RangeError if the frontier is not that of a tree of this size.
 */
export function rootOf(tree: Tree): Uint8Array {
	checkFrontier(tree);
	return fold(tree.frontier);
}

/**
 * The frontier of a tree of this size. Read these, and the tree can be appended to; folded, they are its root, also when it is
 * long since a part of a larger one.
 */
export function frontierNodes(size: number): readonly NodeId[] {
	return subtrees(0, checkedSize(size));
}

/**
 * The nodes of an inclusion proof, PATH(index, D[size]) of RFC 9162 §2.1.3.1: that this leaf is in the tree of this size.
 *
 * @throws RangeError if that tree has no such leaf.
 */
export function inclusionNodes(index: number, size: number): ProofNodes {
	checkedSize(size);
	if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
		throw new RangeError(`A tree of ${size} leaves has no leaf ${index}.`);
	}
	const path: (readonly NodeId[])[] = [];
	let [start, end] = [0, size];
	while (end - start > 1) {
		const middle = start + leftPart(end - start);
		if (index < middle) {
			path.push(subtrees(middle, end));
			end = middle;
		} else {
			path.push(subtrees(start, middle));
			start = middle;
		}
	}
	return path.reverse();
}

/**
 * The nodes of a consistency proof, PROOF(older, D[newer]) of RFC 9162 §2.1.4.1: that the newer tree only appended to the
 * older one. None for a tree and itself.
 *
 * @throws RangeError if the older tree is empty, about which nothing can be proven, or larger than the newer one.
 */
export function consistencyNodes(older: number, newer: number): ProofNodes {
	checkedSize(newer);
	if (!Number.isSafeInteger(older) || older < 1 || older > newer) {
		throw new RangeError(`No tree of ${newer} leaves can be proven to go on from one of ${older}.`);
	}
	const path: (readonly NodeId[])[] = [];
	let [start, end] = [0, newer];
	while (end > older) {
		const middle = start + leftPart(end - start);
		if (older <= middle) {
			path.push(subtrees(middle, end));
			end = middle;
		} else {
			path.push(subtrees(start, middle));
			start = middle;
		}
	}
	// What begins with the first leaf is the older tree itself, whose root the verifier has.
	if (start > 0) path.push(subtrees(start, end));
	return path.reverse();
}

/** A proof as hashes, from the nodes that it needs. `read` gives the hash of each, and throws if it has none. */
export function proofOf(nodes: ProofNodes, read: (node: NodeId) => Uint8Array): Uint8Array[] {
	return nodes.map((part) => fold(part.map(read)));
}

/** The hash of subtrees that lie side by side, each smaller than the one to its left. */
function fold(hashes: readonly Uint8Array[]): Uint8Array {
	if (hashes.length === 0) return emptyRoot();
	return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The complete subtrees of which leaves consist. They begin at leaf 0, or where a subtree begins that would hold them all. */
function subtrees(start: number, end: number): readonly NodeId[] {
	const nodes: NodeId[] = [];
	for (let at = start; at < end; ) {
		const level = levelWithin(end - at);
		nodes.push({ level, index: at / 2 ** level });
		at += 2 ** level;
	}
	return nodes;
}

/** How many of a tree's leaves are to the left of its root: the largest power of two below their number. */
function leftPart(leaves: number): number {
	return 2 ** levelWithin(leaves - 1);
}

/** The level of the largest complete subtree with no more leaves. `Math.log2` rounds up what is just below a power of two. */
function levelWithin(leaves: number): number {
	let level = 0;
	while (2 ** (level + 1) <= leaves) level++;
	return level;
}

function checkFrontier({ size, frontier }: Tree): void {
	if (frontier.length !== frontierNodes(size).length) {
		throw new RangeError(`${frontier.length} hashes are no frontier of a tree of ${size} leaves.`);
	}
}

function checkedSize(size: number): number {
	if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is no size of a tree.`);
	return size;
}
