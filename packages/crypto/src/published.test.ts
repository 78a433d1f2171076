/**
 * What others published about AES-256 in GCM. McGrew's and Viega's test cases 13 to 16 ("The Galois/Counter Mode of
 * Operation", appendix B) are here. Project Wycheproof's are on no registry and not copied: `WYCHEPROOF` names a folder that
 * has its `aes_gcm_test.json`, of which all cases with a key of 256 bits, an IV of 96 and a tag of 128 are tried.
 */
import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decrypt, encrypt } from "./gcm.ts";

type Vector = Record<"key" | "iv" | "aad" | "msg" | "ct" | "tag", string>;

const WYCHEPROOF = process.env.WYCHEPROOF ?? "";

const KEY = "feffe9928665731c6d6a8f9467308308".repeat(2);
const IV = "cafebabefacedbaddecaf888";
const MSG =
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
	"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
const CT =
	"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" +
	"8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";
const ZEROS = { key: "00".repeat(32), iv: "00".repeat(12), aad: "" };

const PUBLISHED: Record<string, Vector> = {
	13: { ...ZEROS, msg: "", ct: "", tag: "530f8afbc74536b9a963b4f1c4cb738b" },
	14: {
		...ZEROS,
		msg: "00".repeat(16),
		ct: "cea7403d4d606b6e074ec5d3baf39d18",
		tag: "d0d1c8a799996bf0265b98b5d48ab919",
	},
	15: { key: KEY, iv: IV, aad: "", msg: MSG, ct: CT, tag: "b094dac5d93471bdec1a502270e3cc6c" },
	16: {
		key: KEY,
		iv: IV,
		aad: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
		msg: MSG.slice(0, 120),
		ct: CT.slice(0, 120),
		tag: "76fc6ece0f4e1768cddf8853bb2d551b",
	},
};

const hex = (text: string) => Buffer.from(text, "hex");

function check({ key, iv, aad, msg, ct, tag }: Vector, valid: boolean): void {
	const input = { key: createSecretKey(hex(key)), iv: hex(iv), associated: hex(aad) };
	expect(decrypt(input, hex(ct), hex(tag))).toEqual(valid ? hex(msg) : null);
	if (valid) expect(encrypt(input, hex(msg))).toEqual({ body: hex(ct), tag: hex(tag) });
}

test.each(Object.entries(PUBLISHED))("McGrew's and Viega's test case %s holds", (_, vector) => check(vector, true));

test.each([0, 4, 8, 12, 15, 17])("a tag of %i bytes is refused, though its bytes be right", (length) => {
	const input = { key: createSecretKey(hex(KEY)), iv: hex(IV), associated: Buffer.alloc(0) };
	const tag = Buffer.concat([hex("b094dac5d93471bdec1a502270e3cc6c"), Buffer.alloc(1)]).subarray(0, length);
	expect(() => decrypt(input, hex(CT), tag)).toThrow("Invalid authentication tag length");
});

interface Group extends Record<"keySize" | "ivSize" | "tagSize", number> {
	tests: (Vector & { tcId: number; comment: string; result: "valid" | "invalid" })[];
}

if (WYCHEPROOF === "") {
	test.skip("Project Wycheproof's cases are skipped: WYCHEPROOF names no folder that has them", () => {});
} else {
	const { testGroups }: { testGroups: Group[] } = JSON.parse(
		readFileSync(join(WYCHEPROOF, "aes_gcm_test.json"), "utf8"),
	);
	const ours = testGroups.filter((group) => group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128);
	test.each(ours.flatMap(({ tests }) => tests))("Wycheproof $tcId, $result: $comment", (vector) => {
		check(vector, vector.result === "valid");
	});
}
