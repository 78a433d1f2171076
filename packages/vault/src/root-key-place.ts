/**
 * How a root key comes to where it is read from. Guards the rule that a key is made once, before there is any data, and never
 * over existing data; a key takes the place of another only in a rotation, which has both.
 */
import {
	closeSync,
	fsyncSync,
	linkSync,
	mkdirSync,
	openSync,
	readdirSync,
	realpathSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { AppError } from "@holdfast/contract";
import { type Derivation, newDerivation, newRootKey, type RootKey, rootKeyText } from "@holdfast/crypto";
import { type RootKeyOptions, readKeyFile, rootKeySource } from "./root-key-source.ts";
import { openLock } from "./storage/lock.ts";

/** A key, and how it is derived from a passphrase if it is. */
export interface MadeKey {
	key: RootKey;
	derivation: Derivation | null;
}

/**
 * The key of a first start: what is given, derived, or in the file; a file that is not there is made.
 *
 * @throws AppError with one of the codes `ROOT_KEY_…`.
 */
export function firstRootKey(options: RootKeyOptions): MadeKey {
	const source = rootKeySource(options);
	const derivation = source.kind === "passphrase" ? newDerivation() : null;
	const key = source.read(derivation ? [derivation] : [], () => true);
	return { key: key ?? makeKeyFile(options.file, newRootKey()), derivation };
}

/**
 * Put a key in the place of `before`, and say whether it is there: a file can be written, anything else is changed by a
 * person.
 */
export async function replaceRootKey(
	{ dataDir, rootKey: options }: { dataDir: string; rootKey: RootKeyOptions },
	before: RootKey,
	key: RootKey,
): Promise<boolean> {
	return rootKeySource(options).kind === "file" && alone(dataDir, () => isPlaced(options, before, key));
}

function isPlaced(options: RootKeyOptions, before: RootKey, key: RootKey): boolean {
	const there = readKeyFile(options.file);
	if (there?.id === key.id) {
		// Whoever put it there may have been cut off before it was durable.
		syncFolder(dirname(options.file));
		return true;
	}
	return there?.id === before.id && replaceKeyFile(options.file, key);
}

/**
 * Move a key's file to where there is none yet, whole and durably, and leave a link that leads there. Folders are made for it.
 * At each moment the file has the key.
 *
 * @throws AppError `ROOT_KEY_MALFORMED`; `ROOT_KEY_UNWRITABLE`, also when there is something already; then the file is still
 * where it was.
 */
export function moveRootKey(dataDir: string, file: string, to: string): Promise<void> {
	return alone(dataDir, () => {
		const key = readKeyFile(file);
		if (key === null) throw new AppError("ROOT_KEY_MALFORMED", { name: file, detail: "it is not there any more" });
		const from = realpathSync(file);
		try {
			mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
			withDraft(to, key, (draft) => linkSync(draft, to));
		} catch (error) {
			throw notTaken(to, error);
		}
		const link = `${file}.${process.pid}.link`;
		rmSync(link, { force: true });
		symlinkSync(realpathSync(to), link);
		renameSync(link, file);
		syncFolder(dirname(file));
		if (from !== realpathSync(dirname(file)) + sep + basename(file)) rmSync(from);
	});
}

/** Run what reads the key's file and then changes it, while no other process does. */
async function alone<T>(dataDir: string, act: () => T): Promise<T> {
	const lock = openLock(dataDir, "root-key");
	try {
		return await lock.run(async () => act());
	} finally {
		lock.close();
	}
}

/**
 * Put a key that someone had on paper where it is read from; folders are made for it. The key that is there then: another
 * one, when there was one.
 *
 * @throws AppError `ROOT_KEY_UNWRITABLE`
 */
export function putRootKey(file: string, key: RootKey): RootKey {
	try {
		mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
	} catch (error) {
		throw notTaken(file, error);
	}
	return makeKeyFile(file, key);
}

/**
 * Make the root key file, 0600 and durable, and give the key that is in it. It appears in one step, whole; when another
 * process was first, that one's key is read instead. Runs under the lock of a start, so that a draft found here is of a start
 * that was cut off.
 *
 * @throws AppError `ROOT_KEY_UNWRITABLE` when the file system does not take it.
 */
function makeKeyFile(file: string, key: RootKey): RootKey {
	try {
		withDraft(file, key, (draft) => linkUnlessThere(draft, file));
	} catch (error) {
		throw notTaken(file, error);
	}
	const there = readKeyFile(file);
	if (there === null) throw unwritable(file, "it was removed while it was made");
	return there;
}

/** Whether the file has the key now; where it may not be written, a person has to. */
function replaceKeyFile(file: string, key: RootKey): boolean {
	try {
		// Where a link leads: the link itself may be made anew from elsewhere, and what it leads to would have the old key.
		const place = realpathSync(file);
		withDraft(place, key, (draft) => renameSync(draft, place));
		return true;
	} catch (error) {
		if (error instanceof Error && "code" in error) return false;
		throw error;
	}
}

/** Write a key whole and durably beside its place, then let `put` bring it there. */
function withDraft(file: string, key: RootKey, put: (draft: string) => void): void {
	const draft = `${file}.${process.pid}.new`;
	try {
		// Of whoever was cut off: a key must not lie about. Should another process be at it just now, it tries again.
		for (const name of readdirSync(dirname(file)))
			if (name.startsWith(`${basename(file)}.`) && /^\d+\.new$/.test(name.slice(basename(file).length + 1)))
				rmSync(join(dirname(file), name), { force: true });
		writeDurably(draft, `${rootKeyText(key)}\n`);
		put(draft);
		syncFolder(dirname(file));
	} finally {
		rmSync(draft, { force: true });
	}
}

/** The file system did not take it. */
function notTaken(file: string, cause: unknown): AppError {
	const { code, name } = cause as NodeJS.ErrnoException;
	return unwritable(file, code === "EEXIST" ? "there is something of that name already" : (code ?? name), cause);
}

function unwritable(file: string, detail: string, cause?: unknown): AppError {
	return new AppError("ROOT_KEY_UNWRITABLE", { name: basename(file), detail }, { cause });
}

function writeDurably(path: string, text: string): void {
	const file = openSync(path, "wx", 0o600);
	try {
		writeFileSync(file, text);
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
