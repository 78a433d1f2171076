import { createSecretKey, randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { open, type SealContext, type SealingKey, seal } from "./envelope.ts";

const runs = process.env.SLOW ? 20_000 : 500;
const PURPOSES = ["data-key", "value", "snapshot", "root-key", "backup"] as const;
const key: SealingKey = { id: randomBytes(8).toString("hex"), key: createSecretKey(randomBytes(32)) };

const contexts: fc.Arbitrary<SealContext> = fc.record({
	purpose: fc.constantFrom(...PURPOSES),
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

test.each(PURPOSES)("FAULTS 19: any single flipped bit keeps an envelope shut: %s", (purpose) => {
	const flips = fc.property(contexts, fc.uint8Array({ maxLength: 80 }), (anywhere, bytes) => {
		const context = { ...anywhere, purpose };
		const sealed = seal(key, context, bytes);
		for (let bit = 0; bit < sealed.length * 8; bit++) {
			const changed = Buffer.from(sealed);
			changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
			if (open(key, context, changed) !== null) throw new Error(`it opens with bit ${bit} flipped`);
		}
		expect(open(key, context, sealed)).toEqual(Buffer.from(bytes));
	});
	fc.assert(flips, { numRuns: process.env.SLOW ? 200 : 5 });
});

/** As they lie in a table: versions of a few settings, in a few environments, shared and personal, two keys for them all. */
function rows(count: number) {
	const keys = [key, { id: randomBytes(8).toString("hex"), key: createSecretKey(randomBytes(32)) }];
	return Array.from({ length: count }, (_, i) => {
		const [environment, owner] = [`e${i % 3}`, i % 2 === 0 ? "environment:e" : "user:ann"];
		const place: SealContext = {
			purpose: "value",
			instance: "i",
			owner,
			environment,
			name: `KEY_${i % 7}`,
			version: Math.floor(i / 42) + 1,
		};
		const own = keys[i % 2] ?? key;
		return { place, key: own, sealed: seal(own, place, Buffer.from(`value ${i}`)) };
	});
}

test("FAULTS 18: of 500 rows, none opens with the ciphertext of another", () => {
	const all = rows(500);
	// Every ordered pair with SLOW, else those up to ten rows apart.
	const farthest = process.env.SLOW ? all.length - 1 : 10;
	let [pairs, opened] = [0, 0];
	for (const [i, row] of all.entries()) {
		for (let apart = 1; apart <= farthest; apart++) {
			const other = all[(i + apart) % all.length] ?? row;
			pairs++;
			if (open(row.key, row.place, other.sealed) !== null) opened++;
		}
	}
	expect({ pairs, opened }).toEqual({ pairs: all.length * farthest, opened: 0 });
	expect(all.filter((row) => open(row.key, row.place, row.sealed) === null)).toEqual([]);
});

test("no two sealings under one key share an IV, nor a salt", () => {
	const place: SealContext = { purpose: "value", instance: "i", owner: "o", environment: "e", name: "N", version: 1 };
	const many = process.env.SLOW ? 1_000_000 : 50_000;
	const [salts, ivs] = [new Set<string>(), new Set<string>()];
	for (let i = 0; i < many; i++) {
		const sealed = seal(key, place, Buffer.from("value"));
		salts.add(sealed.toString("latin1", 9, 25));
		ivs.add(sealed.toString("latin1", 25, 37));
	}
	expect([salts.size, ivs.size]).toEqual([many, many]);
});
