import { expect, test } from "vitest";
import { AddressRanges } from "./addresses.ts";

const has = (range: string, address: string) => new AddressRanges([range]).has(address);

test("ranges of one family say nothing of the other, and mapped addresses count as what they are", () => {
	expect(has("::/0", "10.0.0.1")).toBe(false);
	expect(has("0.0.0.0/0", "2001:db8::1")).toBe(false);
	expect(has("10.0.0.1", "::FFFF:10.0.0.1")).toBe(true);
	expect(has("10.0.0.0/8", "10.255.0.1")).toBe(true);
	expect(has("2001:db8::/32", "2001:DB8:1::")).toBe(true);
	for (const address of ["", "unknown", "10.0.0", "10.0.0.1:80"])
		expect([address, has("0.0.0.0/0", address)]).toEqual([address, false]);
	expect(() => new AddressRanges(["10.0.0.0/33"])).toThrow();
	expect(() => new AddressRanges(["anything"])).toThrow();
});
