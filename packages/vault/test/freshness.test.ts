/** Many processes that save and read one setting: nobody reads what was there before a save that was acknowledged. */
import { beforeAll, expect, test } from "vitest";
import { type Act, problemsOf } from "./freshness.ts";
import { buildChild, expectFresh, PROCESSES } from "./freshness-run.ts";
import { optionsIn, testFolder } from "./harness.ts";

beforeAll(buildChild);

test(`after a save is acknowledged, no read in any of ${PROCESSES} processes is older`, {
	timeout: 3_600_000,
}, async () => {
	using folder = testFolder();
	await expectFresh(folder.path, optionsIn(folder.path, { serves: false }), process.env.SLOW ? 2_000 : 100);
});

test("a history with a stale read, one from the future, or a lost save is found to be one", () => {
	const act = (version: number, start: number, end: number): Act => ({ version, start, end, by: "it" });
	const saves = [act(1, 0, 10), act(2, 20, 30)];
	expect(problemsOf({ saves, reads: [act(0, 5, 6), act(1, 25, 26), act(2, 25, 27), act(2, 31, 32)] })).toEqual([]);
	expect(problemsOf({ saves, reads: [act(1, 31, 32)] })).toEqual(["it read version 1 after 2 was acknowledged"]);
	expect(problemsOf({ saves, reads: [act(2, 11, 19)] })).toEqual(["it read version 2 before it was saved"]);
	expect(problemsOf({ saves, reads: [act(2, 21, 22), act(1, 23, 24)] })).toEqual([
		"it read version 1 after another was read",
	]);
	expect(problemsOf({ saves: [act(1, 0, 10), act(1, 20, 30)], reads: [] })).toEqual([
		"version 2 is not that of exactly one save",
	]);
});
