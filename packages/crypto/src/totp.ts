/**
 * Time-based one-time passwords as authenticator apps make them: RFC 6238 with HMAC-SHA-1, six digits and steps of thirty
 * seconds, which is what all of those apps understand.
 */
import { createHmac, randomBytes } from "node:crypto";
import { sameText } from "./fingerprint.ts";

/** In milliseconds. */
const STEP = 30_000;
/** RFC 4648. */
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A new secret of 160 bits, as RFC 4226 recommends. */
export function totpSecret(): Buffer {
	return randomBytes(20);
}

/** What an app reads from a QR code: the secret, for whom and of what it is. */
export function totpUri(secret: Uint8Array, { issuer, account }: { issuer: string; account: string }): string {
	const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
	return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&digits=6&period=30`;
}

/** The code of a time, in milliseconds since 1970. */
export function totpCode(secret: Uint8Array, at: number): string {
	return codeOf(secret, Math.floor(at / STEP));
}

/** The time step that a code is of: the one of that time, or one beside it for clocks that differ. `null` for a wrong code. */
export function totpStep(secret: Uint8Array, code: string, at: number): number | null {
	const current = Math.floor(at / STEP);
	// All are compared, so that how long it takes tells nothing.
	const [step = null] = [current, current - 1, current + 1].filter((each) => sameText(codeOf(secret, each), code));
	return step;
}

function codeOf(secret: Uint8Array, step: number): string {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(step));
	const digest = createHmac("sha1", secret).update(counter).digest();
	const offset = (digest.at(-1) ?? 0) & 15;
	return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

function base32(bytes: Uint8Array): string {
	const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
	return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[Number.parseInt(five.padEnd(5, "0"), 2)]).join("");
}
