/**
 * This process as one of those that hold the saved values: it takes in what others save, brings up the files that they left
 * behind or someone edited, carries on with a rotation, and reports which revision it holds. It is woken by each save of
 * others, and looks by itself as well: for edits, and for what it was not woken for.
 */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Live, LiveEnvironment } from "./live.ts";
import type { MirrorFiles } from "./mirror-files.ts";
import type { Storage, WorkerRow } from "./storage/storage.ts";
import { clearAway, FORGET } from "./workers.ts";

/** All in milliseconds. */
const LOOK_EVERY = 500;
const REPORT_EVERY = 10_000;
const REPORT_AGAIN = 200;

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
	readonly #row: Omit<WorkerRow, "revision" | "seenAt"> = {
		id: this.id,
		host: hostname(),
		pid: process.pid,
		program: "holdfast",
		kind: "server",
		environment: null,
		inherited: [],
		remote: false,
	};
	readonly #parts: WorkerParts;
	/** The revision that the files were last brought up to. */
	#synced = -1;
	#reported = { revision: -1, at: 0 };
	/** Why a rotation could not go on at the last turn. */
	#heldUp: string | null = null;
	#timer: NodeJS.Timeout | undefined;
	#unwatch: () => void = () => {};
	#turn: Promise<void> = Promise.resolve();
	#waiting = false;

	constructor(parts: WorkerParts) {
		this.#parts = parts;
	}

	async start(): Promise<void> {
		// Of its own saves, this process has done by itself what there is to do.
		this.#unwatch = this.#parts.live.onChange((_, elsewhere) => {
			if (elsewhere) this.#wake();
		});
		this.#timer = setInterval(() => this.#next(() => this.#look()), LOOK_EVERY);
		this.#timer.unref();
		this.#next(() => this.#look());
		await this.#turn;
	}

	async stop(): Promise<void> {
		clearInterval(this.#timer);
		this.#unwatch();
		await this.#turn;
		await this.#parts.storage.removeWorker(this.id);
	}

	/** Once after the turn that is under way, however often it is asked for meanwhile. */
	#wake(): void {
		if (this.#waiting) return;
		this.#waiting = true;
		this.#next(() => {
			this.#waiting = false;
			return this.#report(this.#parts.live.revision);
		});
	}

	#next(act: () => Promise<void>): void {
		this.#turn = this.#turn.then(act).catch((error: Error) => {
			this.#parts.warn(`This process could not keep up with what is saved, and tries again: ${error.message}`);
		});
	}

	async #look(): Promise<void> {
		const { live, mirrors, keep } = this.#parts;
		const revision = await live.refresh();
		if (revision !== this.#synced) await mirrors.syncBehind();
		this.#synced = revision;
		for (const environment of mirrors.changed()) await keep(environment);
		await mirrors.record();
		await this.#rotate();
		await this.#report(revision);
	}

	/** Seldom while there is nothing new, and not for each save while others save without a pause: it is a commit. */
	async #report(revision: number): Promise<void> {
		const now = Date.now();
		const age = now - this.#reported.at;
		if (age < (revision === this.#reported.revision ? REPORT_EVERY : REPORT_AGAIN)) return;
		const { storage } = this.#parts;
		await storage.reportWorker({ ...this.#row, revision, seenAt: now }, now - FORGET);
		if (age >= REPORT_EVERY) await clearAway(storage, now);
		this.#reported = { revision, at: now };
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
