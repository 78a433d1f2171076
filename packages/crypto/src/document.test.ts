/** docs/encryption.md says nothing that this package does not do: its test vectors, and the bytes it shows, are tried here. */
import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRootKey } from "./bridge.ts";
import { openDataKey, type SealedDataKey } from "./data-key.ts";
import { open, type SealContext } from "./envelope.ts";
import { claimCode, fingerprinter, sessionSecret } from "./fingerprint.ts";
import { decrypt } from "./gcm.ts";
import { type Derivation, deriveRootKey } from "./passphrase.ts";
import { recoveryKit } from "./recovery-kit.ts";
import { canaryOf, parseRootKey, rootKeyText } from "./root-key.ts";

interface Sealed extends Record<"derivedKey" | "associatedData" | "plaintext" | "envelope", string> {
	context: SealContext;
}

interface Vectors extends Record<"dataKey" | "value" | "snapshot" | "bridge", Sealed> {
	rootKey: Record<"text" | "id" | "canary" | "kit", string>;
	passphrase: { passphrase: string; derivation: Derivation; rootKey: string };
	digests: {
		instanceKey: string;
		fingerprints: Record<"name" | "value" | "fingerprint", string>[];
		claimCode: string;
		sessionSecret: string;
	};
}

const DOCUMENT = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "encryption.md"), "utf8");
const vectors: Vectors = JSON.parse(/```json\n(.*?)```/s.exec(DOCUMENT)?.[1] ?? "{}");
const hex = (text: string) => Buffer.from(text, "hex");

const root = parseRootKey(vectors.rootKey.text, "the document");
const { instance } = vectors.dataKey.context;

test("its root key has the id, the canary and the kit that it says", () => {
	const { text, id, canary, kit } = vectors.rootKey;
	expect([rootKeyText(root), root.id, canaryOf(root), recoveryKit(root)]).toEqual([text, id, canary, kit]);
	expect(DOCUMENT).toContain(`\n${kit}\n`);
	expect(DOCUMENT).toContain(`\`${root.fingerprint}\``);
});

test("its passphrase gives its root key, at the usual cost", () => {
	const { passphrase, derivation, rootKey } = vectors.passphrase;
	expect(rootKeyText(deriveRootKey(passphrase, derivation))).toBe(rootKey);
	expect(derivation).toMatchObject({ n: 2 ** 17, r: 8, p: 1 });
});

test("its data key opens under its root key, and its value and snapshot under its data key", () => {
	const { context, envelope, plaintext } = vectors.dataKey;
	const stored = { id: context.name, owner: context.owner as SealedDataKey["owner"], sealed: hex(envelope) };
	const key = openDataKey(root, instance, stored);
	if (!key) throw new Error("the data key does not open");
	expect(key.key.export()).toEqual(hex(plaintext));
	for (const sealed of [vectors.value, vectors.snapshot]) {
		expect(open(key, sealed.context, hex(sealed.envelope))).toEqual(hex(sealed.plaintext));
	}
});

test("its bridge opens to the older key", () => {
	const { context, envelope, plaintext } = vectors.bridge;
	expect(openRootKey(root, instance, context.name, hex(envelope))?.key.export()).toEqual(hex(plaintext));
});

test.each(["dataKey", "value", "snapshot", "bridge"] as const)("its derived key and associated data: %s", (which) => {
	const { derivedKey, associatedData, envelope, plaintext } = vectors[which];
	const bytes = hex(envelope);
	const input = {
		key: createSecretKey(hex(derivedKey)),
		iv: bytes.subarray(25, 37),
		associated: hex(associatedData),
	};
	expect(decrypt(input, bytes.subarray(37, -16), bytes.subarray(-16))).toEqual(hex(plaintext));
});

test("the associated data that it shows byte by byte is that of its value", () => {
	const shown = /```\n(01 00112233445566ff\n.*?)```/s.exec(DOCUMENT)?.[1] ?? "";
	const bytes = shown.split("\n").map((line) => line.split("  ")[0]?.replace(" ", ""));
	expect(bytes.join("")).toBe(vectors.value.associatedData);
});

test("its fingerprints, claim code and session key follow from its instance key", () => {
	const { instanceKey, fingerprints, ...codes } = vectors.digests;
	const key = { id: "0".repeat(16), key: createSecretKey(hex(instanceKey)) };
	for (const { name, value, fingerprint } of fingerprints) {
		expect(fingerprinter(key)(name, value)).toBe(fingerprint);
	}
	expect({ claimCode: claimCode(key), sessionSecret: sessionSecret(key) }).toEqual(codes);
});
