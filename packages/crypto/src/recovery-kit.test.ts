import { describe, expect, test } from "vitest";
import { recoveryKit } from "./recovery-kit.ts";
import { newRootKey, parseRootKey, rootKeyText } from "./root-key.ts";

describe("a recovery kit", () => {
	test("is one line of 79 characters in groups of five, and reads as the same key", () => {
		const key = newRootKey();
		const kit = recoveryKit(key);
		expect(kit).toMatch(/^HOLDFAST1(-[02-9AC-HJ-NP-Z]{5}){11}-[02-9AC-HJ-NP-Z]{3}$/);
		expect(kit).toHaveLength(79);
		expect(rootKeyText(parseRootKey(kit, "the kit"))).toBe(rootKeyText(key));
	});

	test("is read however it is cased, spaced and broken into lines", () => {
		const key = newRootKey();
		const kit = recoveryKit(key);
		const ways = [
			kit.toLowerCase(),
			kit.replaceAll("-", ""),
			kit.replaceAll("-", " "),
			`\n${kit.replaceAll("-", "-\r\n\t")}\n\n`,
			kit.replace(/[A-M]/g, (letter) => letter.toLowerCase()),
		];
		for (const way of ways) expect(parseRootKey(way, "the kit").id, way).toBe(key.id);
	});
});
