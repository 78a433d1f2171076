/**
 * How the benchmarks measure: contenders take turns within one run, so that whatever else the machine does falls on all of
 * them alike, and the middle of the times is compared. Ratios carry over to other machines, milliseconds do not.
 */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";

export type Contender = () => Promise<void> | void;

/** In milliseconds: the middle of a contender's times, and the mean of the quickest quarter, which other work spared most. */
export interface Times {
	middle: number;
	quick: number;
}

/** The times of each contender, after some turns that do not count. */
export async function timesOf<Name extends string>(
	contenders: Readonly<Record<Name, Contender>>,
	{ turns, warmUp }: { turns: number; warmUp: number },
): Promise<Record<Name, Times>> {
	const entries = Object.entries(contenders) as [Name, Contender][];
	const times = new Map(entries.map(([name]): [Name, number[]] => [name, []]));
	for (let turn = -warmUp; turn < turns; turn++) {
		for (const [name, act] of rotated(entries, turn + warmUp)) {
			const start = performance.now();
			await act();
			if (turn >= 0) times.get(name)?.push(performance.now() - start);
		}
	}
	const summed = Array.from(times, ([name, all]): [Name, Times] => [name, summary(all)]);
	return Object.fromEntries(summed) as Record<Name, Times>;
}

/** Begun at another one each turn, so that none always runs in the wake of the same other. */
function rotated<T>(all: readonly T[], by: number): T[] {
	const from = by % all.length;
	return [...all.slice(from), ...all.slice(0, from)];
}

/** The middle of the times of each contender, in milliseconds, after some turns that do not count. */
export async function medians<Name extends string>(
	contenders: Readonly<Record<Name, Contender>>,
	many: { turns: number; warmUp: number },
): Promise<Record<Name, number>> {
	const times = Object.entries<Times>(await timesOf(contenders, many));
	return Object.fromEntries(times.map(([name, { middle }]) => [name, middle])) as Record<Name, number>;
}

function summary(times: number[]): Times {
	const sorted = times.sort((a, b) => a - b);
	const quickest = sorted.slice(0, Math.ceil(sorted.length / 4));
	return {
		middle: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
		quick: quickest.reduce((sum, time) => sum + time, 0) / quickest.length,
	};
}

/**
 * What no atomic replacement of a file can do without: write, fsync, rename, fsync of the folder. In a folder of its own, as
 * what is measured against it is: a change of the folder by others would make that look for leftovers.
 */
export function bareReplace(folder: string, bytes: Buffer): () => void {
	const target = join(folder, ".env");
	return () => {
		const file = openSync(`${target}.tmp`, "w", 0o600);
		writeSync(file, bytes);
		fsyncSync(file);
		closeSync(file);
		renameSync(`${target}.tmp`, target);
		const parent = openSync(folder, "r");
		fsyncSync(parent);
		closeSync(parent);
	};
}

/** What no durable commit to a database can do without: one of a small row, in WAL mode at synchronous=FULL. */
export function bareCommit(folder: string): () => void {
	const database = new Database(join(folder, "bare.db"));
	database.pragma("journal_mode = WAL");
	database.pragma("synchronous = FULL");
	database.exec("CREATE TABLE row (id INTEGER PRIMARY KEY, value TEXT)");
	const insert = database.prepare("INSERT INTO row (value) VALUES (?)");
	return () => insert.run("sk-0-".padEnd(48, "abcdefgh"));
}

/** Of times in any order, the one that so much of them do not exceed. */
export function percentile(times: readonly number[], share: number): number {
	const sorted = [...times].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
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
	console.log(
		`  ${label.padEnd(52)}${value.toFixed(2).padStart(9)}     at most ${Number(most.toFixed(3))}: ${verdict}`,
	);
}
