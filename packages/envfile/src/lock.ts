/**
 * One writer of a file at a time, among processes and within one. The lock is a symbolic link beside the file that leads
 * nowhere and says in its target who holds it: making a link fails when there is one, and its text is there from its first
 * moment, so that a lock is never seen half made.
 *
 * A lock whose holder is gone is taken over. Guards the invariant that two takers never both succeed: see `takeOver`.
 */
import { randomUUID } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "@holdfast/contract";
import { type Disk, errnoOf, onDisk, realDisk, removeFile } from "./disk.ts";
import { type Holder, holderText, isGone, parseHolder } from "./lock-holder.ts";
import { statsOf } from "./target.ts";

/** Milliseconds after which a lock that its holder does not renew is taken over. */
const LONGEST_SILENCE = 10_000;
/** How often a holder renews it. A third, so that one late renewal costs nothing. */
const RENEWAL = LONGEST_SILENCE / 3;
const LONGEST_WAIT = 20_000;
const LONGEST_PAUSE = 20;

export interface LockOptions {
	/** How long to wait for other holders, in milliseconds. */
	wait?: number;
	fs?: Disk;
}

/** A lock as someone else holds it. `renewed` changes with each renewal. */
interface Seen extends Holder {
	text: string;
	renewed: bigint;
}

/** The last in line for each lock in this process, so that calls of one process take turns in the order they came. */
const lines = new Map<string, Promise<unknown>>();

function lockPath(path: string, disk: Disk): string {
	const linked = statsOf(path, disk)?.isSymbolicLink() === true;
	const real = linked ? disk.realpathSync(path) : path;
	return join(dirname(real), `.${basename(real)}.holdfast-lock`);
}

function tryMake(path: string, text: string, disk: Disk): boolean {
	try {
		disk.symlinkSync(text, path);
		return true;
	} catch (error) {
		if (errnoOf(error) === "EEXIST") return false;
		throw error;
	}
}

/** Who holds a lock; `null` for nobody. */
function see(path: string, disk: Disk): Seen | null {
	const stats = statsOf(path, disk);
	if (stats === null) return null;
	try {
		const text = disk.readlinkSync(path);
		return { ...parseHolder(text), text, renewed: stats.mtimeNs };
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return null;
		throw error;
	}
}

function holds(path: string, text: string, disk: Disk): boolean {
	return see(path, disk)?.text === text;
}

function claimPath(path: string, { id }: Holder): string {
	return join(dirname(path), `.holdfast-claim-${id}`);
}

/**
 * Take over the lock of a holder that is gone; whether this process holds it by that.
 *
 * Whoever takes it over must first make the one claim there can be on this holder, under a name made of its random id,
 * and then see the lock still in that holder's hands: it cannot leave them any more but by that claim, which is renamed over
 * the lock. A later claim on the same holder finds the lock in other hands, for no id comes twice. The claim of a taker that
 * died is taken over as the lock itself.
 */
function takeOver(path: string, gone: Seen, { text, disk }: Taker): boolean {
	const claim = claimPath(path, gone);
	if (!tryMake(claim, text, disk)) {
		const other = see(claim, disk);
		if (other === null || !isGone(other) || !takeOver(claim, other, { text, disk })) return false;
	}
	if (holds(path, gone.text, disk)) disk.renameSync(claim, path);
	else removeFile(claim, disk);
	return holds(path, text, disk);
}

interface Taker {
	text: string;
	disk: Disk;
}

/** Watches a lock that others hold, by this process's own steady clock: the clocks of two hosts are never compared. */
function watcher(): (seen: Seen) => boolean {
	let watched: { of: string; since: number } | null = null;
	return (seen) => {
		const of = `${seen.text} ${seen.renewed}`;
		if (watched?.of !== of) watched = { of, since: performance.now() };
		return performance.now() - watched.since > LONGEST_SILENCE;
	};
}

/** Wait for the lock and take it; gives what says that this call holds it. */
async function acquire(path: string, name: string, options: LockOptions): Promise<string> {
	const { wait = LONGEST_WAIT, fs: disk = realDisk } = options;
	const text = holderText(randomId());
	const isSilent = watcher();
	const deadline = performance.now() + wait;
	const tryTake = (): boolean => {
		if (tryMake(path, text, disk)) return true;
		const seen = see(path, disk);
		if (seen === null) return tryMake(path, text, disk);
		const silent = isSilent(seen);
		return (silent || isGone(seen)) && takeOver(path, seen, { text, disk });
	};
	for (let pause = 1; !onDisk(name, tryTake); pause = Math.min(pause * 2, LONGEST_PAUSE)) {
		if (performance.now() > deadline) {
			throw new AppError("MIRROR_FAILED", { name, detail: "another process has been writing it for too long" });
		}
		await sleep(pause * (0.5 + Math.random() / 2));
	}
	return text;
}

/** The last group of a random UUID is twelve digits, all random. Node draws for many of them at once. */
function randomId(): string {
	return randomUUID().slice(-12);
}

/** Give a lock back. One that may have been taken over is given back under a claim, as takers take it. */
function release(path: string, text: string, { disk, sure }: { disk: Disk; sure: boolean }): void {
	if (sure) {
		removeFile(path, disk);
		return;
	}
	const claim = claimPath(path, parseHolder(text));
	// Where there is a claim already, its maker takes the lock over.
	if (!tryMake(claim, holderText(randomId()), disk)) return;
	if (holds(path, text, disk)) removeFile(path, disk);
	removeFile(claim, disk);
}

/** Renews a lock while its holder works; `isSure` tells whether nobody can have taken it over meanwhile. */
function renewing(path: string, disk: Disk): Disposable & { isSure: () => boolean } {
	let renewed = performance.now();
	const isSure = (): boolean => performance.now() - renewed < LONGEST_SILENCE / 2;
	const timer = setInterval(() => {
		const now = new Date();
		try {
			disk.lutimesSync(path, now, now);
			renewed = performance.now();
		} catch (error) {
			// A lock that cannot be renewed falls silent, and its release takes care.
			if (errnoOf(error) === null) throw error;
		}
	}, RENEWAL).unref();
	return { isSure, [Symbol.dispose]: () => clearInterval(timer) };
}

async function locked<T>(path: string, act: () => T | Promise<T>, options: LockOptions): Promise<T> {
	const { fs: disk = realDisk } = options;
	const name = basename(path);
	const lock = onDisk(name, () => lockPath(path, disk));
	const text = await acquire(lock, name, options);
	using renewal = renewing(lock, disk);
	try {
		return await act();
	} finally {
		onDisk(name, () => release(lock, text, { disk, sure: renewal.isSure() }));
	}
}

/**
 * Run `act` while no other process, and no other call in this one, holds the lock of the file at `path`.
 *
 * It binds those who ask for it, and nobody else. A holder keeps it for as long as it works, unless it stands still for ten
 * seconds: `act` must not block the event loop that long. The lock of a process that died on this host is taken over at
 * once, another after ten seconds without a sign of life.
 *
 * @throws AppError `MIRROR_FAILED`, retryable, when the lock cannot be had in time (20 s, or `wait`), or not be made;
 * `act` was not run. What `act` throws passes.
 */
export function withEnvFileLock<T>(path: string, act: () => T | Promise<T>, options: LockOptions = {}): Promise<T> {
	const key = resolve(path);
	const before = lines.get(key);
	const mine = () => locked(key, act, options);
	const turn = before === undefined ? mine() : before.then(mine, mine);
	lines.set(key, turn);
	const leave = (): void => {
		if (lines.get(key) === turn) lines.delete(key);
	};
	turn.then(leave, leave);
	return turn;
}
