/**
 * The tree against its definition: `MTH`, `PATH` and `PROOF` below are RFC 9162 §2.1.1, §2.1.3.1 and §2.1.4.1 word for word,
 * over hashes of leaves.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
	appendLeaves,
	consistencyNodes,
	EMPTY_TREE,
	frontierNodes,
	inclusionNodes,
	type NodeId,
	type ProofNodes,
	proofOf,
	rootOf,
	type Tree,
} from "./merkle.ts";
import { emptyRoot, leafHash, nodeHash } from "./merkle-hash.ts";
import { verifyConsistency, verifyInclusion } from "./merkle-verify.ts";

const MOST = 200;
const slow = process.env.SLOW !== undefined;

function split(n: number): number {
	let k = 1;
	while (k * 2 < n) k *= 2;
	return k;
}

function MTH(leaves: Uint8Array[]): Uint8Array {
	const [only = emptyRoot()] = leaves;
	if (leaves.length <= 1) return only;
	const k = split(leaves.length);
	return nodeHash(MTH(leaves.slice(0, k)), MTH(leaves.slice(k)));
}

function PATH(m: number, leaves: Uint8Array[]): Uint8Array[] {
	if (leaves.length === 1) return [];
	const k = split(leaves.length);
	const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
	return m < k ? [...PATH(m, left), MTH(right)] : [...PATH(m - k, right), MTH(left)];
}

function PROOF(m: number, leaves: Uint8Array[], whole = true): Uint8Array[] {
	if (m === leaves.length) return whole ? [] : [MTH(leaves)];
	const k = split(leaves.length);
	const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
	return m <= k ? [...PROOF(m, left, whole), MTH(right)] : [...PROOF(m - k, right, false), MTH(left)];
}

const leaves = Array.from({ length: MOST }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));

/** One tree as a caller would keep it, and its root at each size. */
const stored = new Map<string, Uint8Array>();
const trees: Tree[] = [EMPTY_TREE];
for (const leaf of leaves) {
	const { tree, nodes } = appendLeaves(trees.at(-1) ?? EMPTY_TREE, [leaf]);
	for (const { level, index, hash } of nodes) stored.set(`${level}/${index}`, hash);
	trees.push(tree);
}
const roots = trees.map(rootOf);

function read({ level, index }: NodeId): Uint8Array {
	const hash = stored.get(`${level}/${index}`);
	if (!hash) throw new Error(`(${level}, ${index}) is not stored`);
	return hash;
}

const headOf = (size: number) => ({ size, root: roots[size] ?? emptyRoot() });
const leafOf = (index: number) => ({ index, hash: leaves[index] ?? emptyRoot() });
const inclusionOf = (index: number, size: number) => proofOf(inclusionNodes(index, size), read);
const consistencyOf = (older: number, newer: number) => proofOf(consistencyNodes(older, newer), read);

/** Each pair of a number below and one up to a limit. */
function* pairs(from: number, to: number): Generator<[number, number]> {
	for (let n = 1; n <= to; n++) for (let m = from; m < n + from; m++) yield [m, n];
}

test(`roots of up to ${MOST} leaves are those of the definition, and are folded from the frontier`, () => {
	expect(roots).toEqual(trees.map(({ size }) => MTH(leaves.slice(0, size))));
	expect(trees.map(({ size }) => proofOf([frontierNodes(size)], read)[0])).toEqual(roots);
	expect(trees.map(({ size }) => frontierNodes(size).map(read))).toEqual(trees.map(({ frontier }) => frontier));
});

test("each complete subtree is written once, and leaves appended together give what they give one by one", () => {
	const nodesOf = (size: number) => {
		const widths = Array.from({ length: 8 }, (_, level) => Math.floor(size / 2 ** level));
		return widths.reduce((sum, width) => sum + width, 0);
	};
	expect(stored.size).toBe(nodesOf(MOST));
	const cuts = fc.array(fc.nat(60), { maxLength: 8 });
	const property = fc.property(cuts, (parts) => {
		let tree = EMPTY_TREE;
		for (const part of parts.filter((_, i) => parts.slice(0, i + 1).reduce((a, b) => a + b, 0) <= MOST)) {
			const before = tree.size;
			const appended = appendLeaves(tree, leaves.slice(before, before + part));
			tree = appended.tree;
			expect(appended.nodes.length).toBe(nodesOf(tree.size) - nodesOf(before));
			for (const node of appended.nodes) expect(node.hash).toEqual(read(node));
			expect(tree).toEqual(trees[tree.size]);
		}
	});
	fc.assert(property, { numRuns: slow ? 500 : 50 });
});

