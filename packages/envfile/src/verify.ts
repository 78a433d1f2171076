/**
 * The proof before a file is replaced: its text is read again by our parser, dotenv and Node, and compared reader by
 * reader with what stood there before. Whatever the planner or the editor got wrong ends here, not in somebody's file.
 */
import { parseEnv } from "node:util";
import dotenv from "dotenv";
import { entries, parseDocument } from "./document.ts";
import type { Entry } from "./parse.ts";
import { isShellOnly, READERS, type Reader } from "./plan.ts";

export interface Edit {
	before: Buffer | string;
	after: Buffer | string;
	/** What each edited name must read as; `null` for not at all. */
	expected: ReadonlyMap<string, string | null>;
	readers?: readonly Reader[];
}

type Values = Map<string, string>;

/**
 * What stands in for a name that may be a piece of a value, as a reader sees it that takes a line for an assignment.
 */
const UNREADABLE = "a line that readers understand differently";

/** What dotenv reads. Its scanning parser is used: it reads the same as the regular expression, in linear time. */
export function dotenvValues(text: string): Values {
	return new Map(Object.entries(dotenv.parse(text, { fast: true })));
}

function nodeValues(text: string): Values {
	return new Map(Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? ""]));
}

interface Reading {
	before: Values;
	after: Values;
	/** What our parser reads after the edit. */
	agreed: Values;
}

/**
 * The names that do not read as they must: an edited one as expected, any other one as before. A reader that misread a
 * line before may also come to read what our parser reads.
 */
function wrongNames({ before, after, agreed }: Reading, expected: Edit["expected"]): string[] {
	const names = new Set([...expected.keys(), ...before.keys(), ...after.keys()]);
	return [...names].filter((name) => {
		const found = after.get(name) ?? null;
		const wanted = expected.get(name);
		if (wanted !== undefined) return found !== wanted;
		return found !== (before.get(name) ?? null) && found !== (agreed.get(name) ?? null);
	});
}

function ours(list: readonly Entry[]): Values {
	return new Map(list.map(({ name, value }) => [name, value]));
}

/**
 * The names that went wrong in any reader; empty when the edit is right.
 *
 * A byte order mark may go: the file before is read without one. A file for shells alone is checked with our parser
 * alone, which then reads quotes as a shell does.
 *
 * @throws AppError `FILE_UNSAFE` when either text cannot be parsed.
 */
export function verifyEdit({ before, after, expected, readers = READERS }: Edit): string[] {
	const now = entries(parseDocument(after, { readers }));
	const old = ours(entries(parseDocument(before, { readers })));
	const agreed = ours(now);
	const wrong = new Set(wrongNames({ before: old, after: agreed, agreed: old }, expected));
	for (const { name, value } of now) {
		if (expected.has(name) && expected.get(name) !== value) wrong.add(name);
	}
	if (isShellOnly(readers)) return [...wrong];
	const start = before.toString().replace(/^\uFEFF/, "");
	for (const read of [dotenvValues, nodeValues]) {
		const reading = { before: read(start), after: read(after.toString()), agreed };
		for (const name of wrongNames(reading, expected)) {
			const known = expected.has(name) || old.has(name) || agreed.has(name);
			wrong.add(known ? name : UNREADABLE);
		}
	}
	return [...wrong];
}
