/// <reference path="./encrypted-primitives.d.ts" />
/**
 * Sealing and opening the values of one file as dotenvx does, with its own library. Opening costs milliseconds, so what
 * was opened or sealed for a file stays in this process's memory for as long as the file has it: no value is opened
 * twice.
 */
import { resolve } from "node:path";
import primitives from "@dotenvx/primitives";
import { isEncrypted } from "./encrypted-value.ts";
import { findKeyPair, type KeyPair, type KeySource, makeKeyPair } from "./private-keys.ts";
import { readEnvFile } from "./read.ts";
import type { ReplaceOptions } from "./replace.ts";

export interface Cipher {
	/** The line that a file with values sealed by this must have. */
	publicKeyLine: string;
	/** The value of a line: itself when it is not sealed, `null` when it does not open. */
	open(value: string): string | null;
	/** Text for a line, in plain ASCII, other each time. */
	seal(value: string): string;
}

export type CipherOptions = KeySource & ReplaceOptions;

interface Memory {
	publicKey: string;
	/** What each ciphertext opened to; `null` for one that does not. */
	opened: Map<string, string | null>;
}

/** By the file's path. */
const memories = new Map<string, Memory>();

function memoryOf(path: string, publicKey: string): Memory {
	const place = resolve(path);
	const known = memories.get(place);
	if (known?.publicKey === publicKey) return known;
	const fresh: Memory = { publicKey, opened: new Map() };
	memories.set(place, fresh);
	return fresh;
}

/** Forget what a file does not have any more. */
export function forgetOthers(path: string, values: ReadonlyMap<string, string>): void {
	const memory = memories.get(resolve(path));
	if (memory === undefined) return;
	const present = new Set(values.values());
	for (const sealed of memory.opened.keys()) if (!present.has(sealed)) memory.opened.delete(sealed);
}

function tryToOpen(sealed: string, privateKey: string): string | null {
	try {
		return primitives.decrypt(privateKey, sealed);
	} catch (error) {
		// The library's own errors, as DECRYPTION_FAILED and WRONG_PRIVATE_KEY, have a code.
		if (error instanceof Error && "code" in error) return null;
		throw error;
	}
}

/** The cipher of a file whose pair is known. */
export function cipherOf(path: string, { publicName, publicKey, privateKey }: KeyPair): Cipher {
	const { opened } = memoryOf(path, publicKey);
	return {
		publicKeyLine: `${publicName}="${publicKey}"`,
		open: (value) => {
			if (!isEncrypted(value)) return value;
			const known = opened.get(value);
			if (known !== undefined) return known;
			const found = tryToOpen(value, privateKey);
			opened.set(value, found);
			return found;
		},
		seal: (value) => {
			const sealed = primitives.encrypt(publicKey, value);
			opened.set(sealed, value);
			return sealed;
		},
	};
}

/**
 * The cipher of a file. A pair that it has is used; one that is missing is made, its private key in `.env.keys` beside
 * the file. The file itself is not written to.
 *
 * @throws AppError `ENV_KEY_MISSING` when the file is sealed and its private key is not there; what reading the file and
 * writing `.env.keys` may throw.
 */
export function openCipher(options: CipherOptions): Cipher {
	const { path, privateKey, ...rest } = options;
	const { entries, problem } = readEnvFile(path);
	if (problem !== null) throw problem;
	return cipherOf(path, findKeyPair({ path, privateKey }, entries) ?? makeKeyPair(path, rest));
}