test(`every inclusion proof of trees to ${MOST} leaves is that of the definition, and holds`, () => {
	for (const [index, size] of pairs(0, MOST)) {
		const proof = inclusionOf(index, size);
		if (!verifyInclusion(leafOf(index), headOf(size), proof)) throw new Error(`leaf ${index} of ${size} does not hold`);
		if (slow || size % 40 === 0) expect(proof).toEqual(PATH(index, leaves.slice(0, size)));
	}
});

test(`every consistency proof of trees to ${MOST} leaves is that of the definition, and holds`, () => {
	for (const [older, newer] of pairs(1, MOST)) {
		const proof = consistencyOf(older, newer);
		if (!verifyConsistency(headOf(older), headOf(newer), proof)) throw new Error(`${older} to ${newer} does not hold`);
		if (slow || newer % 40 === 0) expect(proof).toEqual(PROOF(older, leaves.slice(0, newer)));
	}
});

test("a proof reads at most two nodes of each level", () => {
	const most = (nodes: ProofNodes) => expect(nodes.flat().length).toBeLessThanOrEqual(2 * 8);
	for (const [index, size] of pairs(0, MOST)) most(inclusionNodes(index, size));
	for (const [older, newer] of pairs(1, MOST)) most(consistencyNodes(older, newer));
});

/** Each way to spoil a proof: a bit flipped, a hash dropped, doubled, put in, or changed with another, bytes moved over. */
function* spoilt(proof: Uint8Array[], bits: Iterable<number>): Generator<Uint8Array[]> {
	for (const bit of bits) {
		const at = bit >> 8;
		yield proof.map((hash, i) => (i === at ? flipped(hash, bit & 255) : hash));
	}
	const other = leafHash(Buffer.from("of no tree"));
	for (let at = 0; at <= proof.length; at++) {
		yield proof.toSpliced(at, 0, other);
		yield proof.toSpliced(at, 0, new Uint8Array(0));
		const [hash, next] = proof.slice(at, at + 2);
		if (!hash) continue;
		yield proof.toSpliced(at, 1);
		yield proof.toSpliced(at, 0, hash);
		yield proof.toSpliced(at, 1, hash.subarray(1));
		if (!next) continue;
		yield proof.toSpliced(at, 2, next, hash);
		yield proof.toSpliced(at, 2, Buffer.concat([hash, next.subarray(0, 1)]), next.subarray(1));
	}
}

function flipped(hash: Uint8Array, bit: number): Uint8Array {
	const changed = Uint8Array.from(hash);
	changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
	return changed;
}

const bitsOf = (proof: Uint8Array[]) => Array.from({ length: proof.length * 256 }, (_, bit) => bit);

/** Every bit of every proof of small trees; of larger ones, one bit of each hash. */
function bitsToFlip(proof: Uint8Array[], size: number): number[] {
	if (size <= (slow ? 20 : 9)) return bitsOf(proof);
	return proof.map((_, at) => at * 256 + ((size * 7 + at * 31) % 256));
}

/** The small ones, and some about a power of two. */
const spoiltSizes = leaves
	.map((_, i) => i + 1)
	.filter((size) => size <= (slow ? 100 : 20) || [31, 32, 33, 64, 65, 127, 200].includes(size));

test("no spoilt inclusion proof holds, nor one for another leaf or root", () => {
	for (const size of spoiltSizes) {
		for (let index = 0; index < size; index++) {
			const [proof, leaf, head] = [inclusionOf(index, size), leafOf(index), headOf(size)];
			const held = [...spoilt(proof, bitsToFlip(proof, size))].filter((wrong) => verifyInclusion(leaf, head, wrong));
			expect(held).toEqual([]);
			const bit = (index * 13 + size) % 256;
			expect(verifyInclusion({ ...leaf, hash: flipped(leaf.hash, bit) }, head, proof)).toBe(false);
			expect(verifyInclusion(leaf, { ...head, root: flipped(head.root, bit) }, proof)).toBe(false);
		}
	}
});

test("no spoilt consistency proof holds, nor one for another root", () => {
	for (const newer of spoiltSizes) {
		for (let older = 1; older <= newer; older++) {
			const [proof, from, to] = [consistencyOf(older, newer), headOf(older), headOf(newer)];
			const held = [...spoilt(proof, bitsToFlip(proof, newer))].filter((wrong) => verifyConsistency(from, to, wrong));
			expect(held).toEqual([]);
			const bit = (older * 13 + newer) % 256;
			expect(verifyConsistency({ ...from, root: flipped(from.root, bit) }, to, proof)).toBe(false);
			expect(verifyConsistency(from, { ...to, root: flipped(to.root, bit) }, proof)).toBe(false);
			expect(verifyConsistency(to, from, proof)).toBe(older === newer);
		}
	}
});
