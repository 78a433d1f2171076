import type { MirrorLine } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { choiceOf, holds } from "./choices.ts";

const side = (fingerprint: string) => ({ shown: "••••abcd", fingerprint });
const line = (fields: Partial<MirrorLine> = {}): MirrorLine => ({
	name: "A_KEY",
	secret: true,
	state: "edited",
	base: side("s1"),
	saved: side("s1"),
	file: side("f1"),
	...fields,
});

test("a choice names what was seen on both sides, also that nothing was there", () => {
	expect(choiceOf(line(), "file")).toEqual({ name: "A_KEY", take: "file", saved: "s1", file: "f1" });
	expect(choiceOf(line({ file: null }), "saved")).toEqual({ name: "A_KEY", take: "saved", saved: "s1", file: null });
});

test("a choice holds until either side changes", () => {
	const choice = choiceOf(line(), "file");
	expect(holds(choice, line({ state: "conflict" }))).toBe(true);
	expect(holds(choice, line({ file: side("f2") }))).toBe(false);
	expect(holds(choice, line({ saved: side("s2") }))).toBe(false);
	expect(holds(choice, line({ file: null }))).toBe(false);
});
