/**
 * The root key: 32 bytes above every other key. It is written as base64 and known by its fingerprint, which gives nothing
 * of it away. Nothing here reads or writes a file.
 */
import { createSecretKey, hkdfSync, randomBytes } from "node:crypto";
import { AppError } from "@holdfast/contract";
import type { SealingKey } from "./envelope.ts";

const ROOT_KEY_BYTES = 32;

export interface RootKey extends SealingKey {
	/** The key's id in groups of four, for people: `3fa2-81c0-9be4-77d1`. */
	readonly fingerprint: string;
}

/** A new root key as text: 32 random bytes in base64. */
export function newRootKeyText(): string {
	return randomBytes(ROOT_KEY_BYTES).toString("base64");
}

/**
 * Read a root key's text, in base64 or base64url, surrounded by any white space.
 *
 * @param where names the place it came from in the error.
 * @throws AppError `ROOT_KEY_MALFORMED` when it is not exactly 32 bytes.
 */
export function parseRootKey(text: string, where: string): RootKey {
	const trimmed = text.trim();
	const malformed = (detail: string) => new AppError("ROOT_KEY_MALFORMED", { name: where, detail });
	if (trimmed === "") throw malformed("it is empty");
	if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(trimmed)) throw malformed("it is not base64");
	const bytes = Buffer.from(trimmed, "base64");
	if (bytes.length !== ROOT_KEY_BYTES) throw malformed(`it has ${bytes.length} bytes`);
	if (bytes.every((byte) => byte === bytes[0])) throw malformed("all its bytes are the same");
	const id = Buffer.from(hkdfSync("sha256", bytes, "", "holdfast/1/root-key-id", 8)).toString("hex");
	return { id, fingerprint: (id.match(/.{4}/g) ?? []).join("-"), key: createSecretKey(bytes) };
}
