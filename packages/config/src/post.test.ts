import { expect, test } from "vitest";
import { resultOf } from "./post.ts";

test("whatever a proxy answers in JSON is a server that cannot be reached, and ends no application that watches", () => {
	for (const text of ["null", "0", '"busy"', "[]", "{}", '{"result":null}', '{"code":1}', "<html>"])
		expect(() => resultOf("http://a.test", 502, text), text).toThrow(
			expect.objectContaining({ code: "SERVER_UNREACHABLE", retryable: true }),
		);
	expect(resultOf("http://a.test", 200, '{"result":{"data":{"a":1}}}')).toEqual({ a: 1 });
});
