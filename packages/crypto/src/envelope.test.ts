import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { envelopeKeyId, open, type SealContext, type SealingKey, seal } from "./envelope.ts";

const newKey = (): SealingKey => ({ id: randomBytes(8).toString("hex"), key: createSecretKey(randomBytes(32)) });
const place: SealContext = {
	purpose: "value",
	instance: "i1",
	owner: "environment:default",
	environment: "default",
	name: "GOOGLE_API_KEY",
	version: 3,
};
const text = Buffer.from("AIza-canary");

describe("an envelope", () => {
	test("opens in its place with its key", () => {
		const key = newKey();
		expect(open(key, place, seal(key, place, text))).toEqual(text);
		expect(open(key, place, seal(key, place, Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
	});

	test("names the key it is sealed under", () => {
		const key = newKey();
		expect(envelopeKeyId(seal(key, place, text))).toBe(key.id);
		expect(envelopeKeyId(Buffer.alloc(10))).toBeNull();
	});

	const elsewhere: Record<string, Partial<SealContext>> = {
		table: { purpose: "snapshot" },
		instance: { instance: "i2" },
		user: { owner: "user:eve" },
		environment: { environment: "production" },
		name: { name: "OPENAI_API_KEY" },
		version: { version: 4 },
		"field boundaries": { environment: "defaultG", name: "OOGLE_API_KEY" },
	};
	test.each(Object.entries(elsewhere))("FAULTS 18: a ciphertext moved to another %s does not open", (_, change) => {
		const key = newKey();
		expect(open(key, { ...place, ...change }, seal(key, place, text))).toBeNull();
	});

	test("FAULTS 18: a ciphertext under another data key does not open, also with the key's id forged", () => {
		const [mine, other] = [newKey(), newKey()];
		const sealed = seal(mine, place, text);
		expect(open(other, place, sealed)).toBeNull();
		expect(open({ ...other, id: mine.id }, place, sealed)).toBeNull();
	});

	test("FAULTS 19: a short tag, a cut or a longer envelope, another version byte do not open", () => {
		const key = newKey();
		const sealed = seal(key, place, text);
		for (let length = 0; length < sealed.length; length++) {
			expect(open(key, place, sealed.subarray(0, length)), `${length} bytes`).toBeNull();
		}
		expect(open(key, place, Buffer.concat([sealed, Buffer.alloc(1)]))).toBeNull();
		for (const version of [0, 2, 255]) {
			const other = Buffer.from(sealed);
			other[0] = version;
			expect(open(key, place, other)).toBeNull();
		}
	});
});
