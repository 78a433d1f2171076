/**
 * Keyed digests: they tell whether two values are the same without telling what they are. All are HMAC-SHA256 under keys
 * derived from the instance's own data key, so nobody without the root key can try guesses against them.
 */
import { createHash, createHmac, createSecretKey, hkdfSync, timingSafeEqual } from "node:crypto";
import type { SealingKey } from "./envelope.ts";

function derived(instanceKey: SealingKey, purpose: string): Uint8Array {
	return new Uint8Array(hkdfSync("sha256", instanceKey.key, "", `holdfast/1/${purpose}`, 32));
}

/** A function giving a value's fingerprint: 16 bytes as hex, the same for the same name and value within one instance. */
export function fingerprinter(instanceKey: SealingKey): (name: string, value: string) => string {
	// As a KeyObject, which is made ready once; raw bytes would be at each call.
	const key = createSecretKey(derived(instanceKey, "fingerprint"));
	return (name, value) => createHmac("sha256", key).update(`${name}\0${value}`).digest("hex").slice(0, 32);
}

/** Crockford's base32 digits: none is taken for another when copied by hand. */
export const CODE_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * The code with which the first owner claims an instance: 12 base32 digits (60 bits) in groups of four. The same after each
 * restart and in each process, and of no use once there is an owner.
 */
export function claimCode(instanceKey: SealingKey): string {
	const digits = Array.from(derived(instanceKey, "claim-code").subarray(0, 12), (byte) => CODE_DIGITS[byte % 32]);
	return (digits.join("").match(/.{4}/g) ?? []).join("-");
}

/** The key under which browser sessions are signed, as hex text. */
export function sessionSecret(instanceKey: SealingKey): string {
	return Buffer.from(derived(instanceKey, "sessions")).toString("hex");
}

/** Whether two texts are the same, in a time that tells nothing about where they differ. */
export function sameText(a: string, b: string): boolean {
	return timingSafeEqual(sha256(a), sha256(b));
}

/** SHA-256 of a text. For credentials with at least 128 random bits, which need no slow hash. */
export function sha256(text: string): Buffer {
	return createHash("sha256").update(text).digest();
}
