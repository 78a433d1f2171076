/**
 * Where the root key is kept. Guards the rule that a key is made once, before there is any data, and never over existing
 * data: a missing or wrong key stops the start instead.
 */
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { basename, dirname } from "node:path";
import { AppError } from "@holdfast/contract";
import { newRootKey, parseRootKey, type RootKey, rootKeyText } from "@holdfast/crypto";

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
 * key is read instead. Runs under the lock of a start, so that a draft found here is of a start that was cut off.
 *
 * @throws AppError `ROOT_KEY_UNWRITABLE` when the file system does not take it.
 */
export function makeRootKey(source: RootKeySource): RootKey {
	const draft = `${source.file}.${process.pid}.new`;
	try {
		rmSync(draft, { force: true });
		writeDurably(draft, `${rootKeyText(newRootKey())}\n`);
		linkUnlessThere(draft, source.file);
		syncFolder(dirname(source.file));
	} catch (error) {
		throw unwritable(source, (error as NodeJS.ErrnoException).code ?? (error as Error).name, error);
	} finally {
		rmSync(draft, { force: true });
	}
	const key = readRootKey(source);
	if (key === null) throw unwritable(source, "it was removed while it was made");
	return key;
}

function unwritable(source: RootKeySource, detail: string, cause?: unknown): AppError {
	return new AppError("ROOT_KEY_UNWRITABLE", { name: basename(source.file), detail }, { cause });
}

function writeDurably(path: string, text: string): void {
	const file = openSync(path, "wx", 0o600);
	try {
		writeSync(file, text);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}

function linkUnlessThere(from: string, to: string): void {
	try {
		linkSync(from, to);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
}

function syncFolder(path: string): void {
	const folder = openSync(path, "r");
	fsyncSync(folder);
	closeSync(folder);
}

function fingerprint(id: string): string {
	return (id.match(/.{4}/g) ?? []).join("-");
}
