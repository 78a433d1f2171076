/**
 * Trees as large as sizes can be told exactly, where bitwise operators would have cut off the upper half. Nobody stores one:
 * all leaves are the same but for a few, so that the hash of any complete subtree is computed from where those are.
 */
import { describe, expect, test } from "vitest";
import {
	appendLeaves,
	consistencyNodes,
	frontierNodes,
	inclusionNodes,
	type NodeId,
	proofOf,
	rootOf,
} from "./merkle.ts";
import { leafHash, nodeHash } from "./merkle-hash.ts";
import { verifyConsistency, verifyInclusion } from "./merkle-verify.ts";

const ORDINARY = leafHash(Buffer.from("ordinary"));
const SPECIAL = [0, 1, 5, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 7, 2 ** 39, 2 ** 40 - 1, 2 ** 40, 2 ** 52 + 1, 2 ** 53 - 2];
const SIZES = [2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 + 9, 2 ** 40, 2 ** 40 + 1, 2 ** 52 + 3, 2 ** 53 - 1];

const ordinary = [ORDINARY];
for (let level = 1; level <= 53; level++) {
	const below = ordinary[level - 1] ?? ORDINARY;
	ordinary.push(nodeHash(below, below));
}
const special = new Map<string, Uint8Array>();

/** The hash of a complete subtree. */
function read({ level, index }: NodeId): Uint8Array {
	const [start, end] = [index * 2 ** level, (index + 1) * 2 ** level];
	if (!SPECIAL.some((leaf) => leaf >= start && leaf < end)) return ordinary[level] ?? ORDINARY;
	const known = special.get(`${level}/${index}`);
	if (known) return known;
	const below = { level: level - 1, index: index * 2 };
	const hash =
		level === 0
			? leafHash(Buffer.from(`special ${index}`))
			: nodeHash(read(below), read({ ...below, index: index * 2 + 1 }));
	special.set(`${level}/${index}`, hash);
	return hash;
}

/** MTH of RFC 9162 §2.1.1 in exact integers; what is complete and full of ordinary leaves is looked up. */
function MTH(start: bigint, end: bigint): Uint8Array {
	const size = end - start;
	let k = 1n;
	let level = 0;
	for (; k * 2n < size; level++) k *= 2n;
	const isOrdinary = !SPECIAL.some((leaf) => BigInt(leaf) >= start && BigInt(leaf) < end);
	if (size === 1n) return isOrdinary ? ORDINARY : leafHash(Buffer.from(`special ${start}`));
	if (isOrdinary && k * 2n === size) return ordinary[level + 1] ?? ORDINARY;
	return nodeHash(MTH(start, start + k), MTH(start + k, end));
}

const treeOf = (size: number) => ({ size, frontier: frontierNodes(size).map(read) });
const headOf = (size: number) => ({ size, root: rootOf(treeOf(size)) });
const leafOf = (index: number) => ({ index, hash: read({ level: 0, index }) });

describe.each(SIZES)("a tree of %i leaves", (size) => {
	const head = headOf(size);
	const inside = SPECIAL.filter((index) => index < size);

	test("has the root of the definition", () => {
		expect(Buffer.from(head.root)).toEqual(Buffer.from(MTH(0n, BigInt(size))));
	});

	test.each([...inside, size - 1])("has a proof of leaf %i, which is of no other", (index) => {
		const proof = proofOf(inclusionNodes(index, size), read);
		const leaf = leafOf(index);
		expect(verifyInclusion(leaf, head, proof)).toBe(true);
		expect(verifyInclusion({ ...leaf, hash: leafHash(Buffer.from("other")) }, head, proof)).toBe(false);
		for (const apart of [1, 2 ** 30, 2 ** 31, 2 ** 32, 2 ** 33]) {
			const others = [index - apart, index + apart].filter((other) => other >= 0 && other < size);
			// Ordinary leaves are all alike, so that a proof of one may be that of its neighbour too.
			if (!SPECIAL.includes(index)) continue;
			expect(others.filter((other) => verifyInclusion({ ...leaf, index: other }, head, proof))).toEqual([]);
		}
	});

	test.each([1, 2, 3, ...SIZES, size - 1].filter((older) => older <= size))("goes on from %i", (older) => {
		const proof = proofOf(consistencyNodes(older, size), read);
		expect(verifyConsistency(headOf(older), head, proof)).toBe(true);
		expect(proof.length).toBeLessThanOrEqual(54);
		if (older === size) return;
		expect(verifyConsistency(headOf(older), head, proof.slice(1))).toBe(false);
		expect(verifyConsistency(headOf(older), { ...head, root: headOf(older).root }, proof)).toBe(false);
	});
});

test("leaves are appended where 32 bits and 53 bits end", () => {
	for (const size of [2 ** 31 - 2, 2 ** 32 - 2, 2 ** 40 - 2, 2 ** 53 - 4]) {
		const added = [size, size + 1, size + 2].map((index) => read({ level: 0, index }));
		const { tree, nodes } = appendLeaves(treeOf(size), added);
		expect(tree).toEqual(treeOf(size + 3));
		for (const node of nodes) expect(node.hash).toEqual(read(node));
	}
});

test("a tree grows no further than sizes can be told, from no frontier but its own, and by hashes only", () => {
	const full = treeOf(2 ** 53 - 1);
	expect(() => appendLeaves(full, [ORDINARY])).toThrow("9007199254740992 is no size of a tree.");
	const other = { ...full, size: full.size - 1 };
	expect(() => appendLeaves(other, [ORDINARY])).toThrow(
		"53 hashes are no frontier of a tree of 9007199254740990 leaves.",
	);
	expect(() => rootOf(other)).toThrow(RangeError);
	expect(() => appendLeaves(treeOf(5), [ORDINARY, Buffer.from("an entry")])).toThrow("A leaf is appended by its hash.");
});

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("%d is no size, place or tree", (size) => {
	expect(() => frontierNodes(size)).toThrow(RangeError);
	expect(() => inclusionNodes(0, size)).toThrow(RangeError);
	expect(() => inclusionNodes(size, 5)).toThrow(RangeError);
	expect(() => consistencyNodes(1, size)).toThrow(RangeError);
	expect(() => consistencyNodes(size, 5)).toThrow(RangeError);
	expect(() => rootOf({ size, frontier: [ORDINARY] })).toThrow(RangeError);
	expect(verifyInclusion(leafOf(0), { ...headOf(5), size }, [])).toBe(false);
	expect(verifyInclusion({ ...leafOf(0), index: size }, headOf(5), [])).toBe(false);
	expect(verifyConsistency({ ...headOf(1), size }, headOf(5), [])).toBe(false);
	expect(verifyConsistency(headOf(1), { ...headOf(5), size }, [])).toBe(false);
});
