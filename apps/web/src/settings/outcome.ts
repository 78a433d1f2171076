/**
 * What a save, a removal or a restoration did, in the words of the promise: where it is durable, live and mirrored, and where
 * not yet. In how many processes it is live is counted again while they take it up.
 */
import type { MirrorStatus, Owner, SaveResult } from "@holdfast/contract/schemas";
import { isOpen } from "../drift/standing.ts";

export interface Outcome {
	/** "Saved"; "Removed for you alone". */
	done: string;
	environment: string;
	revision: number;
	/** When the answer came, in milliseconds since 1970. */
	at: number;
	/** The processes it is for, when the answer came; `null` for what no process but the one that is asked ever has. */
	taken: Taken | null;
	/** The files that have it. */
	mirrored: string[];
	/** What did not go all the way, each with its reason. */
	remarks: Remark[];
}

export interface Taken {
	live: number;
	converged: number;
}

interface Remark {
	sentence: string;
	/** Whether the Drift screen is where to go on. */
	onDrift: boolean;
}

export type Verb = "Saved" | "Removed" | "Restored";

interface Where {
	environment: string;
	owner?: Owner;
}

export function outcomeOf(verb: Verb, result: SaveResult, { environment, owner }: Where): Outcome {
	const { revision, mirrors, workers } = result;
	const isOwn = owner === "personal";
	return {
		done: isOwn ? `${verb} for you alone` : verb,
		environment,
		revision,
		at: Date.now(),
		taken: isOwn ? null : workers,
		mirrored: mirrors.filter(({ status }) => status === "mirrored").map(({ target }) => target),
		remarks: mirrors.flatMap(remark),
	};
}

/** "Saved. Live in 2 of 3 processes, mirrored to .env." */
export function sentenceOf({ done, mirrored }: Outcome, taken: Taken | null): string {
	const parts = [
		...(taken ? [takenWords(taken)] : []),
		...(mirrored.length > 0 ? [`${taken ? "m" : "M"}irrored to ${listed(mirrored)}`] : []),
	];
	return [done, ...(parts.length > 0 ? [parts.join(", ")] : [])].map((part) => `${part}.`).join(" ");
}

function takenWords({ live, converged }: Taken): string {
	if (live === 0) return "No running process to update";
	return `Live in ${converged} of ${live} ${live === 1 ? "process" : "processes"}`;
}

/** The server's reason is a sentence that ends with what to do; without one, the plain fact. */
function remark({ target, status, names, reason }: MirrorStatus): Remark[] {
	const facts: Record<MirrorStatus["status"], string | null> = {
		mirrored: null,
		off: null,
		pending: `${target} could not be written yet. The value is safe in Holdfast, and the file is retried.`,
		"vault-only": `${listed(names)} is in Holdfast only: ${target} cannot hold it.`,
		drift: `${listed(names)} was edited by hand in ${target}, and the line was left alone.`,
	};
	const sentence = reason ?? facts[status];
	return sentence === null ? [] : [{ sentence, onDrift: isOpen(status) }];
}

function listed(words: readonly string[]): string {
	return new Intl.ListFormat("en", { type: "conjunction" }).format(words);
}
