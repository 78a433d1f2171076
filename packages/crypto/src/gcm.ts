/**
 * The one place that calls the cipher: AES-256-GCM (NIST SP 800-38D) with a 96-bit IV and a tag of 128 bits. Guards that no
 * shorter tag is taken, which Node would do unless told otherwise, and that nothing is handed out before its tag is right.
 */
import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";

const CIPHER = "aes-256-gcm";
export const IV_BYTES = 12;
export const TAG_BYTES = 16;
const OPTIONS = { authTagLength: TAG_BYTES };

/** What both directions need alike. The key is a KeyObject, since a cipher takes twice as long to begin with raw bytes. */
export interface GcmInput {
	/** 32 bytes. */
	readonly key: KeyObject;
	/** `IV_BYTES` bytes, never used twice under one key. */
	readonly iv: Uint8Array;
	/** What is not encrypted, but has to be the same when it is decrypted. */
	readonly associated: Uint8Array;
}

/** The ciphertext, as long as the plaintext, and the tag. */
export function encrypt({ key, iv, associated }: GcmInput, plaintext: Uint8Array): { body: Buffer; tag: Buffer } {
	const cipher = createCipheriv(CIPHER, key, iv, OPTIONS);
	cipher.setAAD(associated);
	const body = cipher.update(plaintext);
	// GCM is a stream: `final` has no bytes left to give, and computes the tag.
	cipher.final();
	return { body, tag: cipher.getAuthTag() };
}

/** The plaintext; `null` when the tag is not that of these bytes, this key, IV and associated data. */
export function decrypt({ key, iv, associated }: GcmInput, body: Uint8Array, tag: Uint8Array): Buffer | null {
	const decipher = createDecipheriv(CIPHER, key, iv, OPTIONS);
	decipher.setAAD(associated);
	decipher.setAuthTag(tag);
	const plaintext = decipher.update(body);
	try {
		decipher.final();
	} catch {
		// `final` throws when the tag does not match, and for no other reason.
		return null;
	}
	return plaintext;
}
