/**
 * What others published about the tree, as `test/merkle-vectors.json` quotes it: the reference tree of Certificate Transparency
 * and the cases of github.com/transparency-dev/merkle (`testonly/constants.go`, `testdata`), and answers of the Argon 2020 log,
 * a tree of 962 million leaves, from github.com/golang/mod (`sumdb/tlog/testdata`).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { appendLeaves, consistencyNodes, EMPTY_TREE, inclusionNodes, type NodeId, proofOf, rootOf } from "./merkle.ts";
import { HASH_BYTES, leafHash } from "./merkle-hash.ts";
import { verifyConsistency, verifyInclusion } from "./merkle-verify.ts";

interface Case {
	comment: string;
	result: "valid" | "invalid";
	proof: string[];
}

interface Head {
	size: number;
	root: string;
}

/** The reference tree is in hexadecimal, all else in base64. */
interface Vectors {
	leaves: string[];
	/** Of the trees of 1 to 8 leaves. */
	roots: string[];
	/** By level and index. */
	nodes: string[][];
	inclusion: (Case & Head & { index: number; leaf: string })[];
	consistency: (Case & Record<"older" | "newer", Head>)[];
	argon2020: {
		head: Head;
		entry: string;
		index: number;
		inclusion: string[];
		older: Head;
		consistency: string[];
	};
}

const vectors: Vectors = JSON.parse(
	readFileSync(join(import.meta.dirname, "..", "test", "merkle-vectors.json"), "utf8"),
);
const { argon2020 } = vectors;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const base64 = (text: string) => Buffer.from(text, "base64");
const head = ({ size, root }: Head) => ({ size, root: base64(root) });
const leaves = vectors.leaves.map((leaf) => leafHash(Buffer.from(leaf, "hex")));
const published = ({ level, index }: NodeId) => Buffer.from(vectors.nodes[level]?.[index] ?? "", "hex");

test("the tree without leaves has the hash of nothing", () => {
	expect(hex(rootOf(EMPTY_TREE))).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("the reference tree grows leaf by leaf to the published roots and nodes", () => {
	let tree = EMPTY_TREE;
	const nodes: string[][] = [[], [], [], []];
	const roots = leaves.map((leaf) => {
		const appended = appendLeaves(tree, [leaf]);
		for (const { level, index, hash } of appended.nodes) (nodes[level] ?? [])[index] = hex(hash);
		tree = appended.tree;
		return hex(rootOf(tree));
	});
	expect(roots).toEqual(vectors.roots);
	expect(nodes).toEqual(vectors.nodes);
});

const provable = <T extends Case>(cases: T[]) =>
	cases.filter(({ result, comment }) => result === "valid" && comment === "happy path");

test.each(provable(vectors.inclusion))("the proof of leaf $index of $size is the published one", (vector) => {
	const proof = proofOf(inclusionNodes(vector.index, vector.size), published);
	expect(proof).toEqual(vector.proof.map(base64));
});

test.each(provable(vectors.consistency))("the proof from $older.size to $newer.size is the published one", (vector) => {
	const proof = proofOf(consistencyNodes(vector.older.size, vector.newer.size), published);
	expect(proof).toEqual(vector.proof.map(base64));
});

test.each(vectors.inclusion)("inclusion of $index in $size, $result: $comment", (vector) => {
	const leaf = { index: vector.index, hash: base64(vector.leaf) };
	expect(verifyInclusion(leaf, head(vector), vector.proof.map(base64))).toBe(vector.result === "valid");
});

test.each(vectors.consistency)("consistency of $newer.size with $older.size, $result: $comment", (vector) => {
	const [older, newer] = [head(vector.older), head(vector.newer)];
	// One published case takes a root that is no hash; here each has to be one.
	const valid = vector.result === "valid" && newer.root.length === HASH_BYTES;
	expect(verifyConsistency(older, newer, vector.proof.map(base64))).toBe(valid);
});

test("the Argon 2020 log of Certificate Transparency had its leaf 10,000, and went on from what it was", () => {
	const [newer, older] = [head(argon2020.head), head(argon2020.older)];
	const leaf = { index: argon2020.index, hash: leafHash(base64(argon2020.entry)) };
	const [inclusion, consistency] = [argon2020.inclusion.map(base64), argon2020.consistency.map(base64)];
	expect(verifyInclusion(leaf, newer, inclusion)).toBe(true);
	expect(verifyInclusion({ ...leaf, index: leaf.index + 1 }, newer, inclusion)).toBe(false);
	expect(verifyConsistency(older, newer, consistency)).toBe(true);
	expect(verifyConsistency({ ...older, size: older.size + 1 }, newer, consistency)).toBe(false);
});
