/** What a save, a removal or a restoration did, in the words of the promise: where it is durable, live and mirrored, and where not yet. */
import type { MirrorStatus, Owner, SaveResult } from "@holdfast/contract/schemas";
import { isOpen } from "../drift/standing.ts";

export interface Outcome {
	/** "Saved. Revision 42 · live on 1 of 1 servers · mirrored to .env." */
	sentence: string;
	/** What did not go all the way, each with its reason. */
	remarks: Remark[];
}

interface Remark {
	sentence: string;
	/** Whether the Drift screen is where to go on. */
	onDrift: boolean;
}

export type Verb = "Saved" | "Removed" | "Restored";

export function outcomeOf(verb: Verb, result: SaveResult, owner: Owner = "shared"): Outcome {
	const { live, converged } = result.workers;
	const mirrored = result.mirrors.filter(({ status }) => status === "mirrored").map(({ target }) => target);
	const parts = [
		`Revision ${result.revision}`,
		live === 0 ? "no running server to update" : `live on ${converged} of ${live} servers`,
		...(mirrored.length > 0 ? [`mirrored to ${listed(mirrored)}`] : []),
	];
	const done = owner === "personal" ? `${verb} for you alone` : verb;
	return { sentence: `${done}. ${parts.join(" · ")}.`, remarks: result.mirrors.flatMap(remark) };
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
