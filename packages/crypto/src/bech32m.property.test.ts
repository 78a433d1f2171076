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

test("up to four slips are found, wherever they are", () => {
	const digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	const slips = fc.uniqueArray(fc.record({ at: fc.nat(57), by: fc.integer({ min: 1, max: 31 }) }), {
		minLength: 1,
		maxLength: 4,
		selector: ({ at }) => at,
	});
	const property = fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), slips, (bytes, changes) => {
		const text = [...writeBech32m("holdfast", bytes)];
		for (const { at, by } of changes) {
			const place = "holdfast1".length + at;
			text[place] = digits[(digits.indexOf(text[place] ?? "") + by) % 32] ?? "";
		}
		expect(readBech32m("holdfast", text.join(""))).toBeNull();
	});
	fc.assert(property, { numRuns: runs });
});

test("whatever is read is what is written: any other text gives null, and nothing throws", () => {
	const property = fc.property(
		fc.oneof(
			fc.string(),
			fc.string().map((rest) => `holdfast1${rest}`),
		),
		(text) => {
			const bytes = readBech32m("holdfast", text);
			if (bytes !== null) expect(writeBech32m("holdfast", bytes)).toBe(text);
		},
	);
	fc.assert(property, { numRuns: runs });
});
