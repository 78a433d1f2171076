import { AppError } from "@holdfast/contract";
import { describe, expect, test } from "vitest";
import { recoveryKit } from "./recovery-kit.ts";
import { newRootKey, parseRootKey, rootKeyText } from "./root-key.ts";

const key = newRootKey();
const kit = recoveryKit(key);

describe("a recovery kit", () => {
	test("is one line of 79 characters in groups of five, and reads as the same key", () => {
		expect(kit).toMatch(/^HOLDFAST1(-[02-9AC-HJ-NP-Z]{5}){11}-[02-9AC-HJ-NP-Z]{3}$/);
		expect(kit).toHaveLength(79);
		expect(rootKeyText(parseRootKey(kit, "the kit"))).toBe(rootKeyText(key));
	});

	test("is read however it is cased, spaced and broken into lines", () => {
		const ways = [
			kit.toLowerCase(),
			kit.replaceAll("-", ""),
			kit.replaceAll("-", " "),
			`\n${kit.replaceAll("-", "-\r\n\t")}\n\n`,
			kit.replace(/[A-M]/g, (letter) => letter.toLowerCase()),
		];
		for (const way of ways) expect(parseRootKey(way, "the kit").id, way).toBe(key.id);
	});

	test.each([
		["with a slip in it", kit.replace(/.$/, (last) => (last === "Q" ? "P" : "Q")), "its checksum does not match"],
		["with a letter that none has", `${kit.slice(0, -1)}B`, "its checksum does not match"],
		["with a slip in its first group", kit.replace("HOLDFAST1", "HOLDFASTL"), "its checksum does not match"],
		["without its last character", kit.slice(0, -1), "cut short: 66 of its 67 characters are there"],
		["without its last two groups", kit.slice(0, 69), "cut short: 59 of its 67 characters are there"],
		["with a character twice", `${kit}${kit.at(-1)}`, "with 68 characters in place of 67"],
	])("%s is refused, and what is wrong is said without a piece of it", (_, text, detail) => {
		try {
			parseRootKey(text, "the kit");
			expect.unreachable();
		} catch (error) {
			if (!(error instanceof AppError)) throw error;
			expect(error.code).toBe("ROOT_KEY_MALFORMED");
			expect(error.message).toContain(detail);
			for (const group of kit.match(/\b\w{5}\b/g) ?? []) expect(error.message.toUpperCase()).not.toContain(group);
		}
	});
});
