import { expect, test } from "vitest";
import { relativeTime, timeUntil } from "./relative-time.ts";

const NOW = Date.UTC(2026, 10, 24, 12);
const ago = (ms: number) => relativeTime(NOW - ms, NOW);

test("counts in the largest whole unit", () => {
	expect(ago(30_000)).toBe("just now");
	expect(ago(90_000)).toBe("1m ago");
	expect(ago(3_600_000)).toBe("1h ago");
	expect(ago(47 * 3_600_000)).toBe("1d ago");
});

test("gives the date itself past a month", () => {
	expect(ago(40 * 86_400_000)).toBe("15 Oct 2026");
});

test("a moment ahead of this clock is no negative age", () => {
	expect(relativeTime(NOW + 60_000, NOW)).toBe("just now");
});

test("counts down to what is to come, never past it", () => {
	expect(timeUntil(NOW + 7_400, NOW)).toBe("in 8s");
	expect(timeUntil(NOW + 60_000, NOW)).toBe("in 1m");
	expect(timeUntil(NOW - 5, NOW)).toBe("now");
});

test("counts down in the unit that fits, and gives the date itself past a month", () => {
	expect(timeUntil(NOW + 3_599_000, NOW)).toBe("in 1h");
	expect(timeUntil(NOW + 24 * 3_600_000 - 1, NOW)).toBe("in 1d");
	expect(timeUntil(NOW + 30 * 86_400_000 - 1, NOW)).toBe("in 30d");
	expect(timeUntil(NOW + 40 * 86_400_000, NOW)).toBe("3 Jan 2027");
});
