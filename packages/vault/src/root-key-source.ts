/**
 * Where the root key is had from: each kind of place, read. Loads nothing heavy and makes nothing, because applications read
 * their key here while they boot; how a key comes to be there is in root-key-place.ts.
 */
import { readFileSync } from "node:fs";
import { AppError } from "@holdfast/contract";
import type { RootKeyKind } from "@holdfast/contract/schemas";
import { type Derivation, deriveRootKey, parseRootKey, type RootKey } from "@holdfast/crypto";

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
	 * @throws AppError `ROOT_KEY_MALFORMED` when there is something, but not a key; `ROOT_KEY_COMMAND_FAILED`;
	 * `ROOT_KEY_PASSPHRASE_SHORT`.
	 */
	read(derivations: readonly Derivation[], isWanted: (key: RootKey) => boolean): RootKey | null;
}

export function rootKeySource({ text, command = null, passphrase = null, file }: RootKeyOptions): RootKeySource {
	if (text !== null) return givenKey("variable", "HOLDFAST_ROOT_KEY", () => text);
	if (command !== null) return givenKey("command", "HOLDFAST_ROOT_KEY_COMMAND", () => outputOf(command));
	return passphrase !== null ? derivedKey(passphrase) : { kind: "file", place: file, read: () => readKeyFile(file) };
}

/** A key that is whole where it is, and only has to be read. */
function givenKey(kind: RootKeyKind, place: string, text: () => string): RootKeySource {
	return { kind, place, read: () => parseRootKey(text(), place) };
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
	throw new AppError("ROOT_KEY_COMMAND_FAILED", { detail });
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
	};
}

export function readKeyFile(file: string): RootKey | null {
	try {
		return parseRootKey(readFileSync(file, "utf8"), file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		if (error instanceof AppError) throw error;
		throw new AppError("ROOT_KEY_MALFORMED", { name: file, detail: (error as Error).message }, { cause: error });
	}
}
