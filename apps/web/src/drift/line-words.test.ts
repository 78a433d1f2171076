import { LINE_STATES, type MirrorLine } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { effectOf, isUnsettled, wasEmptied, whatHappened } from "./line-words.ts";

const side = { shown: "••••abcd", fingerprint: "f" };
const both = { saved: side, file: side };

test("a person is asked about hand edits and conflicts alone", () => {
	const asked = LINE_STATES.filter((state) => isUnsettled({ state }));
	expect(asked).toEqual(["edited", "deleted", "blank", "conflict"]);
});

test("each side says what it would do", () => {
	expect(effectOf({ state: "edited", ...both }, "saved")).toBe("replaces the line");
	expect(effectOf({ state: "edited", ...both }, "file")).toBe("saves it as the next version");
	expect(effectOf({ state: "deleted", saved: side, file: null }, "saved")).toBe("writes the line again");
	expect(effectOf({ state: "deleted", saved: side, file: null }, "file")).toBe("removes the setting");
	expect(effectOf({ state: "conflict", saved: null, file: side }, "saved")).toBe("takes the line out of the file");
	expect(effectOf({ state: "conflict", saved: null, file: side }, "file")).toBe("saves it again");
});

test("taking a blank line's side removes the setting, whatever stands there", () => {
	expect(effectOf({ state: "blank", ...both }, "file")).toBe("removes the setting");
});

test("a conflict says what became of each side", () => {
	expect(whatHappened({ state: "conflict", saved: null, file: side })).toContain("removed in Holdfast");
	expect(whatHappened({ state: "conflict", saved: side, file: null })).toContain("taken out");
});

test("a file without any of Holdfast's lines was emptied, unless it had but one", () => {
	const gone = (name: string): MirrorLine => ({
		name,
		secret: true,
		state: "deleted",
		base: side,
		saved: side,
		file: null,
	});
	expect(wasEmptied([gone("A"), gone("B")], ["OTHER"])).toBe(true);
	expect(wasEmptied([gone("A")], [])).toBe(true);
	expect(wasEmptied([gone("A")], ["OTHER"])).toBe(false);
	expect(wasEmptied([gone("A"), { ...gone("B"), state: "same", file: side }], [])).toBe(false);
	expect(wasEmptied([], [])).toBe(false);
});
