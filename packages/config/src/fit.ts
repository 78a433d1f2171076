/**
 * An application's own idea of its variables, held against what they are about to be. Guards that nothing is set which does
 * not fit, and that what a validator says of a value does not carry the value into a log.
 */
import { AppError } from "@holdfast/contract";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Env, Values } from "./values.ts";

/**
 * What the schema makes of an environment with these values in it.
 *
 * @throws AppError `SETTINGS_UNFIT`
 */
export function fit(schema: StandardSchemaV1, env: Env, values: Values): unknown {
	const given: Env = { ...env, ...Object.fromEntries(values) };
	const result = schema["~standard"].validate(given);
	if (result instanceof Promise)
		throw new AppError("SETTINGS_UNFIT", { name: "The schema", detail: "it validates only while others wait" });
	if (!result.issues) return result.value;
	const problems = new Map(result.issues.map((issue) => [nameOf(issue), saidOf(issue, given)]));
	const names = [...problems.keys()].join(", ");
	throw new AppError("SETTINGS_UNFIT", { name: names, detail: [...new Set(problems.values())].join("; ") });
}

function nameOf({ path }: StandardSchemaV1.Issue): string {
	const [first] = path ?? [];
	const key = typeof first === "object" ? first.key : first;
	return key === undefined ? "The environment" : String(key);
}

/** The validator's words, unless they quote from the value: some say what they were given. */
function saidOf(issue: StandardSchemaV1.Issue, given: Env): string {
	const value = given[nameOf(issue)];
	if (value === undefined || value === "") return `${issue.message.replace(/\.$/, "")} (it has no value)`;
	return quotes(issue.message, value) ? "it is not of the right form" : issue.message.replace(/\.$/, "");
}

/** How long a part of a value may be that stands in a message by chance. */
const CHANCE = 3;

function quotes(message: string, value: string): boolean {
	if (value.length <= CHANCE) return message.includes(value);
	for (let from = 0; from + CHANCE < value.length; from++) {
		if (message.includes(value.slice(from, from + CHANCE + 1))) return true;
	}
	return false;
}
