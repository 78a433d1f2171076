/**
 * A root key from a passphrase, through scrypt (RFC 7914). Salt and cost are no secret and are stored with the data. Guards
 * that nobody who can write there makes the derivation cheap to try passphrases against, or so dear that no start ends.
 */
import { randomBytes, scryptSync } from "node:crypto";
import { AppError } from "@holdfast/contract";
import { type RootKey, rootKeyOf } from "./root-key.ts";

/** How a root key follows from a passphrase. */
export interface Derivation {
	algorithm: "scrypt";
	/** Base64 of 16 random bytes. */
	salt: string;
	/** The cost, a power of two; one try takes `128 * n * r` bytes of memory. */
	n: number;
	/** The size of a block. */
	r: number;
	/** How many times over, one after the other. */
	p: number;
}

const WHERE = "the passphrase";
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const FEWEST_CHARACTERS = 12;
/** 2^17 with r = 8: 128 MiB, and a few tenths of a second. */
const COST = { n: 2 ** 17, r: 8, p: 1 };
/** From 16 MiB and hundredths of a second to 1 GiB and some seconds. */
const BOUNDS = { n: [2 ** 14, 2 ** 20], r: [8, 32], p: [1, 4] } as const;
const MOST_MEMORY = 2 ** 30;

/** A derivation for a new passphrase: a salt of its own, at the cost that is usual for keys at rest. */
export function newDerivation(): Derivation {
	return { algorithm: "scrypt", salt: randomBytes(SALT_BYTES).toString("base64"), ...COST };
}

/**
 * Derive a root key. Takes a few tenths of a second, on purpose, and blocks meanwhile. A passphrase is the same however its
 * accents were typed: it is normalised to NFC. Blanks count.
 *
 * @throws AppError `ROOT_KEY_PASSPHRASE_SHORT` for one under 12 characters, `ROOT_KEY_MALFORMED` for a derivation out of bounds.
 */
export function deriveRootKey(passphrase: string, derivation: Derivation): RootKey {
	const normal = passphrase.normalize("NFC");
	const characters = [...normal].length;
	if (characters < FEWEST_CHARACTERS) {
		const detail = `it has ${characters} characters, and ${FEWEST_CHARACTERS} are the fewest`;
		throw new AppError("ROOT_KEY_PASSPHRASE_SHORT", { detail });
	}
	const salt = saltOf(derivation);
	const { n, r, p } = derivation;
	// Node's own limit is 32 MiB; scrypt needs a little more than its blocks.
	const maxmem = 128 * r * (n + p + 2) + 2 ** 20;
	return rootKeyOf(scryptSync(normal, salt, KEY_BYTES, { N: n, r, p, maxmem }));
}

/** The salt of a derivation that was found to be within bounds: it may come from a database that somebody changed. */
function saltOf({ algorithm, salt, n, r, p }: Derivation): Buffer {
	if (algorithm !== "scrypt") throw malformed("it is not derived with scrypt");
	const within = (value: number, [least, most]: readonly [number, number]) =>
		Number.isInteger(value) && value >= least && value <= most;
	const bounded = within(n, BOUNDS.n) && within(r, BOUNDS.r) && within(p, BOUNDS.p);
	if (!bounded || !Number.isInteger(Math.log2(n)) || 128 * n * r > MOST_MEMORY) {
		throw malformed("the cost stored for its derivation is out of bounds");
	}
	const bytes = Buffer.from(salt, "base64");
	if (bytes.length !== SALT_BYTES) throw malformed(`the salt stored for its derivation has ${bytes.length} bytes`);
	return bytes;
}

function malformed(detail: string): AppError {
	return new AppError("ROOT_KEY_MALFORMED", { name: WHERE, detail });
}
