/**
 * The proof before a file is replaced: its text is read again by our parser, dotenv and Node, and compared reader by
 * reader with what stood there before. Whatever the planner or the editor got wrong ends here, not in somebody's file.
 */
import { NAME_PATTERN } from "@holdfast/contract";
import { decode, withoutBom } from "./document.ts";
import type { Reader } from "./plan.ts";
import { type Reading, readText, type Values } from "./reading.ts";

export interface Edit {
	before: Buffer | string;
	after: Buffer | string;
	/** What each edited name must read as; `null` for not at all. */
	expected: Expected;
	readers?: readonly Reader[];
}

type Expected = ReadonlyMap<string, string | null>;

/** What stands in for a name that may be a piece of a value: a line of a key that lost its quotes looks like one. */
const UNREADABLE = "a line that readers understand differently";

interface Change {
	before: Values;
	after: Values;
	/** What a reader that misread a line before may also come to read. */
	agreed: Values;
}

/** The names that do not read as they must: an edited one as expected, any other one as before. */
function wrongNames({ before, after, agreed }: Change, expected: Expected): string[] {
	const wrong: string[] = [];
	for (const [name, wanted] of expected) {
		if ((after.get(name) ?? null) !== wanted) wrong.push(name);
	}
	let stayed = 0;
	for (const [name, old] of before) {
		const found = after.get(name);
		if (found !== undefined) stayed += 1;
		if (found !== old && !expected.has(name) && found !== agreed.get(name)) wrong.push(name);
	}
	if (stayed === after.size) return wrong;
	for (const [name, found] of after) {
		if (!before.has(name) && !expected.has(name) && found !== agreed.get(name)) wrong.push(name);
	}
	return wrong;
}

/** The names that read wrong in any reader after an edit; empty when the edit is right. */
export function wrongReadings(before: Reading, after: Reading, expected: Expected): string[] {
	const [old, agreed] = [before.ours, after.ours];
	const wrong = new Set(wrongNames({ before: old, after: agreed, agreed: old }, expected));
	for (const { name, value } of after.entries) {
		const wanted = expected.get(name);
		if (wanted !== undefined && wanted !== value) wrong.add(name);
	}
	const othersBefore = before.others;
	for (const [at, values] of after.others.entries()) {
		// Who reads what our parser reads is right where that is right, and that has been looked at.
		if (values === agreed) continue;
		const change = { before: othersBefore[at] ?? new Map(), after: values, agreed };
		for (const name of wrongNames(change, expected)) {
			wrong.add(name);
		}
	}
	return [...new Set(Array.from(wrong, (name) => (expected.has(name) || NAME_PATTERN.test(name) ? name : UNREADABLE)))];
}

/**
 * The names that went wrong in any reader; empty when the edit is right.
 *
 * A byte order mark may go: the file before is read without one. A file for shells alone is checked with our parser
 * alone, which then reads quotes as a shell does.
 *
 * @throws AppError `FILE_UNSAFE` when either text cannot be parsed.
 */
export function verifyEdit({ before, after, expected, ...options }: Edit): string[] {
	const old = readText(withoutBom(decode(before)), options);
	return wrongReadings(old, readText(decode(after), options), expected);
}
