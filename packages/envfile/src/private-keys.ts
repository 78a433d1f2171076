/// <reference path="./encrypted-primitives.d.ts" />
/**
 * The key pair of an encrypted file: the public key is in the file, the private one in `.env.keys` beside it, where
 * dotenvx looks for it. A private key that is there is used and never replaced, and over ciphertext no pair is made.
 * Private keys are secrets: no error has one.
 */
import { basename, dirname, join } from "node:path";
import primitives from "@dotenvx/primitives";
import { AppError } from "@holdfast/contract";
import { entries as entriesOf, parseDocument } from "./document.ts";
import { isEncrypted } from "./encrypted-value.ts";
import { type EnvFile, readEnvFile } from "./read.ts";
import type { ReplaceOptions } from "./replace.ts";
import { updateEnvFile } from "./update.ts";

export interface KeySource {
	/** The encrypted file. */
	path: string;
	/** What `DOTENV_PRIVATE_KEY…` holds in the process's environment: a private key, or several with commas between. */
	privateKey?: string | undefined;
}

export interface KeyPair {
	/** What the public key is called in the file. */
	publicName: string;
	publicKey: string;
	privateKey: string;
}

const KEYS_FILE = ".env.keys";
const PUBLIC = "DOTENV_PUBLIC_KEY";
const PRIVATE = "DOTENV_PRIVATE_KEY";
const PRIVATE_KEY = /^[0-9a-f]{64}$/;

/** As dotenvx begins the file. Source: dotenvx 2.38.2, `mutateKeysSrc`. */
const KEYS_HEADER = `#/------------------!DOTENV_PRIVATE_KEYS!-------------------/
#/ private decryption keys. DO NOT commit to source control /
#/     [how it works](https://dotenvx.com/encryption)       /
#/----------------------------------------------------------/
`;

/** Public keys worked out once, because each takes milliseconds; `null` for what is no private key. */
const derived = new Map<string, string | null>();

/** Whether a name is dotenvx's own, for a key and not for a setting. */
export function isKeyName(name: string): boolean {
	return name.startsWith(PUBLIC) || name.startsWith(PRIVATE);
}

/**
 * What dotenvx adds to the names of a file's keys: nothing for `.env`, `_PRODUCTION` for `.env.production`, the first two
 * parts of a longer name. Source: dotenvx 2.38.2, `conventions/keynames`. Where that gives a name that no shell takes, as
 * `_EU-WEST`, an underscore stands in; dotenvx finds keys by what they fit, not by name.
 */
function suffixOf(path: string): string {
	const file = basename(path)
		.toLowerCase()
		.replace(/^(\.env.*)\.txt$/, "$1");
	if (file === ".env") return "";
	const parts = file.split(".").slice(2, 4);
	const environment = parts.length > 0 ? parts.join("_") : file.replace(".env", "development");
	return portable(`_${environment}`);
}

function portable(name: string): string {
	return name.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "_");
}

/** The public key of a private key; `null` for what is none. */
function publicKeyOf(privateKey: string): string | null {
	const known = derived.get(privateKey);
	if (known !== undefined) return known;
	const found = PRIVATE_KEY.test(privateKey) ? derive(privateKey) : null;
	derived.set(privateKey, found);
	return found;
}

function derive(privateKey: string): string | null {
	try {
		return primitives.derive(privateKey);
	} catch {
		// The library's "Invalid private key": zero, or a number past the curve's order.
		return null;
	}
}

function keysPathOf(path: string): string {
	return join(dirname(path), KEYS_FILE);
}

function splitKeys(text: string): string[] {
	return text.split(",").map((key) => key.trim().toLowerCase());
}

interface Named {
	name: string;
	key: string;
}

/** `.env.keys` beside a file; its problem is thrown. */
function readKeysFile(path: string): EnvFile & { problem: null } {
	const found = readEnvFile(keysPathOf(path));
	if (found.problem !== null) throw found.problem;
	return found;
}

/** The private keys in `.env.keys`, the last first: dotenvx adds a line of the same name when a file is made anew. */
function privateKeysIn(path: string): Named[] {
	const { state } = readKeysFile(path);
	const all = entriesOf(parseDocument(state.text ?? "", { file: KEYS_FILE }));
	const keys = all.filter(({ name }) => name.startsWith(PRIVATE));
	return keys.flatMap(({ name, value }) => splitKeys(value).map((key) => ({ name, key }))).reverse();
}

function missing(path: string, detail: string): AppError {
	return new AppError("ENV_KEY_MISSING", { name: basename(path), detail });
}

function fitting(keys: Iterable<string>, publicName: string, publicKey: string): KeyPair | null {
	for (const privateKey of keys) {
		if (publicKeyOf(privateKey) === publicKey) return { publicName, publicKey, privateKey };
	}
	return null;
}

/** The pair of a file that does not say its public key: the private key that was given, or the one of that name. */
function unsaid({ path, privateKey = "" }: KeySource): KeyPair | null {
	const suffix = suffixOf(path);
	const name = PRIVATE + suffix;
	const given = privateKey === "" ? undefined : splitKeys(privateKey)[0];
	const found = given ?? privateKeysIn(path).find((named) => portable(named.name) === name)?.key;
	if (found === undefined) return null;
	const publicKey = publicKeyOf(found);
	if (publicKey === null) throw missing(path, `${name} is no private key`);
	return { publicName: PUBLIC + suffix, publicKey, privateKey: found };
}

/**
 * The pair that a file's values are sealed with; `null` when it has none yet, and nothing sealed.
 *
 * @param values the file's values as they are written.
 * @throws AppError `ENV_KEY_MISSING` when the file has a public key or ciphertext and the private key is not to be
 * found, or is none; `FILE_UNSAFE` when `.env.keys` cannot be read.
 */
export function findKeyPair(source: KeySource, values: ReadonlyMap<string, string>): KeyPair | null {
	const { path, privateKey = "" } = source;
	// Of several, dotenvx seals with the first.
	const publicName = [...values.keys()].find((name) => name.startsWith(PUBLIC));
	const publicKey = publicName && values.get(publicName)?.toLowerCase();
	if (publicName !== undefined && publicKey !== undefined) {
		const given = fitting(splitKeys(privateKey), publicName, publicKey);
		const found = given ?? fitting(new Set(privateKeysIn(path).map(({ key }) => key)), publicName, publicKey);
		if (found === null) throw missing(path, `nothing in ${KEYS_FILE} fits its ${publicName}`);
		return found;
	}
	const found = unsaid(source);
	const isSealed = [...values.values()].some(isEncrypted);
	if (found === null && isSealed) throw missing(path, `${KEYS_FILE} has no ${PRIVATE}${suffixOf(path)}`);
	return found;
}

/**
 * Make a pair for a file that has none, and put the private key into `.env.keys`, whose other lines stay. That file is
 * made for the owner alone.
 *
 * @throws AppError as `updateEnvFile` does.
 */
export function makeKeyPair(path: string, options: ReplaceOptions): KeyPair {
	const suffix = suffixOf(path);
	const { publicKey, privateKey } = primitives.keypair();
	const found = readKeysFile(path);
	const start = found.state.text ?? KEYS_HEADER;
	const text = `${start}${start.endsWith("\n") ? "" : "\n"}\n# ${basename(path)}\n`;
	const values = new Map([[PRIVATE + suffix, privateKey]]);
	updateEnvFile({ ...options, path: keysPathOf(path), values, from: { ...found, state: { ...found.state, text } } });
	return { publicName: PUBLIC + suffix, publicKey, privateKey };
}
