/** Moments in words. All functions take milliseconds since 1970; the absolute form is in the reader's own time zone. */

const STEPS: ReadonlyArray<{ unit: Intl.RelativeTimeFormatUnit; ms: number }> = [
	{ unit: "day", ms: 86_400_000 },
	{ unit: "hour", ms: 3_600_000 },
	{ unit: "minute", ms: 60_000 },
];
const DAYS_SHOWN = 30;

const words = new Intl.RelativeTimeFormat("en", { style: "narrow" });
const stamp = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

/** "just now", "3m ago", "2d ago"; the date itself past a month. A moment ahead of `now` (clocks differ) is "just now". */
export function relativeTime(at: number, now: number): string {
	const age = now - at;
	const step = STEPS.find(({ ms }) => age >= ms);
	if (!step) return "just now";
	if (age > DAYS_SHOWN * 86_400_000) return day.format(at);
	return words.format(-Math.floor(age / step.ms), step.unit);
}

/** From the smallest up; each counts until there are as many as make one of the next. */
const AHEAD: ReadonlyArray<{
	unit: Intl.RelativeTimeFormatUnit;
	ms: number;
	below: number;
	whole(count: number): number;
}> = [
	{ unit: "second", ms: 1_000, below: 60, whole: Math.ceil },
	{ unit: "minute", ms: 60_000, below: 60, whole: Math.ceil },
	{ unit: "hour", ms: 3_600_000, below: 24, whole: Math.round },
	{ unit: "day", ms: 86_400_000, below: DAYS_SHOWN + 1, whole: Math.round },
];

/** "in 8s", "in 2m", "in 3d"; the date itself past a month. A moment that has come is "now". */
export function timeUntil(at: number, now: number): string {
	if (at <= now) return "now";
	for (const { unit, ms, below, whole } of AHEAD) {
		const count = whole((at - now) / ms);
		if (count < below) return words.format(count, unit);
	}
	return day.format(at);
}

/** "24 Nov 2026, 14:05:09" */
export function absoluteTime(at: number): string {
	return stamp.format(at);
}

/** "24 Nov 2026" */
export function dayOf(at: number): string {
	return day.format(at);
}
