import type { MirrorStatus, SaveResult } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { outcomeOf, sentenceOf } from "./outcome.ts";

const result = (mirrors: MirrorStatus[], workers = { live: 1, converged: 1 }): SaveResult => ({
	revision: 42,
	settings: [],
	mirrors,
	workers,
});

const mirror = (status: MirrorStatus["status"], names: string[] = [], reason: string | null = null): MirrorStatus => ({
	target: ".env",
	status,
	names,
	reason,
});

const where = { environment: "default" };
const sentence = (...given: Parameters<typeof outcomeOf>) => {
	const outcome = outcomeOf(...given);
	return sentenceOf(outcome, outcome.taken);
};

test("says processes and mirror in one line, and again as processes take it up", () => {
	const outcome = outcomeOf("Saved", result([mirror("mirrored")], { live: 3, converged: 1 }), where);
	expect(sentenceOf(outcome, outcome.taken)).toBe("Saved. Live in 1 of 3 processes, mirrored to .env.");
	expect(sentenceOf(outcome, { live: 3, converged: 3 })).toBe("Saved. Live in 3 of 3 processes, mirrored to .env.");
	expect(outcome).toMatchObject({ revision: 42, environment: "default", remarks: [] });
});

test("claims no process and no mirror that is not there", () => {
	expect(sentence("Removed", result([mirror("off")], { live: 0, converged: 0 }), where)).toBe(
		"Removed. No running process to update.",
	);
	expect(sentence("Saved", result([]), where)).toBe("Saved. Live in 1 of 1 process.");
});

test("says when it was for one person alone, and then counts no process", () => {
	expect(sentence("Restored", result([]), { ...where, owner: "personal" })).toBe("Restored for you alone.");
});

test("a mirror that is behind is no claim, and gives the server's reason", () => {
	const reason = ".env could not be written: the folder is read-only. The value is saved; the file is retried.";
	const { mirrored, remarks } = outcomeOf("Saved", result([mirror("pending", [], reason)]), where);
	expect(mirrored).toEqual([]);
	expect(remarks).toEqual([{ sentence: reason, onDrift: true }]);
});

test("says the plain fact where the server gave no reason", () => {
	expect(outcomeOf("Saved", result([mirror("vault-only", ["A_KEY"])]), where).remarks).toEqual([
		{ sentence: "A_KEY is in Holdfast only: .env cannot hold it.", onDrift: false },
	]);
	expect(outcomeOf("Saved", result([mirror("drift", ["A_KEY"])]), where).remarks).toEqual([
		{ sentence: "A_KEY was edited by hand in .env, and the line was left alone.", onDrift: true },
	]);
});

test("a file that is written and still needs something done says so", () => {
	const reason = "Other users of this machine can read .env. Run `chmod 600 .env`.";
	expect(outcomeOf("Saved", result([mirror("mirrored", [], reason)]), where).remarks).toEqual([
		{ sentence: reason, onDrift: false },
	]);
});
