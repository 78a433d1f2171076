import { createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { open, type SealContext, type SealingKey, seal } from "./envelope.ts";

const runs = process.env.SLOW ? 20_000 : 500;
const key: SealingKey = { id: randomBytes(8).toString("hex"), key: createSecretKey(randomBytes(32)) };

const contexts: fc.Arbitrary<SealContext> = fc.record({
	purpose: fc.constantFrom("data-key", "value", "snapshot"),
	instance: fc.string(),
	owner: fc.string(),
	environment: fc.string(),
	name: fc.string(),
	version: fc.nat(),
});

test("what is sealed opens in its place, whatever the place and the bytes", () => {
	const property = fc.property(contexts, fc.uint8Array({ maxLength: 500 }), (context, bytes) => {
		expect(open(key, context, seal(key, context, bytes))).toEqual(Buffer.from(bytes));
	});
	fc.assert(property, { numRuns: runs });
});

test("FAULTS 18: it opens in no other place, however alike the two are spelled", () => {
	const property = fc.property(contexts, contexts, (here, there) => {
		fc.pre(JSON.stringify(here) !== JSON.stringify(there));
		expect(open(key, there, seal(key, here, Buffer.from("value")))).toBeNull();
	});
	fc.assert(property, { numRuns: runs });
});

test("FAULTS 19: any other bytes do not open, and opening never throws", () => {
	const place: SealContext = { purpose: "value", instance: "i", owner: "o", environment: "e", name: "N", version: 1 };
	const header = seal(key, place, Buffer.alloc(0)).subarray(0, 9);
	const property = fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withHeader) => {
		expect(open(key, place, withHeader ? Buffer.concat([header, bytes]) : bytes)).toBeNull();
	});
	fc.assert(property, { numRuns: runs });
});
