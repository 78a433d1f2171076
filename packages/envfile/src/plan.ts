/**
 * How a value is written so that every declared reader of `.env` files reads exactly that value back. No quoting is
 * read alike by all of them for all values, so the rules are a table: which form each reader takes literally, and when.
 * A value without a common form is never written in a wrong one.
 */
import { AppError, NAME_PATTERN, READERS, type Reader, valueProblem } from "@holdfast/contract";

export { READERS, type Reader };

/**
 * `text` is the whole line without its line end; `vaultOnly` names the readers that would misread even the best form.
 */
export type Plan = { text: string } | { vaultOnly: Reader[] };

/** What stands around a value: a quote on both sides, `'\''` for each quote inside (`split`), or nothing. */
export type Form = "'" | "`" | '"' | "split" | "";

/** In the order in which they are tried. */
const WRITTEN_FORMS = ["'", "`", '"', "split"] as const;

/** Characters that no reader gives a meaning to, wherever they stand. */
const BARE_SAFE = /^[A-Za-z0-9_.,:/@%+=-]+$/;
/** Characters that have a meaning between double quotes for some reader. */
const DOUBLE_ACTIVE = /["`$\\]/;
/** JavaScript readers expand these two pairs between double quotes; a final backslash may hide the closing quote. */
const JS_ESCAPE = /\\[nr]/;

type Rule = (value: string) => boolean;

const always: Rule = () => true;
const never: Rule = () => false;
const bare: Rule = (value) => BARE_SAFE.test(value);
const literalDouble: Rule = (value) => !DOUBLE_ACTIVE.test(value);

const javascript: Record<Form, Rule> = {
	"'": (value) => !value.includes("'") && !value.endsWith("\\"),
	"`": (value) => !value.includes("`") && !value.endsWith("\\"),
	'"': (value) => !value.includes('"') && !JS_ESCAPE.test(value) && !value.endsWith("\\"),
	split: never,
	"": bare,
};

/** Readers that expand `${…}`, or unescape a doubled backslash, even between single quotes. */
const expanding: Record<Form, Rule> = {
	"'": (value) => !/'|\\\\|\$\{/.test(value) && !value.endsWith("\\"),
	"`": never,
	'"': literalDouble,
	split: never,
	"": bare,
};

/** Source: POSIX.1-2024, Shell Command Language, 2.2 Quoting. */
const shell: Record<Form, Rule> = {
	"'": (value) => !value.includes("'"),
	"`": never,
	'"': literalDouble,
	split: always,
	"": bare,
};

const RULES: Record<Reader, Record<Form, Rule>> = {
	node: javascript,
	dotenv: javascript,
	dotenvx: expanding,
	python: expanding,
	compose: expanding,
	sh: shell,
};

/**
 * What each reader replaces in a value that is not in single quotes; python-dotenv does so in any quotes. Found by running
 * dotenvx 2.38.2, compose-go 2.16.2 and python-dotenv 1.2.2. A shell is not here: POSIX makes single quotes literal for good.
 */
const EXPANDED: Partial<Record<Reader, string>> = { dotenvx: "$", compose: "$", python: "$" + "{" };

/**
 * The readers to which a part of `value` looks like a variable. What is written for them is literal, but only as long as
 * it stays in its single quotes and no program expands it a second time.
 */
export function expansionWarnings(value: string, readers: readonly Reader[] = READERS): Reader[] {
	if (!value.includes("$")) return [];
	return readers.filter((reader) => value.includes(EXPANDED[reader] ?? "\0"));
}

/** The readers that would not read `value` back from this form. Conservative: a reader listed may still be right. */
export function misreaders(value: string, form: Form, readers: readonly Reader[]): Reader[] {
	return readers.filter((reader) => !RULES[reader][form](value));
}

/** Whether the only reader is a shell. Then a file is read, and checked, as a shell reads it. */
export function isShellOnly(readers: readonly Reader[]): boolean {
	return readers.length > 0 && readers.every((reader) => reader === "sh");
}

function quoted(value: string, form: (typeof WRITTEN_FORMS)[number]): string {
	return form === "split" ? `'${value.replaceAll("'", "'\\''")}'` : form + value + form;
}

/**
 * The line that gives `name` this value in every one of `readers`.
 *
 * Newlines stay literal. An empty value is `''`.
 *
 * @throws AppError `NAME_INVALID`, `VALUE_HAS_NUL`, `VALUE_HAS_CR` or `VALUE_NOT_UNICODE`: these have no line at all.
 */
export function planLine(name: string, value: string, readers: readonly Reader[] = READERS): Plan {
	if (!NAME_PATTERN.test(name)) throw new AppError("NAME_INVALID", { name });
	const problem = valueProblem(value);
	if (problem === "VALUE_HAS_NUL" || problem === "VALUE_HAS_CR" || problem === "VALUE_NOT_UNICODE") {
		throw new AppError(problem, { name });
	}
	let fewest: Reader[] = [...readers];
	for (const form of WRITTEN_FORMS) {
		const wrong = misreaders(value, form, readers);
		if (wrong.length === 0) return { text: `${name}=${quoted(value, form)}` };
		if (wrong.length < fewest.length) fewest = wrong;
	}
	return { vaultOnly: fewest };
}
