import { base32 } from "@scure/base";
import { expect, test } from "vitest";
import { totpCode, totpSecret, totpStep, totpUri } from "./totp.ts";

/** RFC 6238, appendix B: seconds and the last six of the eight digits given there. */
const VECTORS = [
	[59, "287082"],
	[1_111_111_109, "081804"],
	[1_111_111_111, "050471"],
	[1_234_567_890, "005924"],
	[2_000_000_000, "279037"],
	[20_000_000_000, "353130"],
] as const;

test("codes are those of RFC 6238", () => {
	const secret = Buffer.from("12345678901234567890");
	for (const [seconds, code] of VECTORS) expect(totpCode(secret, seconds * 1000)).toBe(code);
});

test("a code is of its own step, and is known one step before and after it", () => {
	const secret = totpSecret();
	const at = 1_700_000_010_000;
	const step = Math.floor(at / 30_000);
	const code = totpCode(secret, at);
	for (const by of [-30_000, 0, 30_000]) expect(totpStep(secret, code, at + by)).toBe(step);
	for (const by of [-60_000, 60_000]) expect(totpStep(secret, code, at + by)).not.toBe(step);
	for (const wrong of ["", "1", `${code}0`, ` ${code}`, code.replace(/.$/, "x")])
		expect(totpStep(secret, wrong, at)).toBeNull();
});

test("an app finds the secret and the account in the address", () => {
	const secret = totpSecret();
	const uri = new URL(totpUri(secret, { issuer: "Holdfast", account: "ann@people.example" }));
	expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual([
		"otpauth:",
		"totp",
		"/Holdfast:ann@people.example",
	]);
	expect(Buffer.from(base32.decode(uri.searchParams.get("secret") ?? ""))).toEqual(secret);
});
