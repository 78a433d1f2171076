/**
 * The root key: 32 bytes above every other key. It is written as base64 or, for paper, as a recovery kit, and known by its
 * fingerprint, which gives nothing of it away. Nothing here reads or writes a file.
 */
import { createSecretKey, hkdfSync, randomBytes } from "node:crypto";
import { AppError } from "@holdfast/contract";
import type { SealingKey } from "./envelope.ts";
import { readRecoveryKit } from "./recovery-kit.ts";

const ROOT_KEY_BYTES = 32;

export interface RootKey extends SealingKey {
	/** The key's id in groups of four, for people: `3fa2-81c0-9be4-77d1`. */
	readonly fingerprint: string;
}

/** A new root key: 32 random bytes. */
export function newRootKey(): RootKey {
	return rootKeyOf(randomBytes(ROOT_KEY_BYTES));
}

/** The root key of these 32 bytes. Its id is derived from them. */
export function rootKeyOf(bytes: Uint8Array): RootKey {
	const id = derive(bytes, "root-key-id", 8);
	return { id, fingerprint: fingerprintOf(id), key: createSecretKey(bytes) };
}

/** A root key's id in groups of four, for people. */
export function fingerprintOf(id: string): string {
	return (id.match(/.{4}/g) ?? []).join("-");
}

/** A root key as the text that its file has: base64. */
export function rootKeyText({ key }: RootKey): string {
	return key.export().toString("base64");
}

/**
 * Read a root key's text: base64 or base64url, surrounded by any white space, or a recovery kit.
 *
 * @param where names the place it came from in the error.
 * @throws AppError `ROOT_KEY_MALFORMED` when it is neither, or not exactly 32 bytes.
 */
export function parseRootKey(text: string, where: string): RootKey {
	const trimmed = text.trim();
	const malformed = (detail: string) => new AppError("ROOT_KEY_MALFORMED", { name: where, detail });
	if (trimmed === "") throw malformed("it is empty");
	const bytes = readRecoveryKit(trimmed, malformed) ?? readBase64(trimmed, malformed);
	if (bytes.every((byte) => byte === bytes[0])) throw malformed("all its bytes are the same");
	return rootKeyOf(bytes);
}

function readBase64(text: string, malformed: (detail: string) => Error): Uint8Array {
	if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) throw malformed("it is not base64");
	const bytes = Buffer.from(text, "base64");
	if (bytes.length !== ROOT_KEY_BYTES) throw malformed(`it has ${bytes.length} of ${ROOT_KEY_BYTES} bytes`);
	return bytes;
}

/**
 * A digest by which a root key proves itself before anything is opened with it: 32 bytes as hex. It is derived apart from
 * the id, so that a key whose id alone was copied into the data does not pass.
 */
export function canaryOf({ key }: RootKey): string {
	return derive(key.export(), "root-key-canary", 32);
}

function derive(bytes: Uint8Array, purpose: string, length: number): string {
	return Buffer.from(hkdfSync("sha256", bytes, "", `holdfast/1/${purpose}`, length)).toString("hex");
}
