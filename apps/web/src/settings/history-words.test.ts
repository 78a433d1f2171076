import type { VersionView } from "@holdfast/contract/schemas";
import { expect, test } from "vitest";
import { changeWords, currentVersion, isRestorable, told } from "./history-words.ts";

const version = (number: number, fields: Partial<VersionView> = {}): VersionView => ({
	version: number,
	revision: number,
	at: number,
	by: "Ann",
	change: "changed",
	restoredFrom: null,
	removed: false,
	secret: true,
	shown: `••••${number}`,
	message: null,
	...fields,
});
const removal = (number: number) => version(number, { change: "removed", removed: true, shown: null });

test("says what each version did, and a restoration by where its value came from", () => {
	expect(changeWords(version(2))).toBe("changed");
	expect(changeWords(version(2, { change: "kept" }))).toBe("same value again");
	expect(changeWords(version(4, { change: "changed", restoredFrom: 2 }))).toBe("restored from version 2");
	expect(changeWords(version(4, { change: "created", restoredFrom: 2 }))).toBe("restored from version 2");
});

test("tells a removal, a value that is no longer kept and one that does not open apart", () => {
	const pruned = version(1, { shown: null });
	const newest = version(3, { shown: null });
	const versions = [newest, removal(2), pruned];
	expect(told(newest, versions)).toEqual({ words: "does not open" });
	expect(told(versions[1], versions)).toEqual({ words: "no value" });
	expect(told(pruned, versions)).toEqual({ words: "value no longer kept" });
	expect(told(undefined, versions)).toEqual({ words: "no value" });
	expect(told(version(1), versions)).toEqual({ shown: "••••1" });
});

test("whatever has a value and is not current can be restored", () => {
	const versions = [version(3), version(2), version(1, { shown: null })];
	expect(versions.map((each) => isRestorable(each, versions))).toEqual([false, true, false]);
	const removed = [removal(2), version(1)];
	expect(currentVersion(removed)).toBe(0);
	expect(removed.map((each) => isRestorable(each, removed))).toEqual([false, true]);
	expect(currentVersion([])).toBe(0);
});
