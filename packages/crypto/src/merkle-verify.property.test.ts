/**
 * Which statement a proof holds for. A proof is a formula over its hashes, written below as text straight from the recursive
 * definitions (RFC 9162 §2.1.3.1, §2.1.4.1). It holds for another index or size only where that has the very same formula,
 * which is why a root and its size have to come from one checkpoint.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { appendLeaves, consistencyNodes, EMPTY_TREE, inclusionNodes, type NodeId, proofOf, rootOf } from "./merkle.ts";
import { emptyRoot, leafHash } from "./merkle-hash.ts";
import { verifyConsistency, verifyInclusion } from "./merkle-verify.ts";

/** Claims go a little further than trees, so that sizes that are too large are among them. */
const [MOST, FURTHEST] = process.env.SLOW ? [25, 50] : [13, 26];

const leaves = Array.from({ length: MOST }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));
const stored = new Map<string, Uint8Array>();
for (const { level, index, hash } of appendLeaves(EMPTY_TREE, leaves).nodes) stored.set(`${level}/${index}`, hash);
const read = ({ level, index }: NodeId) => stored.get(`${level}/${index}`) ?? emptyRoot();
const rootAt = (size: number) => rootOf(appendLeaves(EMPTY_TREE, leaves.slice(0, size)).tree);
const roots = Array.from({ length: MOST + 1 }, (_, size) => rootAt(size));
const headOf = (size: number) => ({ size, root: roots[size] ?? emptyRoot() });
const leafOf = (index: number) => ({ index, hash: leaves[index] ?? emptyRoot() });

function split(n: number): number {
	let k = 1;
	while (k * 2 < n) k *= 2;
	return k;
}

const symbols = (proof: Uint8Array[]) => proof.map((_, i) => `p${i}`);

/** The root as a formula over a proof; `null` when the proof has too few or too many hashes. */
function inclusionFormula(m: number, n: number, path: string[]): string | null {
	const last = path.at(-1);
	if (n === 1 || last === undefined) return n === 1 && last === undefined ? "leaf" : null;
	const [k, rest] = [split(n), path.slice(0, -1)];
	const inner = m < k ? inclusionFormula(m, k, rest) : inclusionFormula(m - k, n - k, rest);
	if (inner === null) return null;
	return m < k ? `(${inner} ${last})` : `(${last} ${inner})`;
}

/** The older and the newer root as formulas over a proof. */
function consistencyFormula(m: number, n: number, path: string[], whole = true): [string, string] | null {
	const last = path.at(-1);
	if (m === n && whole) return last === undefined ? ["older", "older"] : null;
	if (last === undefined) return null;
	if (m === n) return path.length === 1 ? [last, last] : null;
	const [k, rest] = [split(n), path.slice(0, -1)];
	if (m <= k) {
		const inner = consistencyFormula(m, k, rest, whole);
		return inner && [inner[0], `(${inner[1]} ${last})`];
	}
	const inner = consistencyFormula(m - k, n - k, rest, false);
	return inner && [`(${last} ${inner[0]})`, `(${last} ${inner[1]})`];
}

test("an inclusion proof holds for no other index, nor size but one with the same formula", () => {
	for (let size = 1; size <= MOST; size++) {
		for (let index = 0; index < size; index++) {
			const [proof, { root }, { hash }] = [proofOf(inclusionNodes(index, size), read), headOf(size), leafOf(index)];
			const formula = inclusionFormula(index, size, symbols(proof));
			expect(formula).not.toBeNull();
			for (let otherSize = 0; otherSize <= FURTHEST; otherSize++) {
				for (let other = 0; other <= otherSize; other++) {
					const held = verifyInclusion({ index: other, hash }, { size: otherSize, root }, proof);
					const should = other < otherSize && inclusionFormula(other, otherSize, symbols(proof)) === formula;
					if (held !== should) throw new Error(`${index} of ${size} as ${other} of ${otherSize}: ${held}`);
					if (held && otherSize === size && other !== index) throw new Error(`${index} of ${size} as ${other}`);
				}
			}
		}
	}
});

test("a consistency proof holds for no other sizes but those with the same formulas", () => {
	for (let newer = 1; newer <= MOST; newer++) {
		for (let older = 1; older <= newer; older++) {
			const proof = proofOf(consistencyNodes(older, newer), read);
			const formulas = consistencyFormula(older, newer, symbols(proof));
			expect(formulas).not.toBeNull();
			for (let to = 0; to <= FURTHEST; to++) {
				for (let from = 0; from <= to + 1; from++) {
					const held = verifyConsistency({ ...headOf(older), size: from }, { ...headOf(newer), size: to }, proof);
					const other = from >= 1 && from <= to ? consistencyFormula(from, to, symbols(proof)) : null;
					const should = other?.join() === formulas?.join();
					if (held !== should) throw new Error(`${older} to ${newer} as ${from} to ${to}: ${held}`);
				}
			}
		}
	}
});

test("a proof holds for no other leaf of its tree", () => {
	for (let index = 0; index < MOST; index++) {
		const proof = proofOf(inclusionNodes(index, MOST), read);
		const held = leaves.filter((hash) => verifyInclusion({ index, hash }, headOf(MOST), proof));
		expect(held).toEqual([leaves[index]]);
	}
});

test("nothing goes on from the empty tree, nor from a larger one", () => {
	const empty = { size: 0, root: emptyRoot() };
	expect(verifyConsistency(empty, headOf(5), [])).toBe(false);
	expect(verifyConsistency(empty, empty, [])).toBe(false);
	expect(verifyConsistency(headOf(5), headOf(4), [])).toBe(false);
});

const anySize = fc.oneof(fc.integer({ min: -2, max: 40 }), fc.maxSafeInteger(), fc.double());
const anyHash = fc.oneof(fc.constantFrom(...leaves, ...roots), fc.uint8Array({ maxLength: 40 }));

test("whatever is claimed gets an answer", () => {
	const claim = fc.tuple(anySize, anySize, anyHash, anyHash, fc.array(anyHash, { maxLength: 60 }));
	const property = fc.property(claim, ([a, b, hash, root, proof]) => {
		expect(verifyInclusion({ index: a, hash }, { size: b, root }, proof)).toBeTypeOf("boolean");
		expect(verifyConsistency({ size: a, root: hash }, { size: b, root }, proof)).toBeTypeOf("boolean");
	});
	fc.assert(property, { numRuns: process.env.SLOW ? 50_000 : 1_000 });
});
