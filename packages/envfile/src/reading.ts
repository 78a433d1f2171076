/**
 * A text as our parser, dotenv and Node read it. The reading of the text last written is kept, in memory only, so that
 * the next update of an unchanged file does not read it again. It is found by the whole text: a file that was changed by
 * so much as a byte is read anew.
 */
import { parseEnv } from "node:util";
import dotenv from "dotenv";
import { type EnvDocument, entries, type ParseOptions, parseDocument } from "./document.ts";
import type { Entry } from "./parse.ts";
import { isShellOnly, READERS } from "./plan.ts";

export type Values = ReadonlyMap<string, string>;

export interface Reading {
	text: string;
	/** Whether quotes are read as a shell reads them. */
	shell: boolean;
	document: EnvDocument;
	entries: readonly Entry[];
	/** The last value of each name, by our parser. */
	ours: Values;
	/**
	 * What dotenv and Node read, in this order, each `ours` itself when it is the same; nothing for a file for shells alone.
	 * Read when it is first asked for.
	 */
	others: () => readonly Values[];
}

let kept: Reading | null = null;

type Parsed = Readonly<Record<string, string | undefined>>;

/** Its scanning parser is used: it reads the same as the regular expression, in linear time. */
function dotenvParse(text: string): Parsed {
	return dotenv.parse(text, { fast: true });
}

function toMap(parsed: Parsed): Map<string, string> {
	return new Map(Object.entries(parsed).map(([name, value]) => [name, value ?? ""]));
}

/** What dotenv reads. */
export function dotenvValues(text: string): Map<string, string> {
	return toMap(dotenvParse(text));
}

/** Values as a map: `ours` itself when they are the same, as they are in nearly every file. */
function likeOurs(parsed: Parsed, ours: Values): Values {
	const names = Object.keys(parsed);
	const isSame = names.length === ours.size && names.every((name) => ours.get(name) === parsed[name]);
	return isSame ? ours : toMap(parsed);
}

/**
 * Read a text, or find it read already.
 *
 * @throws AppError `FILE_UNSAFE` as `parseDocument` does.
 */
export function readText(text: string, options: ParseOptions): Reading {
	const shell = isShellOnly(options.readers ?? READERS);
	if (kept?.text === text && kept.shell === shell) return kept;
	const document = parseDocument(text, options);
	const list = entries(document);
	const ours = new Map<string, string>();
	for (const { name, value } of list) ours.set(name, value);
	let read: readonly Values[] | undefined;
	const others = (): readonly Values[] => {
		read ??= shell ? [] : [dotenvParse, parseEnv].map((parse) => likeOurs(parse(text), ours));
		return read;
	};
	return { text, shell, document, entries: list, ours, others };
}

/** Keep this reading, in the place of the one before. */
export function keepReading(reading: Reading): void {
	kept = reading;
}
