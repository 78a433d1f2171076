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

/** "in 8s", "in 2m"; a moment that has come is "now". */
export function timeUntil(at: number, now: number): string {
	const seconds = Math.ceil((at - now) / 1_000);
	if (seconds <= 0) return "now";
	return seconds < 60 ? words.format(seconds, "second") : words.format(Math.ceil(seconds / 60), "minute");
}

/** "24 Nov 2026, 14:05:09" */
export function absoluteTime(at: number): string {
	return stamp.format(at);
}

/** "24 Nov 2026" */
export function dayOf(at: number): string {
	return day.format(at);
}
