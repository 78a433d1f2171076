import { expect, test } from "vitest";
import { keepReading, readText } from "./reading.ts";

test("a text is read as our parser, dotenv and Node read it", () => {
	const { ours, others, document } = readText("A='1'\nexport B=two # c\nA=3\n", {});
	const values = new Map([
		["A", "3"],
		["B", "two"],
	]);
	expect([ours, ...others]).toEqual([values, values, values]);
	expect(document.segments).toHaveLength(3);
});

test("a reading that is kept is found by its whole text and its quoting, and gives way to the next", () => {
	const [one, two] = [readText("A='1'\n", {}), readText("A='2'\n", {})];
	keepReading(one);
	expect(readText("A='1'\n", {})).toBe(one);
	expect(readText("A='1'\n", {}).others).toBe(one.others);
	expect(readText("A='1'", {})).not.toBe(one);
	const shell = readText("A='1'\n", { readers: ["sh"] });
	expect(shell).not.toBe(one);
	expect(shell.others).toEqual([]);
	keepReading(two);
	expect(readText("A='1'\n", {})).not.toBe(one);
});

test("a name that no JavaScript reader can have is read by none, also over several lines", () => {
	const { ours, others } = readText("__proto__='x\nA=inside\n'\nconstructor=y\nB=1\n", {});
	const values = new Map([
		["constructor", "y"],
		["B", "1"],
	]);
	expect([ours, ...others]).toEqual([values, values, values]);
});
