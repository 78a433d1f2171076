/**
 * What a second implementation computed: `test/vectors.py` knows the formats from docs/encryption.md and shares no code with
 * this package. The cases have the shape of Project Wycheproof's.
 */
import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "@holdfast/contract";
import { describe, expect, test } from "vitest";
import { openRootKey } from "./bridge.ts";
import { openDataKey, type SealedDataKey } from "./data-key.ts";
import { open, type SealContext } from "./envelope.ts";
import { claimCode, fingerprinter, sessionSecret } from "./fingerprint.ts";
import { decrypt, encrypt } from "./gcm.ts";
import { type Derivation, deriveRootKey } from "./passphrase.ts";
import { recoveryKit } from "./recovery-kit.ts";
import { canaryOf, parseRootKey, type RootKey, rootKeyOf, rootKeyText } from "./root-key.ts";

interface Case {
	comment: string;
	flags: string[];
	result: "valid" | "invalid";
}

/** Bytes are in hexadecimal, but for root keys and salts, which are in base64 as they are stored. */
interface Vectors {
	gcm: (Case & Record<"key" | "iv" | "aad" | "msg" | "ct" | "tag", string>)[];
	envelopes: (Case & { context: SealContext } & Record<"key" | "keyId" | "plaintext" | "envelope", string>)[];
	rootKeys: Record<"text" | "id" | "canary" | "kit", string>[];
	rootKeyTexts: (Case & { text: string; id: string | null })[];
	passphrases: (Case & { passphrase: string; derivation: Derivation; rootKey: string | null })[];
	dataKeys: SealedKey[];
	bridges: SealedKey[];
	digests: {
		instanceKey: string;
		fingerprints: Record<"name" | "value" | "fingerprint", string>[];
		claimCode: string;
		sessionSecret: string;
	};
}

type SealedKey = Case & { owner: SealedDataKey["owner"] } & Record<
		"under" | "instance" | "id" | "sealed" | "key",
		string
	>;

const vectors: Vectors = JSON.parse(readFileSync(join(import.meta.dirname, "..", "test", "vectors.json"), "utf8"));

const hex = (text: string) => Buffer.from(text, "hex");
const keyOf = (text: string) => createSecretKey(hex(text));

function codeOf(read: () => RootKey): RootKey | string {
	try {
		return read();
	} catch (error) {
		return error instanceof AppError ? error.code : String(error);
	}
}

describe("the cipher", () => {
	test.each(vectors.gcm)("$result: $comment", ({ key, iv, aad, msg, ct, tag, result }) => {
		const input = { key: keyOf(key), iv: hex(iv), associated: hex(aad) };
		expect(decrypt(input, hex(ct), hex(tag))).toEqual(result === "valid" ? hex(msg) : null);
		if (result === "valid") expect(encrypt(input, hex(msg))).toEqual({ body: hex(ct), tag: hex(tag) });
	});
});

describe("an envelope", () => {
	test.each(vectors.envelopes)("$result: $comment", ({ key, keyId, context, plaintext, envelope, result }) => {
		const opened = open({ id: keyId, key: keyOf(key) }, context, hex(envelope));
		expect(opened).toEqual(result === "valid" ? hex(plaintext) : null);
	});
});

describe("a root key", () => {
	test.each(vectors.rootKeys)("has its id, canary and kit: $id", ({ text, id, canary, kit }) => {
		const key = parseRootKey(text, "the vectors");
		expect({ text: rootKeyText(key), id: key.id, canary: canaryOf(key), kit: recoveryKit(key) }).toEqual({
			text,
			id,
			canary,
			kit,
		});
		expect(key.fingerprint.replaceAll("-", "")).toBe(id);
	});

	test.each(vectors.rootKeyTexts)("as text is $result: $comment", ({ text, id, result }) => {
		const read = codeOf(() => parseRootKey(text, "the vectors"));
		if (result === "valid") expect(read).toHaveProperty("id", id);
		else expect(read).toBe("ROOT_KEY_MALFORMED");
	});

	test.each(vectors.passphrases)(
		"from a passphrase is $result: $comment",
		({ passphrase, derivation, ...expected }) => {
			const derived = codeOf(() => deriveRootKey(passphrase, derivation));
			const isRefused = expect.stringMatching(/^ROOT_KEY_(MALFORMED|PASSPHRASE_SHORT)$/);
			if (typeof derived === "string") expect([derived, expected.result]).toEqual([isRefused, "invalid"]);
			else expect([rootKeyText(derived), "valid"]).toEqual([expected.rootKey, expected.result]);
		},
	);
});

test.each(vectors.dataKeys)("a sealed data key is $result: $comment", ({ under, instance, id, owner, ...rest }) => {
	const opened = openDataKey(rootKeyOf(hex(under)), instance, { id, owner, sealed: hex(rest.sealed) });
	expect(opened?.key.export().toString("hex")).toBe(rest.result === "valid" ? rest.key : undefined);
});

test.each(vectors.bridges)("a bridge is $result: $comment", ({ under, instance, id, sealed, key, result }) => {
	const opened = openRootKey(rootKeyOf(hex(under)), instance, id, hex(sealed));
	expect(opened?.key.export().toString("hex")).toBe(result === "valid" ? key : undefined);
});

test("keyed digests are what they were computed to be", () => {
	const { instanceKey, fingerprints, ...codes } = vectors.digests;
	const key = { id: "0".repeat(16), key: keyOf(instanceKey) };
	const fingerprint = fingerprinter(key);
	for (const each of fingerprints) expect(fingerprint(each.name, each.value)).toBe(each.fingerprint);
	expect({ claimCode: claimCode(key), sessionSecret: sessionSecret(key) }).toEqual(codes);
});
