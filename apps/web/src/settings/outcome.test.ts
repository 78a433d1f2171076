import type { MirrorStatus, SaveResult } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { outcomeOf } from "./outcome.ts";

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

test("says revision, servers and mirror in one line", () => {
	expect(outcomeOf("Saved", result([mirror("mirrored")]))).toEqual({
		sentence: "Saved. Revision 42 · live on 1 of 1 servers · mirrored to .env.",
		remarks: [],
	});
});

test("claims no server and no mirror that is not there", () => {
	expect(outcomeOf("Removed", result([mirror("off")], { live: 0, converged: 0 }))).toEqual({
		sentence: "Removed. Revision 42 · no running server to update.",
		remarks: [],
	});
});

test("says when it was for one person alone", () => {
	expect(outcomeOf("Restored", result([]), "personal").sentence).toBe(
		"Restored for you alone. Revision 42 · live on 1 of 1 servers.",
	);
});

test("a mirror that is behind is no claim, and gives the server's reason", () => {
	const reason = ".env could not be written: the folder is read-only. The value is saved; the file is retried.";
	const { sentence, remarks } = outcomeOf("Saved", result([mirror("pending", [], reason)]));
	expect(sentence).not.toContain("mirrored");
	expect(remarks).toEqual([{ sentence: reason, onDrift: true }]);
});

test("says the plain fact where the server gave no reason", () => {
	expect(outcomeOf("Saved", result([mirror("vault-only", ["A_KEY"])])).remarks).toEqual([
		{ sentence: "A_KEY is in Holdfast only: .env cannot hold it.", onDrift: false },
	]);
	expect(outcomeOf("Saved", result([mirror("drift", ["A_KEY"])])).remarks).toEqual([
		{ sentence: "A_KEY was edited by hand in .env, and the line was left alone.", onDrift: true },
	]);
});

test("a file that is written and still needs something done says so", () => {
	const reason = "Other users of this machine can read .env. Run `chmod 600 .env`.";
	expect(outcomeOf("Saved", result([mirror("mirrored", [], reason)])).remarks).toEqual([
		{ sentence: reason, onDrift: false },
	]);
});
