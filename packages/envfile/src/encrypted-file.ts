/**
 * A `.env` file whose values are sealed in dotenvx's format. It is a `.env` file like any other to the code that edits it,
 * so all promises of `updateEnvFile` hold. A value that has not changed keeps its ciphertext, and one that dotenvx would
 * not give back literally is not written.
 */
import { basename } from "node:path";
import { AppError, type Reader } from "@holdfast/contract";
import { parseDocument, withoutBom } from "./document.ts";
import { type Cipher, cipherOf, forgetOthers } from "./encrypted-cipher.ts";
import { isEncrypted } from "./encrypted-value.ts";
import type { Entry } from "./parse.ts";
import { planLine } from "./plan.ts";
import { findKeyPair, isKeyName, type KeySource, makeKeyPair } from "./private-keys.ts";
import { type EnvFile, readEnvFile } from "./read.ts";
import { readText } from "./reading.ts";
import { type UpdateOptions, type UpdateResult, updateEnvFile } from "./update.ts";

/** `entries` are the opened values, without the public key. */
export type EncryptedFile = EnvFile & {
	/** The names whose values do not open. */
	locked: ReadonlySet<string>;
};

/** As for `updateEnvFile`. The readers are dotenvx, and whatever else copes with ciphertext: each line suits them all. */
export type EncryptedUpdateOptions = Omit<UpdateOptions, "readers"> & KeySource;

/** As dotenvx begins a file. Source: dotenvx 2.38.2, `prependPublicKey`. */
const HEADER = [
	"#/-------------------[DOTENV_PUBLIC_KEY]--------------------/",
	"#/            public-key encryption for .env files          /",
	"#/       [how it works](https://dotenvx.com/encryption)     /",
	"#/----------------------------------------------------------/",
];

/** What dotenvx takes for a reference to another place, or for ciphertext once more, even after opening a value. */
const REFERENCE = /^(?:encrypted:|op:\/\/|bw:\/\/)/;

/** It has no line in any form that all readers agree on, so that its name gets the line of a value kept in Holdfast. */
const WITHOUT_LINE = "'\"\\\\";

const DOTENVX: Reader[] = ["dotenvx"];

/**
 * The values in an encrypted file, opened. A line in plain text gives that text, so an edit by hand is seen for what it
 * is; a value that does not open is left out and `locked`. Content never makes this throw: when the private key is not
 * there, that is the problem, and what is not sealed is given.
 */
export function readEncryptedFile(path: string, options: Pick<KeySource, "privateKey"> = {}): EncryptedFile {
	const found = readEnvFile(path);
	const written = found.entries;
	forgetOthers(path, written);
	const entries = new Map<string, string>();
	const locked = new Set<string>();
	const cipher = findCipher({ path, ...options }, written);
	const problem = found.problem ?? (cipher instanceof AppError ? cipher : null);
	for (const [name, value] of written) {
		if (isKeyName(name)) continue;
		const opened = cipher === null || cipher instanceof AppError ? openPlain(value) : cipher.open(value);
		if (opened === null) locked.add(name);
		else entries.set(name, opened);
	}
	if (problem === null) return { ...found, entries, locked };
	return { entries, notes: found.notes, locked, problem, state: null };
}

function openPlain(value: string): string | null {
	return isEncrypted(value) ? null : value;
}

/** The cipher of a file; why there is none; `null` when nothing is sealed. */
function findCipher(source: KeySource, written: ReadonlyMap<string, string>): Cipher | AppError | null {
	if (![...written.values()].some(isEncrypted)) return null;
	try {
		const pair = findKeyPair(source, written);
		return pair && cipherOf(source.path, pair);
	} catch (error) {
		if (error instanceof AppError) return error;
		throw error;
	}
}

/** The file as it stands: what is written there, and its text. */
interface Standing {
	text: string | null;
	written: ReadonlyMap<string, string>;
	/** Every line of each name. */
	lines: ReadonlyMap<string, readonly Entry[]>;
}

/**
 * The programs that would misread a value of this name however it is sealed: dotenvx, where it would look elsewhere for the
 * value, or take the name for one of its own keys.
 */
export function encryptedMisreaders(name: string, value: string): Reader[] {
	return isKeyName(name) || REFERENCE.test(value) ? DOTENVX : [];
}

