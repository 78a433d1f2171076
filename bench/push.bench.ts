/**
 * How soon a save reaches the processes that wait for it: from when its commit is done until the last of four others has taken
 * it in and could read it. Against it, the bare limit of any durable commit, in the same run.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openVault, settings, type Vault } from "@holdfast/vault";
import { admin, optionsIn } from "@holdfast/vault/test";
import { bareCommit, heading, line, percentile } from "./measure.ts";

const WAITING = 4;
const TURNS = 500;
const WARM_UP = 50;
/** Milliseconds between saves: whoever waits has gone to sleep again. */
const PAUSE = 5;
/** In milliseconds, or as a multiple of the same percentile of bare commits: the fairer of the two on a slow or busy machine. */
const MOST = { p50: 2, p99: 10, times: 8 };

interface Told {
	revision: number;
	/** Nanoseconds of the clock that all processes share. */
	at: number;
}

const now = () => Number(process.hrtime.bigint());

/** `push.bench.ts wait <folder>`: tells its parent of each revision that it has taken in. */
async function wait(folder: string): Promise<void> {
	const vault = await openVault(optionsIn(folder, { serves: false }));
	vault.live.onChange((revision) => process.send?.({ revision, at: now() } satisfies Told));
	process.send?.({ revision: vault.live.revision, at: now() } satisfies Told);
	await once(process, "disconnect");
	await vault[Symbol.asyncDispose]();
}

/** Resolves with when each of the processes had a revision. */
function toldOf(children: readonly ChildProcess[], revision: () => number): Promise<number[]> {
	return Promise.all(
		children.map(
			(child) =>
				new Promise<number>((resolve) => {
					const hear = (told: Told) => {
						if (told.revision < revision()) return;
						child.off("message", hear);
						resolve(told.at);
					};
					child.on("message", hear);
				}),
		),
	);
}

async function compare(folder: string): Promise<void> {
	const [own, bare] = [join(folder, "vault"), join(folder, "bare")];
	mkdirSync(bare);
	let committedAt = 0;
	const onStep = (step: string) => {
		if (step === "after-commit") committedAt = now();
	};
	await using vault = await openVault(optionsIn(own, { serves: false, onStep }));
	const children = Array.from({ length: WAITING }, () => fork(fileURLToPath(import.meta.url), ["wait", own]));
	await toldOf(children, () => 0);
	const commit = bareCommit(bare);
	const [reached, committed]: [number[], number[]] = [[], []];
	for (let turn = -WARM_UP; turn < TURNS; turn++) {
		const start = performance.now();
		commit();
		const took = performance.now() - start;
		const last = await reach(vault, children, `value ${turn}`);
		if (turn < 0) continue;
		committed.push(took);
		reached.push((last - committedAt) / 1e6);
	}
	for (const child of children) child.disconnect();
	await Promise.all(children.map((child) => once(child, "exit")));
	print(reached, committed);
}

/** Save, and wait for when the last of the processes had it. */
async function reach(vault: Vault, children: readonly ChildProcess[], value: string): Promise<number> {
	await new Promise((resolve) => setTimeout(resolve, PAUSE));
	const next = vault.live.revision + 1;
	const told = toldOf(children, () => next);
	const writes = [{ name: "KEY", value }];
	await settings.save(vault, admin, { environment: "default", owner: "shared", writes });
	return Math.max(...(await told));
}

function print(reached: number[], committed: number[]): void {
	for (const [name, share] of [
		["p50", 0.5],
		["p99", 0.99],
	] as const) {
		const [time, bare] = [percentile(reached, share), percentile(committed, share)];
		line(`a bare commit, ${name}`, bare);
		line(`until the last of ${WAITING} has it, ${name}`, time);
		const isMet = time <= MOST[name] || time <= MOST.times * bare;
		const most = `at most ${MOST[name]} ms or ${MOST.times} commits: ${isMet ? "met" : "NOT MET"}`;
		console.log(
			`  ${`the same in bare commits, ${name}`.padEnd(52)}${(time / bare).toFixed(2).padStart(9)}     ${most}`,
		);
	}
}

const [, , mode, given = ""] = process.argv;
if (mode === "wait") {
	await wait(given);
} else {
	heading(`A save, until the last of ${WAITING} waiting processes has it`);
	const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
	try {
		await compare(folder);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
