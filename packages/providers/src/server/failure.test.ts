import { APICallError } from "@ai-sdk/provider";
import { AppError } from "@holdfast/contract";
import { expect, test } from "vitest";
import { KEY, providerOf } from "../../test/call.ts";
import { providerFailure } from "./index.ts";

const google = providerOf("google");

test.each([
	["UND_ERR_HEADERS_TIMEOUT", "PROVIDER_TIMEOUT"],
	["UND_ERR_CONNECT_TIMEOUT", "PROVIDER_TIMEOUT"],
	["UND_ERR_BODY_TIMEOUT", "PROVIDER_TIMEOUT"],
	["ENOTFOUND", "PROVIDER_NETWORK"],
	["CERT_HAS_EXPIRED", "PROVIDER_NETWORK"],
	["ERR_IP_BLOCKED", "PROVIDER_URL"],
	["SOMETHING_ELSE", "PROVIDER_NETWORK"],
])("a fetch that failed with %s is %s", (code, expected) => {
	const cause = Object.assign(new Error(`with ${KEY}`), { code });
	const failure = providerFailure(new TypeError("fetch failed", { cause }), google);
	expect(failure.code).toBe(expected);
	expect(failure.message).not.toContain("canary");
});

test("several addresses that all refused count as one refusal", () => {
	const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
	const cause = new AggregateError([refused, refused]);
	expect(providerFailure(new TypeError("fetch failed", { cause }), google).code).toBe("PROVIDER_NETWORK");
});

test("an AppError stays what it is, also as a cause", () => {
	const own = new AppError("NOT_SET", { name: "X" });
	expect(providerFailure(new Error("wrapped", { cause: own }), google)).toBe(own);
});

test("a server without a key setting cannot have its key refused", () => {
	const error = new APICallError({ message: "no", url: "http://x", requestBodyValues: {}, statusCode: 401 });
	expect(providerFailure(error, providerOf("ollama"))).toMatchObject({ code: "PROVIDER_FAILED" });
});

test("anything else is a failure without a quotation and without a cause", () => {
	const circle = new Error(KEY);
	circle.cause = circle;
	for (const thrown of [circle, KEY, undefined, null, 7, { message: KEY, statusCode: 529 }]) {
		const failure = providerFailure(thrown, google);
		expect(failure.code).toBe("PROVIDER_FAILED");
		expect(failure.message).not.toContain("canary");
		expect(failure.cause).toBeUndefined();
	}
});
