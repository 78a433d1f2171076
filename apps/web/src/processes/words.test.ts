import type { WorkerView } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { holding, standing, summaryOf } from "./words.ts";

const worker = (fields: Partial<WorkerView> = {}): WorkerView => ({
	id: "one",
	host: "here",
	pid: 1,
	program: "app.js",
	kind: "application",
	environment: "default",
	revision: 1,
	converged: true,
	seenAt: 0,
	version: null,
	current: null,
	inherited: false,
	...fields,
});

test("a process is up to date or behind, by word and by shape", () => {
	expect(standing(worker())).toEqual({ tone: "ok", word: "Up to date" });
	expect(standing(worker({ converged: false }))).toEqual({ tone: "warn", word: "Behind" });
});

test("of a setting it has what is saved, an older version, none, or a value that is not from here", () => {
	const words = (fields: Partial<WorkerView>) => holding(worker(fields))?.word;
	expect(words({})).toBeUndefined();
	expect(words({ version: 3, current: true })).toBe("Version 3");
	expect(words({ version: 2, current: false })).toBe("Version 2, older");
	expect(words({ version: 0, current: true })).toBe("No value");
	expect(words({ version: 0, current: false })).toBe("Not yet");
	expect(words({ version: 3, current: true, inherited: true })).toBe("Inherited");
});

test("the summary names only the counts that there are", () => {
	expect(summaryOf([])).toBe("No process holds saved values.");
	expect(summaryOf([worker()])).toBe("1 process holds saved values: 1 up to date.");
	expect(summaryOf([worker(), worker({ converged: false })])).toBe(
		"2 processes hold saved values: 1 up to date, 1 behind.",
	);
});
