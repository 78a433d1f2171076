/**
 * The one form in which Holdfast stores anything secret. Guards one invariant: bytes sealed for one place open in that
 * place only, whole and unchanged.
 *
 * Layout of an envelope, version 1:
 *
 *     offset  size  field
 *     0       1     version, 0x01
 *     1       8     id of the key it is sealed under
 *     9       16    salt of this envelope, random
 *     25      12    IV, random
 *     37      n     ciphertext
 *     37+n    16    GCM tag
 *
 * The cipher is AES-256-GCM (NIST SP 800-38D). Its key is HKDF-SHA256 (RFC 5869) over the sealing key with the salt, so
 * each envelope has a key of its own and no IV is ever used twice under one key. The associated data is the header
 * (version and key id) followed by the context, each field with its length before it.
 */
import { createSecretKey, hkdfSync, type KeyObject, randomFillSync } from "node:crypto";
import { decrypt, encrypt, type GcmInput, IV_BYTES, TAG_BYTES } from "./gcm.ts";

const VERSION = 0x01;
const KEY_ID_BYTES = 8;
const SALT_BYTES = 16;
const SALT_AT = 1 + KEY_ID_BYTES;
const IV_AT = SALT_AT + SALT_BYTES;
const BODY_AT = IV_AT + IV_BYTES;
const DERIVATION = "holdfast/1/envelope";

/** A key that seals and opens. `id` is 16 lower-case hex digits and travels in the envelope's header. */
export interface SealingKey {
	readonly id: string;
	readonly key: KeyObject;
}

/** The place an envelope belongs to. Every field is bound: changed in any, the envelope does not open. */
export interface SealContext {
	/** What kind of thing it is: a data key, one value, an environment's snapshot, a root key's bridge, a part of a backup. */
	readonly purpose: "data-key" | "value" | "snapshot" | "root-key" | "backup";
	readonly instance: string;
	readonly owner: string;
	readonly environment: string;
	readonly name: string;
	/** The version of a value, the edition of a snapshot, the place of a backup's piece in order, 0 for a key. */
	readonly version: number;
}

/** Seal bytes for one place. Costs one HKDF and one pass of AES-GCM. */
export function seal(key: SealingKey, context: SealContext, plaintext: Uint8Array): Buffer {
	const head = Buffer.allocUnsafe(BODY_AT);
	head[0] = VERSION;
	head.write(key.id, 1, KEY_ID_BYTES, "hex");
	randomFillSync(head, SALT_AT);
	const { body, tag } = encrypt(gcmInput(key, context, head), plaintext);
	return Buffer.concat([head, body, tag], BODY_AT + body.length + TAG_BYTES);
}

/**
 * Open an envelope in its place. Returns `null` when it does not open: other key, other place, or changed bytes. Which of
 * these it was cannot be told, and is not: a wrong key and a tampered value look alike.
 */
export function open(key: SealingKey, context: SealContext, envelope: Uint8Array): Buffer | null {
	const bytes = Buffer.from(envelope.buffer, envelope.byteOffset, envelope.byteLength);
	if (envelopeKeyId(bytes) !== key.id) return null;
	const tagAt = bytes.length - TAG_BYTES;
	return decrypt(gcmInput(key, context, bytes), bytes.subarray(BODY_AT, tagAt), bytes.subarray(tagAt));
}

/** The id of the key an envelope says it is sealed under; `null` when the bytes are no envelope of this version. */
export function envelopeKeyId(envelope: Uint8Array): string | null {
	if (envelope.length < BODY_AT + TAG_BYTES || envelope[0] !== VERSION) return null;
	return Buffer.from(envelope.subarray(1, SALT_AT)).toString("hex");
}

function gcmInput(key: SealingKey, context: SealContext, header: Buffer): GcmInput {
	return {
		key: deriveKey(key, header),
		iv: header.subarray(IV_AT, BODY_AT),
		associated: associatedData(header, context),
	};
}

function deriveKey(key: SealingKey, header: Buffer): KeyObject {
	return createSecretKey(new Uint8Array(hkdfSync("sha256", key.key, header.subarray(SALT_AT, IV_AT), DERIVATION, 32)));
}

function associatedData(header: Buffer, context: SealContext): Buffer {
	const { purpose, instance, owner, environment, name, version } = context;
	const fields = [purpose, instance, owner, environment, name, String(version)];
	const size = fields.reduce((sum, field) => sum + 4 + Buffer.byteLength(field), SALT_AT);
	const data = Buffer.allocUnsafe(size);
	let at = header.copy(data, 0, 0, SALT_AT);
	for (const field of fields) {
		const length = data.write(field, at + 4);
		at = data.writeUInt32BE(length, at) + length;
	}
	return data;
}
