import type { Finding } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { adviceParts, counted, findingsSummary, hostOf, progressWords, provenWords, sizeWords } from "./words.ts";

test("counts with the noun in its number", () => {
	expect(counted(1, "value")).toBe("1 value");
	expect(counted(1_203, "value")).toBe("1,203 values");
	expect(progressWords({ done: 0, total: 1 })).toBe("0 of 1 row sealed anew");
});

test("says a size in the unit that suits it", () => {
	expect([0, 999, 1_000, 9_940, 412_345, 1_250_000].map(sizeWords)).toEqual([
		"0 B",
		"999 B",
		"1.0 kB",
		"9.9 kB",
		"412 kB",
		"1.3 MB",
	]);
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

test("says what a drill opened, and with which key", () => {
	const drill = { at: 0, values: 1_203, damaged: 0, withKit: true, problem: null };
	expect(provenWords(drill)).toBe("1,203 of 1,203 values, with the recovery kit");
	expect(provenWords({ ...drill, damaged: 1, withKit: false })).toBe(
		"1,203 of 1,204 values, with the server’s own key",
	);
});

test("names a host as a base URL has it, with its port where one is meant", () => {
	expect(
		["http://127.0.0.1:8000/v1", "https://AI.lan/v1", "http://ai.lan", " ai.lan ", "ai.lan:80", "[::1]:8000"].map(
			hostOf,
		),
	).toEqual(["127.0.0.1:8000", "ai.lan:443", "ai.lan:80", "ai.lan", "ai.lan:80", "[::1]:8000"]);
	for (const text of ["", "  ", "ai.lan/v1", "http://", "user@ai.lan", "two words"])
		expect([text, hostOf(text)]).toEqual([text, null]);
});
