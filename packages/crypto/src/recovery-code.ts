/** Codes for whoever has lost their second factor: 16 base32 digits (80 bits) in groups of four. */
import { randomBytes } from "node:crypto";
import { CODE_DIGITS } from "./fingerprint.ts";

const DIGITS = 16;

export function recoveryCode(): string {
	const digits = Array.from(randomBytes(DIGITS), (byte) => CODE_DIGITS[byte % 32]).join("");
	return (digits.match(/.{4}/g) ?? []).join("-");
}

/** A code as it was typed, without what tells no code from another: case, spaces and hyphens. */
export function plainRecoveryCode(typed: string): string {
	return typed.toUpperCase().replace(/[^0-9A-Z]/g, "");
}
