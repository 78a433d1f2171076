import type { StandardSchemaV1 } from "@standard-schema/spec";
import { expect, test } from "vitest";
import { z } from "zod";
import { fit } from "./fit.ts";

/** A validator that says what it is told to. */
function saying(message: string, path: NonNullable<StandardSchemaV1.Issue["path"]>): StandardSchemaV1 {
	const issue = { message, path };
	return { "~standard": { version: 1, vendor: "test", validate: () => ({ issues: [issue] }) } };
}

const values = new Map([["KEY", "sk-canary-0123"]]);

test("a schema is given the whole environment and makes of it what it makes", () => {
	const schema = z.object({ KEY: z.string(), PORT: z.coerce.number() });
	expect(fit(schema, { PORT: "80", KEY: "inherited" }, values)).toEqual({ KEY: "sk-canary-0123", PORT: 80 });
});

test("what does not fit is named, with the validator's words", () => {
	const schema = z.object({ KEY: z.string().max(3, "At most 3 characters."), GONE: z.string() });
	expect(() => fit(schema, {}, values)).toThrow(
		/^KEY, GONE does not fit what this application expects: At most 3 characters; .* \(it has no value\)\./,
	);
});

test.each([`got "sk-canary-0123"`, "sk-canary-0123 is no number", "begins with sk-can", "ends with 0123"])(
	"words that quote from the value are left out: %s",
	(message) => {
		expect(() => fit(saying(message, ["KEY"]), {}, values)).toThrow(
			"KEY does not fit what this application expects: it is not of the",
		);
		expect(() => fit(saying(message, [{ key: "KEY" }, 0]), {}, values)).toThrow("it is not of the right form");
	},
);

test("an issue with no place is said of the whole, and an answer that is to be waited for is refused", () => {
	expect(() => fit(saying("no", []), {}, values)).toThrow("The environment does not fit");
	const slow = z.object({ KEY: z.string().refine(async () => true) });
	expect(() => fit(slow, {}, values)).toThrow(
		"The schema does not fit what this application expects: it validates only",
	);
});
