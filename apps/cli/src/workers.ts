/** `holdfast workers`: the processes that hold saved values, and whether each has what is saved. */
import type { ListWorkers, WorkerView } from "@holdfast/contract/schemas";
import { withClient } from "./connect.ts";
import { table } from "./table.ts";

export async function list(asked: ListWorkers, { json }: { json?: true }): Promise<void> {
	const rows = await withClient((client) => client.workers.list.query(asked));
	if (json) {
		process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
		return;
	}
	if (rows.length === 0) {
		process.stderr.write("No process that reports itself is running.\n");
		return;
	}
	const head = ["PROGRAM", "HOST", "PID", "ENVIRONMENT", "REVISION", "STATE"];
	const named = asked.name === undefined ? [] : [asked.name];
	process.stdout.write(`${table([...head, ...named], rows.map(rowOf))}\n`);
}

function rowOf(worker: WorkerView): string[] {
	const { program, host, pid, environment, revision, converged, version } = worker;
	const state = converged ? "has what is saved" : "behind";
	const held = version === null ? [] : [heldOf(worker)];
	return [program, host, String(pid), environment ?? "all", String(revision), state, ...held];
}

function heldOf({ version, inherited }: WorkerView): string {
	const saved = version === 0 ? "none" : `version ${version}`;
	return inherited ? `${saved}, behind a value of its own` : saved;
}