function standing(text: string | null, file: string): Standing {
	const { ours, entries } = readText(withoutBom(text ?? ""), { file });
	return { text, written: ours, lines: Map.groupBy(entries, ({ name }) => name) };
}

/**
 * Whether a line may stay. Between single quotes dotenvx takes an opened value literally; otherwise it expands `$NAME` in
 * it and runs `$(…)`.
 */
function isLiteral({ raw }: Entry, value: string): boolean {
	return raw.startsWith("'") || !value.includes("$");
}

/** What stands for a value in the file: the ciphertext that is there, if it opens to this value, or else another. */
function sealedOnce(value: string, lines: readonly Entry[], cipher: Cipher): string {
	const there = lines.at(-1)?.value ?? "";
	const mayStay = isEncrypted(there) && lines.every((line) => isLiteral(line, value));
	return mayStay && cipher.open(there) === value ? there : cipher.seal(value);
}

interface Sorted {
	/** What the line of each name is to say, in the order given; `null` for no line, and for what has yet to be sealed. */
	values: Map<string, string | null>;
	toSeal: Map<string, string>;
	vaultOnly: UpdateResult["vaultOnly"];
}

/** What is to become of each name. dotenvx's own names are left as they are: a setting of that name has no line. */
function sort({ values, keep }: EncryptedUpdateOptions): Sorted {
	const sorted: Sorted = { values: new Map(), toSeal: new Map(), vaultOnly: [] };
	for (const [name, value] of values) {
		if (keep?.has(name)) continue;
		// Refuses what is no name, and values that come back from no file.
		if (value !== null) planLine(name, value);
		const readers = value === null ? [] : encryptedMisreaders(name, value);
		const isVaultOnly = readers.length > 0;
		if (isVaultOnly) sorted.vaultOnly.push({ name, readers });
		if (isKeyName(name)) continue;
		sorted.values.set(name, isVaultOnly ? WITHOUT_LINE : null);
		if (value !== null && !isVaultOnly) sorted.toSeal.set(name, value);
	}
	return sorted;
}

/** The text with the public key's line, which goes first as dotenvx has it, after a line that names an interpreter. */
function withKeyLine(text: string | null, keyLine: string, file: string): string {
	const about = `# Settings of this project, mirrored by Holdfast. \`dotenvx run -f ${file} -- …\` gives them to a program.`;
	const body = withoutBom(text ?? `${about}\n`);
	const interpreter = /^#!.*\r?\n/.exec(body)?.[0] ?? "";
	const { eol } = parseDocument(body);
	const head = [...HEADER, keyLine, "", `# ${file}`, ""].join(eol);
	return interpreter + head + body.slice(interpreter.length);
}

/**
 * Make an encrypted file give these values to dotenvx.
 *
 * A file without a key pair gets one: the private key goes into `.env.keys` beside it, before the file is written. A
 * value that the file gives already keeps its ciphertext. A value that begins like a reference to another place
 * (`op://`, `bw://`, `encrypted:`) becomes a comment and is named in the answer, because dotenvx would look there; so is
 * one with a name that dotenvx uses for keys, whose line is left as it is.
 *
 * @throws AppError `ENV_KEY_MISSING` when the file is sealed and its private key is not there; else as `updateEnvFile`
 * does. In each case the file is as it was.
 */
export function updateEncryptedFile(options: EncryptedUpdateOptions): Omit<UpdateResult, "warned"> {
	const { path, privateKey, values: _values, keep: _keep, from, ...rest } = options;
	const file = basename(path);
	const { values, toSeal, vaultOnly } = sort(options);
	const found = from ?? readEnvFile(path);
	if (found.problem !== null) throw found.problem;
	const { text, written, lines } = standing(found.state.text, file);
	forgetOthers(path, written);
	let next = text;
	if (toSeal.size > 0) {
		const pair = findKeyPair({ path, privateKey }, written) ?? makeKeyPair(path, rest);
		const cipher = cipherOf(path, pair);
		for (const [name, value] of toSeal) values.set(name, sealedOnce(value, lines.get(name) ?? [], cipher));
		if (!written.has(pair.publicName)) next = withKeyLine(text, cipher.publicKeyLine, file);
	}
	const state = { ...found.state, text: next };
	const { status } = updateEnvFile({ ...rest, path, values, from: { ...found, state } });
	return { status, vaultOnly };
}
