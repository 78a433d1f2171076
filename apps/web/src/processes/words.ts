/** How a process stands, in words: whether it is up to date, and what it has of a setting. */
import type { WorkerView } from "@holdfast/contract/schemas";
import type { Standing } from "../ui/status.tsx";

export function standing({ converged }: WorkerView): Standing {
	return converged ? { tone: "ok", word: "Up to date" } : { tone: "warn", word: "Behind" };
}

/** `null` where no setting was asked about. */
export function holding({ version, current, inherited }: WorkerView): Standing | null {
	if (version === null) return null;
	if (inherited) return { tone: "warn", word: "Inherited" };
	if (version === 0) return current ? { tone: "none", word: "No value" } : { tone: "warn", word: "Not yet" };
	return current ? { tone: "ok", word: `Version ${version}` } : { tone: "warn", word: `Version ${version}, older` };
}

/** "3 processes hold saved values: 2 up to date, 1 behind." */
export function summaryOf(workers: readonly WorkerView[]): string {
	if (workers.length === 0) return "No process holds saved values.";
	const holds = workers.length === 1 ? "1 process holds saved values" : `${workers.length} processes hold saved values`;
	const behind = workers.filter(({ converged }) => !converged).length;
	const counts = [
		{ count: workers.length - behind, word: "up to date" },
		{ count: behind, word: "behind" },
	];
	const parts = counts.filter(({ count }) => count > 0).map(({ count, word }) => `${count} ${word}`);
	return `${holds}: ${parts.join(", ")}.`;
}
