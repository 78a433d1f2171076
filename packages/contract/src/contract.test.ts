import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { AppError, errorMessage } from "./app-error.ts";
import { ERRORS, type ErrorCode } from "./errors.ts";
import {
	environmentNameProblem,
	FORBIDDEN_NAMES,
	forbiddenBecause,
	NAME_PATTERN,
	RESERVED_ENVIRONMENTS,
} from "./names.ts";
import { PERMISSIONS, PROCEDURES, ROLES } from "./permissions.ts";
import { ListWorkers, WatchSettings } from "./schemas/workers.ts";
import { Secret } from "./secret.ts";
import { looksMasked, mask, valueProblem } from "./values.ts";
import { VARIABLES } from "./variables.ts";

describe("errors", () => {
	test("the sentence that users of AI applications know", () => {
		expect(errorMessage("NOT_SET", { name: "GOOGLE_API_KEY" })).toBe(
			"GOOGLE_API_KEY is not set. Set it in AI Settings.",
		);
	});

	test.each(Object.keys(ERRORS) as ErrorCode[])("%s is whole sentences that end with what to do", (code) => {
		const message = errorMessage(code, { name: "NAME", detail: "detail" });
		expect(message).toMatch(/^[A-Z].*\.$/s);
		expect(message).not.toMatch(/[{}]/);
		expect(ERRORS[code].fix).toMatch(/\.$/);
	});

	test("a field with a dollar sign is not taken for a pattern", () => {
		expect(new AppError("SETTING_NOT_FOUND", { name: "$&" }).message).toContain("no saved setting $&.");
	});
});

describe("names", () => {
	test("each forbidden name is refused in either case, and its neighbours are not", () => {
		for (const { pattern, because } of FORBIDDEN_NAMES) {
			const name = pattern.replace("*", pattern.startsWith("*") ? "HTTPS" : "ANY");
			expect(forbiddenBecause(name), name).toBe(because);
			expect(forbiddenBecause(name.toLowerCase()), name).toBe(because);
		}
		for (const name of ["GOOGLE_API_KEY", "PATHS", "MY_PATH", "ENVIRONMENT", "PROXY", "HOMEPAGE", "SHELLS"]) {
			expect(forbiddenBecause(name), name).toBeNull();
			expect(name).toMatch(NAME_PATTERN);
		}
	});

	test("FAULTS 35: names that load code, print secrets or change trust are refused, whatever the program", () => {
		const names = ["OPENSSL_CONF", "OPENSSL_MODULES", "GCONV_PATH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "PS4"];
		const more = ["CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSLKEYLOGFILE", "NODE_V8_COVERAGE", "NODE_DEBUG"];
		for (const name of [...names, ...more, "NODE_REPL_EXTERNAL_MODULE", "PROMPT_COMMAND"]) {
			expect(forbiddenBecause(name), name).toMatch(/^it /);
		}
	});

	test("an environment takes no name whose .env file means something else", () => {
		for (const { name, because } of RESERVED_ENVIRONMENTS) {
			expect(environmentNameProblem(name)).toBe(because);
			expect(because).toContain(`.env.${name}`);
		}
		for (const name of ["examples", "local-ai", "test", "keys-2"])
			expect(environmentNameProblem(name), name).toBeNull();
	});

	test("environments are slugs that are safe in a file's name", () => {
		for (const name of ["default", "production", "eu-west-1", "a"]) expect(environmentNameProblem(name)).toBeNull();
		for (const name of ["", "-a", "a-", "a--b", "A", "a.b", "../a", "a/b", "1a", "a".repeat(41)]) {
			expect(environmentNameProblem(name), name).toMatch(/^it is /);
		}
	});
});

describe("values", () => {
	test("what cannot be kept as it is has a problem, everything else none", () => {
		expect(valueProblem("a\0b")).toBe("VALUE_HAS_NUL");
		expect(valueProblem("a\rb")).toBe("VALUE_HAS_CR");
		expect(valueProblem("\udc00")).toBe("VALUE_NOT_UNICODE");
		expect(valueProblem("é".repeat(32 * 1024))).toBeNull();
		expect(valueProblem(`${"é".repeat(32 * 1024)}x`)).toBe("VALUE_TOO_LONG");
		for (const value of ["a\nb", " ", "😀", "'\"`$\\", "sk-…", "a****"]) expect(valueProblem(value), value).toBeNull();
	});

	test("a mask is never a value, whatever value it was made of", () => {
		for (const value of ["short", "a-longer-secret-value", "😀".repeat(12)])
			expect(looksMasked(mask(value))).toBe(true);
		for (const shown of ["••••••••", "********", "***abcd", "[secret]"]) expect(looksMasked(shown)).toBe(true);
	});

	test("a short secret shows nothing of itself", () => {
		expect(mask("12345678901")).toBe("••••");
		expect(mask("123456789012")).toBe("••••9012");
	});
});

test("who names no environment means default, but asks about the processes of all", () => {
	expect(WatchSettings.parse({})).toEqual({ environment: "default" });
	expect(ListWorkers.parse({})).toEqual({});
});

test("a Secret prints as [secret], however it is printed", () => {
	const secret = new Secret("canary");
	const printed = [
		`${secret}`,
		String(secret),
		["", secret].join(""),
		JSON.stringify({ secret }),
		inspect({ secret }),
		inspect([secret], { showHidden: true }),
	];
	for (const text of printed) {
		expect(text).toContain("[secret]");
		expect(text).not.toContain("canary");
	}
	expect(secret.reveal()).toBe("canary");
});

test("the tables agree: procedures ask for permissions that exist, roles only widen, variables are named once", () => {
	const known = new Set([...Object.keys(PERMISSIONS), "public", "signed-in"]);
	for (const needed of Object.values(PROCEDURES)) expect(known).toContain(needed);
	expect(ROLES.editor).toEqual(expect.arrayContaining([...ROLES.viewer]));
	expect(ROLES.admin).toEqual(expect.arrayContaining([...ROLES.editor]));
	expect(ROLES.owner).toEqual(expect.arrayContaining([...ROLES.admin]));
	expect(new Set(VARIABLES.map(({ name }) => name)).size).toBe(VARIABLES.length);
});
