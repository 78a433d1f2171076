/**
 * How the benchmarks measure: contenders take turns within one run, so that whatever else the machine does falls on all of
 * them alike, and the middle of the times is compared. Ratios carry over to other machines, milliseconds do not.
 */
import { availableParallelism, cpus } from "node:os";

export type Contender = () => Promise<void> | void;

/** The middle of the times of each contender, in milliseconds, after some turns that do not count. */
export async function medians<Name extends string>(
	contenders: Readonly<Record<Name, Contender>>,
	{ turns, warmUp }: { turns: number; warmUp: number },
): Promise<Record<Name, number>> {
	const entries = Object.entries(contenders) as [Name, Contender][];
	const times = new Map(entries.map(([name]): [Name, number[]] => [name, []]));
	for (let turn = -warmUp; turn < turns; turn++) {
		for (const [name, act] of entries) {
			const start = performance.now();
			await act();
			if (turn >= 0) times.get(name)?.push(performance.now() - start);
		}
	}
	const middles = Array.from(times, ([name, all]): [Name, number] => [name, middle(all)]);
	return Object.fromEntries(middles) as Record<Name, number>;
}

function middle(times: number[]): number {
	return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

export function heading(title: string): void {
	console.log(
		`\n${title}\n${availableParallelism()} cores, ${cpus()[0]?.model.trim()}, Node ${process.versions.node}\n`,
	);
}

export function line(label: string, milliseconds: number): void {
	console.log(`  ${label.padEnd(52)}${milliseconds.toFixed(2).padStart(9)} ms`);
}

export function ratio(label: string, value: number, most: number): void {
	const verdict = value <= most ? "met" : "NOT MET";
	console.log(`  ${label.padEnd(52)}${value.toFixed(2).padStart(9)}     at most ${most}: ${verdict}`);
}
