/**
 * A text as our parser, dotenv and Node read it. The reading of the text last written is kept, in memory only, so that
 * the next update of an unchanged file does not read it again. It is found by the whole text: a file that was changed by
 * so much as a byte is read anew.
 */
import { parseEnv } from "node:util";
import dotenv from "dotenv";
import { decode, type EnvDocument, entries, type ParseOptions, parseDocument, withoutBom } from "./document.ts";
import type { Entry } from "./parse.ts";
import { isShellOnly, READERS } from "./plan.ts";

export type Values = ReadonlyMap<string, string>;
/** The segment each name stands in; `SEVERAL` for a name that stands in more than one. */
export type Places = ReadonlyMap<string, number>;
export const SEVERAL = -1;

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

/** As dotenv and Node have them: on an object `__proto__` is no property of its own. */
function valuesOf(entries: readonly Entry[]): Map<string, string> {
	const values = new Map(entries.map(({ name, value }) => [name, value]));
	values.delete("__proto__");
	return values;
}

function placesIn({ segments }: EnvDocument): Places {
	const places = new Map<string, number>();
	for (const [at, segment] of segments.entries()) {
		if (segment.kind !== "other") places.set(segment.name, places.has(segment.name) ? SEVERAL : at);
	}
	return places;
}

/** What is known of a text. Only the document is there from the start; the rest is made when it is first asked for. */
interface Known {
	/** The text, or the bytes of one that is ASCII. */
	source: string | Buffer;
	/** Whether quotes are read as a shell reads them. */
	shell: boolean;
	document: EnvDocument;
	/** Whether dotenv and Node are known to read what our parser reads. */
	agreed?: boolean;
	places?: Places;
}

export class Reading {
	readonly shell: boolean;
	readonly document: EnvDocument;
	readonly #agreed: boolean;
	#text: string | undefined;
	#bytes: Buffer | undefined;
	#entries: readonly Entry[] | undefined;
	#ours: Values | undefined;
	#others: readonly Values[] | undefined;
	#places: Places | undefined;

	constructor({ source, shell, document, agreed = false, places }: Known) {
		if (typeof source === "string") this.#text = source;
		else this.#bytes = source;
		this.shell = shell;
		this.document = document;
		this.#agreed = agreed;
		this.#places = places;
	}

	get text(): string {
		this.#text ??= this.bytes.toString("latin1");
		return this.#text;
	}

	get bytes(): Buffer {
		this.#bytes ??= Buffer.from(this.text);
		return this.#bytes;
	}

	get entries(): readonly Entry[] {
		this.#entries ??= entries(this.document);
		return this.#entries;
	}

	/** The last value of each name, by our parser. */
	get ours(): Values {
		this.#ours ??= valuesOf(this.entries);
		return this.#ours;
	}

	/**
	 * What dotenv and Node read, in this order, each `ours` itself when it is the same; nothing for a file for shells alone.
	 */
	get others(): readonly Values[] {
		this.#others ??= this.#readOthers();
		return this.#others;
	}

	get places(): Places {
		this.#places ??= placesIn(this.document);
		return this.#places;
	}

	/** Whether dotenv and Node both read what our parser reads. */
	get isAgreed(): boolean {
		return this.#agreed || (!this.shell && this.others.every((values) => values === this.ours));
	}

	#readOthers(): readonly Values[] {
		if (this.shell) return [];
		if (this.#agreed) return [this.ours, this.ours];
		return [dotenvParse, parseEnv].map((parse) => likeOurs(parse(this.text), this.ours));
	}
}

let kept: Reading | null = null;

/**
 * Read a text, or find it read already.
 *
 * @throws AppError `FILE_UNSAFE` as `parseDocument` does.
 */
export function readText(text: string, options: ParseOptions): Reading {
	const shell = isShellOnly(options.readers ?? READERS);
	if (kept?.shell === shell && kept.text === text) return kept;
	return new Reading({ source: text, shell, document: parseDocument(text, options) });
}

/**
 * Read a file's bytes, without a byte order mark, or find them read already.
 *
 * @throws AppError `FILE_UNSAFE` as `parseDocument` does.
 */
export function readBytes(bytes: Buffer, options: ParseOptions): Reading {
	const shell = isShellOnly(options.readers ?? READERS);
	if (kept?.shell === shell && kept.bytes.equals(bytes)) return kept;
	return readText(withoutBom(decode(bytes, options.file)), options);
}

/** Keep this reading, in the place of the one before. */
export function keepReading(reading: Reading): void {
	kept = reading;
}
