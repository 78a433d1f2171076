/**
 * This process as one of those that hold the saved values: it looks for new revisions, takes them in, brings up the files
 * that other processes left behind or someone edited, carries on with a rotation, and reports which revision it holds.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Live, LiveEnvironment } from "./live.ts";
import type { MirrorFiles } from "./mirror-files.ts";
import type { Storage, WorkerRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** All in milliseconds. A worker that was not heard of for LIVE is taken for gone. */
const LOOK_EVERY = 500;
const REPORT_EVERY = 10_000;
const LIVE = 30_000;
const FORGET = 24 * 60 * 60 * 1000;

interface WorkerParts {
	storage: Storage;
	live: Live;
	mirrors: MirrorFiles;
	/** Brings up a file that someone edited, and takes in the edit. */
	keep: (environment: LiveEnvironment) => Promise<void>;
	/** Carries on with a rotation of keys, if one is under way. */
	rotate: () => Promise<unknown>;
	warn: (message: string) => void;
}

export class Worker {
	readonly id = randomUUID();
	readonly #parts: WorkerParts;
	#reported = { revision: -1, at: 0 };
	/** Why a rotation could not go on at the last turn. */
	#heldUp: string | null = null;
	#timer: NodeJS.Timeout | undefined;
	#turn: Promise<void> = Promise.resolve();

	constructor(parts: WorkerParts) {
		this.#parts = parts;
	}

	async start(): Promise<void> {
		await this.#look();
		this.#timer = setInterval(() => {
			this.#turn = this.#turn.then(() => this.#look());
		}, LOOK_EVERY);
		this.#timer.unref();
	}

	async stop(): Promise<void> {
		clearInterval(this.#timer);
		await this.#turn;
		await this.#parts.storage.removeWorker(this.id);
	}

	async #look(): Promise<void> {
		try {
			const revision = await this.#parts.live.refresh();
			const { mirrors, keep } = this.#parts;
			if (revision !== this.#reported.revision) await mirrors.syncBehind();
			for (const environment of mirrors.changed()) await keep(environment);
			await mirrors.record();
			await this.#rotate();
			const now = Date.now();
			if (revision === this.#reported.revision && now - this.#reported.at < REPORT_EVERY) return;
			const row: WorkerRow = { id: this.id, host: hostname(), pid: process.pid, revision, seenAt: now };
			await this.#parts.storage.reportWorker(row, now - FORGET);
			this.#reported = { revision, at: now };
		} catch (error) {
			this.#parts.warn(
				`This process could not keep up with what is saved, and tries again: ${(error as Error).message}`,
			);
		}
	}

	/** What holds up a rotation holds up nothing else, and is said once, though it is tried again at each turn. */
	async #rotate(): Promise<void> {
		let problem: string | null = null;
		try {
			await this.#parts.rotate();
		} catch (error) {
			problem = `The rotation of keys could not go on: ${(error as Error).message}`;
		}
		if (problem !== null && problem !== this.#heldUp) this.#parts.warn(problem);
		this.#heldUp = problem;
	}
}

/** How many workers are live, and how many hold a revision. The one that asks holds it, whatever it reported last. */
export async function countWorkers(
	{ storage, worker }: Pick<Vault, "storage" | "worker">,
	revision: number,
): Promise<{ live: number; converged: number }> {
	const live = await storage.workers(Date.now() - LIVE);
	const converged = live.filter((row) => row.id === worker?.id || row.revision >= revision);
	return { live: live.length, converged: converged.length };
}
