import { bech32m } from "@scure/base";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readBech32m, writeBech32m } from "./bech32m.ts";

const runs = process.env.SLOW ? 100_000 : 1_000;
const human = fc.stringMatching(/^[a-z]{1,12}$/);

test("bytes are written as @scure/base writes them, and read back", () => {
	const property = fc.property(human, fc.uint8Array({ maxLength: 40 }), (part, bytes) => {
		const text = writeBech32m(part, bytes);
		expect(text).toBe(bech32m.encode(part, bech32m.toWords(bytes), false));
		expect(readBech32m(part, text)).toEqual(bytes);
	});
	fc.assert(property, { numRuns: runs });
});
