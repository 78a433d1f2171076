import type { Finding } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { adviceParts, counted, findingsSummary, progressWords } from "./words.ts";

test("counts with the noun in its number", () => {
	expect(counted(1, "value")).toBe("1 value");
	expect(counted(1_203, "value")).toBe("1,203 values");
	expect(progressWords({ done: 0, total: 1 })).toBe("0 of 1 row sealed anew");
});

test("counts what was found, the worst first", () => {
	const finding = (level: Finding["level"]): Finding => ({ id: level, level, title: "", detail: "", fix: null });
	expect(findingsSummary([finding("ok"), finding("ok")])).toBe("2 in order.");
	expect(findingsSummary([finding("warning"), finding("problem"), finding("ok")])).toBe(
		"1 problem, 1 warning, 1 in order.",
	);
});

test("tells the commands in an advice from its words", () => {
	expect(adviceParts("chmod 600 '/x'")).toEqual([{ text: "chmod 600 '/x'", command: true }]);
	expect(adviceParts("Stop Holdfast, then run: mv a b && echo c")).toEqual([
		{ text: "Stop Holdfast, then run: ", command: false },
		{ text: "mv a b && echo c", command: true },
	]);
	expect(adviceParts("Run `holdfast key kit`, keep what it prints.")).toEqual([
		{ text: "Run ", command: false },
		{ text: "holdfast key kit", command: true },
		{ text: ", keep what it prints.", command: false },
	]);
	expect(adviceParts("Restart the server.")).toEqual([{ text: "Restart the server.", command: false }]);
});
