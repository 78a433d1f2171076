import type { ImportRow } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { summaryOf } from "./choice.ts";

const row = (verdict: ImportRow["verdict"]): ImportRow => ({
	line: 1,
	name: "A",
	verdict,
	reason: null,
	shown: null,
	saved: null,
	version: 0,
});

test("a preview is summed up by its verdicts, and an empty one says so", () => {
	expect(summaryOf([])).toBe("There is no assignment in it.");
	expect(summaryOf([row("same"), row("new"), row("refused"), row("new")])).toBe("2 new, 1 same, 1 refused.");
});
