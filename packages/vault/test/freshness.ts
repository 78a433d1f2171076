/**
 * What processes did with one setting, each by the clock that all processes of a machine share, and what must hold of it:
 * who begins to read after a save was acknowledged, in whichever process, does not get what was there before.
 */

/** From when to when, in nanoseconds of the machine's monotonic clock. */
interface Span {
	start: number;
	end: number;
}

/** A save that was acknowledged, or a read that was answered, with the version it made or found. */
export interface Act extends Span {
	version: number;
	/** What did it, to tell of it. */
	by: string;
}

export interface Recorded {
	saves: readonly Act[];
	reads: readonly Act[];
}

/** What is wrong with a history, in words; empty when nothing is. */
export function problemsOf({ saves, reads }: Recorded): string[] {
	const problems: string[] = [];
	const versions = saves.map(({ version }) => version).sort((a, b) => a - b);
	const lost = versions.findIndex((version, i) => version !== i + 1);
	if (lost !== -1) problems.push(`version ${lost + 1} is not that of exactly one save`);
	const known = newestBy(saves, ({ end }) => end);
	const begun = newestBy(saves, ({ start }) => start);
	for (const read of reads) {
		const least = known(read.start);
		if (read.version < least) problems.push(`${read.by} read version ${read.version} after ${least} was acknowledged`);
		if (read.version > begun(read.end)) problems.push(`${read.by} read version ${read.version} before it was saved`);
	}
	// Two reads, one after the other, agree with one order of the saves: what was read once was committed by then.
	const read = newestBy(reads, ({ end }) => end);
	for (const each of reads)
		if (each.version < read(each.start))
			problems.push(`${each.by} read version ${each.version} after another was read`);
	return problems;
}

/** The newest version of those that had happened before a time. */
function newestBy(acts: readonly Act[], when: (act: Act) => number): (time: number) => number {
	const sorted = [...acts].sort((a, b) => when(a) - when(b));
	let newest = 0;
	const steps = sorted.map((act) => {
		newest = Math.max(newest, act.version);
		return { at: when(act), newest };
	});
	return (time) => {
		let [low, high] = [0, steps.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((steps[middle]?.at ?? 0) < time) low = middle + 1;
			else high = middle;
		}
		return steps[low - 1]?.newest ?? 0;
	};
}
