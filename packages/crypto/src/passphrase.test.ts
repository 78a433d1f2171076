import { AppError } from "@holdfast/contract";
import { expect, test } from "vitest";
import { type Derivation, deriveRootKey, newDerivation } from "./passphrase.ts";

const PASSPHRASE = "correct horse battery";
const cheap = (): Derivation => ({ ...newDerivation(), n: 2 ** 14 });

function refusal(passphrase: string, derivation: Derivation, code = "ROOT_KEY_MALFORMED"): string {
	try {
		deriveRootKey(passphrase, derivation);
	} catch (error) {
		if (error instanceof AppError && error.code === code) return error.message;
	}
	throw new Error("it was derived, or refused without the code");
}

test("a passphrase gives the same root key each time, and another with another salt, cost or letter", () => {
	const derivation = cheap();
	const key = deriveRootKey(PASSPHRASE, derivation);
	expect(deriveRootKey(PASSPHRASE, derivation).id).toBe(key.id);
	expect(deriveRootKey(PASSPHRASE, cheap()).id).not.toBe(key.id);
	expect(deriveRootKey(PASSPHRASE, { ...derivation, n: 2 ** 15 }).id).not.toBe(key.id);
	expect(deriveRootKey("correct horse batterY", derivation).id).not.toBe(key.id);
});

test("it is the same however its accents were typed", () => {
	const derivation = cheap();
	const composed = deriveRootKey("Stra\u00dfe nach Z\u00fcrich", derivation);
	expect(deriveRootKey("Stra\u00dfe nach Zu\u0308rich", derivation).id).toBe(composed.id);
});

test("a new derivation has the usual cost, fits Node's limits, and no salt twice", () => {
	const [one, two] = [newDerivation(), newDerivation()];
	expect(one).toEqual({ algorithm: "scrypt", salt: expect.any(String), n: 131_072, r: 8, p: 1 });
	expect(one.salt).not.toBe(two.salt);
	expect(deriveRootKey(PASSPHRASE, one).fingerprint).toMatch(/^([0-9a-f]{4}-){3}[0-9a-f]{4}$/);
});

test("a passphrase under twelve characters is refused, and is not in the message", () => {
	const message = refusal("elevenchars", cheap(), "ROOT_KEY_PASSPHRASE_SHORT");
	expect(message).toContain("too short: it has 11 characters, and 12 are the fewest");
	expect(message).not.toContain("elevenchars");
	expect(refusal("\u{1f511}".repeat(11), cheap(), "ROOT_KEY_PASSPHRASE_SHORT")).toContain("11 characters");
});

test.each<[string, Partial<Record<keyof Derivation, unknown>>, string]>([
	["cheap", { n: 2 ** 13 }, "out of bounds"],
	["dear", { n: 2 ** 21 }, "out of bounds"],
	["of much memory", { n: 2 ** 20, r: 16 }, "out of bounds"],
	["no power of two", { n: 2 ** 14 + 1 }, "out of bounds"],
	["no number", { n: "16384" }, "out of bounds"],
	["long", { p: 5 }, "out of bounds"],
	["of another algorithm", { algorithm: "md5" }, "not derived with scrypt"],
	["of a short salt", { salt: "c2FsdA==" }, "salt stored for its derivation has 4 bytes"],
])("a stored derivation that is %s is refused before it runs", (_, change, detail) => {
	expect(refusal(PASSPHRASE, { ...cheap(), ...change } as Derivation)).toContain(detail);
});
