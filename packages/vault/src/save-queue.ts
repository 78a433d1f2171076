/**
 * Saves that wait together are committed together: while one commit is under way, those that come are kept, and all of them
 * make the next one, with one snapshot and one write of the file. Each has its own revision, its own checks and its own answer,
 * as if it had come alone.
 */
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { AppError } from "@holdfast/contract";
import type { MirrorStatus } from "@holdfast/contract/schemas";
import { type Job, type Plan, planJobs } from "./save-plan.ts";
import type { Vault } from "./vault.ts";

/** How often a commit is planned again because another process was first. */
const TRIES = 200;
/** How many saves make one commit at most: enough that its syncs weigh nothing, and few enough that none waits long. */
const MOST = 100;

/** A save that is committed. */
export interface Saved {
	/** The environment's id. */
	id: string;
	revision: number;
}

/** With how its file fared, once that is known. A failed file is a status and no failure. */
export interface Answered {
	committed: Saved;
	mirrors: Promise<MirrorStatus[]>;
}

interface Waiting extends Job {
	resolve(answered: Answered): void;
	reject(error: unknown): void;
}

export class SaveQueue {
	/** By environment and owner: those that share a snapshot and a data key. */
	readonly #lanes = new Map<string, Waiting[]>();

	/**
	 * Commit a save, alone or with others.
	 *
	 * @throws AppError as planning does; `DATABASE_BUSY` when other processes go on being first.
	 */
	run(vault: Vault, job: Job): Promise<Answered> {
		return new Promise((resolve, reject) => {
			const lane = `${job.request.environment} ${job.owner}`;
			const waiting = this.#lanes.get(lane);
			const mine = { ...job, resolve, reject };
			if (waiting) waiting.push(mine);
			else void this.#drain(vault, lane, [mine]);
		});
	}

	async #drain(vault: Vault, lane: string, first: Waiting[]): Promise<void> {
		const waiting = first;
		this.#lanes.set(lane, waiting);
		while (waiting.length > 0) {
			await arrivals(waiting);
			await commitTogether(vault, waiting.splice(0, MOST));
		}
		this.#lanes.delete(lane);
	}
}

/**
 * Let in what has come already and was not yet read from its connection, because a commit held up everything else: as long as
 * each turn of the event loop brings more.
 */
async function arrivals(waiting: readonly Waiting[]): Promise<void> {
	for (let before = 0; waiting.length > before && waiting.length < MOST; ) {
		before = waiting.length;
		await turn();
	}
}

/** Settles each of the jobs. Never rejects: nobody waits for it but the next ones. */
async function commitTogether(vault: Vault, jobs: readonly Waiting[]): Promise<void> {
	try {
		for (let attempt = 1; ; attempt++) {
			const plan = await planJobs(vault, jobs);
			vault.options.onStep?.("before-commit");
			const committed =
				plan.changes.length > 0 ? await vault.storage.commit(...plan.changes) : { done: true, revision: 0 };
			if (committed.done) return await finish(vault, { jobs, plan, revision: committed.revision });
			if (attempt === TRIES) throw new AppError("DATABASE_BUSY");
			vault.keys.renew();
			await sleep(Math.random() * Math.min(attempt, 20));
		}
	} catch (error) {
		// Those that are settled already are not touched by this.
		for (const { reject } of jobs) reject(error);
	}
}

interface Finished {
	jobs: readonly Waiting[];
	plan: Plan;
	/** Of the last of them; each has one of its own. */
	revision: number;
}

/** Take the commit in, bring up the file, and tell each who waits. The next ones wait for the file as well. */
async function finish(vault: Vault, { jobs, plan, revision }: Finished): Promise<void> {
	const { live, next, changes, outcomes } = plan;
	const first = revision - changes.length + 1;
	if (changes.length > 0) vault.options.onStep?.("after-commit");
	if (next) vault.live.committed({ ...next, revision }, first - 1);
	const isShared = jobs[0]?.owner === "shared";
	const mirrors = isShared && next ? vault.mirrors.sync(live.id).then((status) => [status]) : Promise.resolve([]);
	for (const [i, { resolve, reject }] of jobs.entries()) {
		const outcome = outcomes[i];
		if (!outcome || outcome instanceof AppError) reject(outcome);
		else resolve({ committed: { id: live.id, revision: first + changes.indexOf(outcome) }, mirrors });
	}
	await mirrors;
}
