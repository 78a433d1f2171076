/**
 * Where the root key is had from. Guards the rule that a key is made once, before there is any data, and never over existing
 * data. Loads nothing heavy, because applications read their key here while they boot.
 */
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname } from "node:path";
import { AppError } from "@holdfast/contract";
import type { RootKeyKind } from "@holdfast/contract/schemas";
import {
	type Derivation,
	deriveRootKey,
	newDerivation,
	newRootKey,
	parseRootKey,
	type RootKey,
	rootKeyText,
} from "@holdfast/crypto";

/** What was set. The first of these that is not `null` is the source. */
export interface RootKeyOptions {
	/** The key itself, in base64 or as a recovery kit. */
	text: string | null;
	/** A command of the system's shell that prints it. */
	command?: string | null;
	/** What it is derived from. */
	passphrase?: string | null;
	/** The file that has it. */
	file: string;
}

/** A key, and how it is derived from a passphrase if it is. */
interface MadeKey {
	key: RootKey;
	derivation: Derivation | null;
}

/**
 * A place that keeps a root key: what a key management service implements. Synchronous, because applications take their
 * settings before their first line runs; a service is asked through its own command.
 */
export interface RootKeySource {
	readonly kind: RootKeyKind;
	/** The place as people know it. Never a secret. */
	readonly place: string;
	/**
	 * The key that is there; `null` when there is none. Of a passphrase, the key that one of the derivations makes of it and
	 * that `isWanted`, or else the first.
	 *
	 * @throws AppError `ROOT_KEY_MALFORMED` when there is something, but not a key.
	 */
	read(derivations: readonly Derivation[], isWanted: (key: RootKey) => boolean): RootKey | null;
	/** The key of a first start, made where it is this source's to make. @throws AppError as `read`; `ROOT_KEY_UNWRITABLE` */
	first(): MadeKey;
	/**
	 * Put another key in the place of `before`, and say whether it is there: a file can be written, anything else is changed by
	 * a person.
	 */
	replace(before: RootKey, key: RootKey): boolean;
}

export function rootKeySource({ text, command = null, passphrase = null, file }: RootKeyOptions): RootKeySource {
	if (text !== null) return givenKey("variable", "HOLDFAST_ROOT_KEY", () => text);
	if (command !== null) return givenKey("command", "HOLDFAST_ROOT_KEY_COMMAND", () => outputOf(command));
	return passphrase !== null ? derivedKey(passphrase) : keyFile(file);
}

/** A key that someone else keeps, and that is only ever read. */
function givenKey(kind: RootKeyKind, place: string, text: () => string): RootKeySource {
	const read = () => parseRootKey(text(), place);
	return { kind, place, read, first: () => ({ key: read(), derivation: null }), replace: () => false };
}

/** How long a key management service may take, in milliseconds. */
const COMMAND_PATIENCE = 60_000;

function outputOf(command: string): string {
	// Few have a command, and the module costs an application that boots a millisecond.
	const { spawnSync } = process.getBuiltinModule("node:child_process");
	const stdio = ["ignore", "pipe", "inherit"] as const;
	const { status, stdout, error } = spawnSync(command, {
		shell: true,
		encoding: "utf8",
		timeout: COMMAND_PATIENCE,
		stdio: [...stdio],
	});
	if (status === 0) return stdout;
	const detail = `the command ended with ${status ?? (error as NodeJS.ErrnoException | undefined)?.code ?? "a signal"}`;
	throw new AppError("ROOT_KEY_MALFORMED", { name: "HOLDFAST_ROOT_KEY_COMMAND", detail });
}

function derivedKey(passphrase: string): RootKeySource {
	const derive = (derivation: Derivation) => deriveRootKey(passphrase, derivation);
	return {
		kind: "passphrase",
		place: "HOLDFAST_ROOT_KEY_PASSPHRASE",
		read(derivations, isWanted) {
			let first: RootKey | null = null;
			for (const derivation of derivations) {
				const key = derive(derivation);
				if (isWanted(key)) return key;
				first ??= key;
			}
			return first;
		},
		first() {
			const derivation = newDerivation();
			return { key: derive(derivation), derivation };
		},
		replace: () => false,
	};
}

function keyFile(file: string): RootKeySource {
	const read = () => readKeyFile(file);
	return {
		kind: "file",
		place: file,
		read,
		first: () => ({ key: read() ?? makeKeyFile(file), derivation: null }),
		replace(before, key) {
			const there = read();
			if (there?.id === key.id) return true;
			if (there?.id !== before.id) return false;
			return replaceKeyFile(file, key);
		},
	};
}

function readKeyFile(file: string): RootKey | null {
	try {
		return parseRootKey(readFileSync(file, "utf8"), file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		if (error instanceof AppError) throw error;
		throw new AppError("ROOT_KEY_MALFORMED", { name: file, detail: (error as Error).message }, { cause: error });
	}
}

/**
 * Make the root key file, 0600 and durable. The key appears in one step, whole; when another process was first, that one's
 * key is read instead. Runs under the lock of a start, so that a draft found here is of a start that was cut off.
 *
 * @throws AppError `ROOT_KEY_UNWRITABLE` when the file system does not take it.
 */
function makeKeyFile(file: string): RootKey {
	try {
		withDraft(file, newRootKey(), (draft) => linkUnlessThere(draft, file));
	} catch (error) {
		throw unwritable(file, (error as NodeJS.ErrnoException).code ?? (error as Error).name, error);
	}
	const key = readKeyFile(file);
	if (key === null) throw unwritable(file, "it was removed while it was made");
	return key;
}

/** Whether the file has the key now; where it may not be written, a person has to. */
function replaceKeyFile(file: string, key: RootKey): boolean {
	try {
		withDraft(file, key, (draft) => renameSync(draft, file));
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
		rmSync(draft, { force: true });
		writeDurably(draft, `${rootKeyText(key)}\n`);
		put(draft);
		syncFolder(dirname(file));
	} finally {
		rmSync(draft, { force: true });
	}
}

function unwritable(file: string, detail: string, cause?: unknown): AppError {
	return new AppError("ROOT_KEY_UNWRITABLE", { name: basename(file), detail }, { cause });
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
