/**
 * Where the root key is kept. Guards the rule that a key is made once, before there is any data, and never over existing
 * data: a missing or wrong key stops the start instead.
 */
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { AppError } from "@holdfast/contract";
import { newRootKeyText, parseRootKey, type RootKey } from "@holdfast/crypto";

export interface RootKeySource {
	/** The key itself, from HOLDFAST_ROOT_KEY; `null` when unset. */
	text: string | null;
	/** The file that has it otherwise. */
	file: string;
}

/**
 * Read the root key; `null` when there is none.
 *
 * @throws AppError `ROOT_KEY_MALFORMED` when there is something, but not a key.
 */
export function readRootKey(source: RootKeySource): RootKey | null {
	if (source.text !== null) return parseRootKey(source.text, "HOLDFAST_ROOT_KEY");
	try {
		return parseRootKey(readFileSync(source.file, "utf8"), source.file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		if (error instanceof AppError) throw error;
		throw new AppError("ROOT_KEY_MALFORMED", { name: source.file, detail: (error as Error).message }, { cause: error });
	}
}

/**
 * The root key that data sealed under the key `sealedUnder` needs.
 *
 * @throws AppError `ROOT_KEY_MISSING` or `ROOT_KEY_WRONG`, naming fingerprints.
 */
export function requireRootKey(source: RootKeySource, sealedUnder: string): RootKey {
	const key = readRootKey(source);
	if (key === null) throw new AppError("ROOT_KEY_MISSING", { detail: fingerprint(sealedUnder) });
	if (key.id !== sealedUnder) {
		const detail = `the data is sealed under ${fingerprint(sealedUnder)}, the key given is ${key.fingerprint}`;
		throw new AppError("ROOT_KEY_WRONG", { detail });
	}
	return key;
}

/**
 * Make the root key file, 0600 and durable. The key appears in one step, whole; when another process was first, that one's
 * key is read instead.
 */
export function makeRootKey(source: RootKeySource): RootKey {
	const text = newRootKeyText();
	const draft = `${source.file}.${process.pid}.new`;
	const file = openSync(draft, "wx", 0o600);
	try {
		writeSync(file, `${text}\n`);
		fsyncSync(file);
		linkSync(draft, source.file);
		syncFolder(dirname(source.file));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	} finally {
		closeSync(file);
		rmSync(draft, { force: true });
	}
	return readRootKey(source) ?? parseRootKey(text, source.file);
}

function syncFolder(path: string): void {
	const folder = openSync(path, "r");
	fsyncSync(folder);
	closeSync(folder);
}

function fingerprint(id: string): string {
	return (id.match(/.{4}/g) ?? []).join("-");
}
