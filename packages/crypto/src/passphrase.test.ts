import { expect, test } from "vitest";
import { type Derivation, deriveRootKey, newDerivation } from "./passphrase.ts";

const cheap = (): Derivation => ({ ...newDerivation(), n: 2 ** 14 });

test("a passphrase gives the same root key each time, and another with another salt", () => {
	const derivation = cheap();
	const key = deriveRootKey("correct horse battery", derivation);
	expect(deriveRootKey("correct horse battery", derivation).id).toBe(key.id);
	expect(deriveRootKey("correct horse battery", cheap()).id).not.toBe(key.id);
	expect(deriveRootKey("correct horse batterY", derivation).id).not.toBe(key.id);
});
