/** Each process: what runs where, for which environment, and what it holds. On a narrow screen each row restacks. */
import { DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { WorkerView } from "@holdfast/contract/schemas";
import { Status } from "../ui/status.tsx";
import { CELL, TableHead } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import { holding, standing } from "./words.ts";

const KINDS: Record<WorkerView["kind"], string> = { server: "Server", application: "Application" };

interface ProcessTableProps {
	workers: readonly WorkerView[];
	/** The setting that the version is asked of; `null` for none. */
	name: string | null;
	/** The environment whose values a server's version is of. */
	only: string | null;
}

export function ProcessTable({ workers, name, only }: ProcessTableProps) {
	const columns = ["Process", "Host", "Environment", "Revision", "State", ...(name ? ["Holds"] : []), "Last seen"];
	return (
		<div className="overflow-hidden rounded-lg border border-line bg-surface shadow-raised">
			<table className="w-full text-left max-sm:block">
				<TableHead columns={columns} />
				<tbody className="divide-y divide-line max-sm:block">
					{workers.map((worker) => (
						<Row key={worker.id} worker={worker} of={only ?? DEFAULT_ENVIRONMENT} />
					))}
				</tbody>
			</table>
		</div>
	);
}

function Row({ worker, of }: { worker: WorkerView; of: string }) {
	const { host, pid, program, kind, environment, revision, seenAt } = worker;
	const { tone, word } = standing(worker);
	const held = holding(worker);
	return (
		<tr className="max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:gap-x-3 max-sm:gap-y-1 max-sm:px-4 max-sm:py-3">
			<td className={`${CELL} sm:pl-4`}>
				<code className="text-sm font-medium break-all">{program}</code>
				<p className="text-xs text-muted">{KINDS[kind]}</p>
			</td>
			<td className={`${CELL} max-sm:col-start-1`}>
				<code className="text-sm break-all">{host}</code>
				<p className="text-xs text-muted tabular-nums">pid {pid}</p>
			</td>
			<td className={`${CELL} max-sm:text-right`}>
				{environment ?? (
					<span className="text-muted">
						all<span className="sm:sr-only"> environments</span>
					</span>
				)}
			</td>
			<td className={`${CELL} tabular-nums max-sm:col-start-1`}>
				<span className="text-muted sm:hidden">revision </span>
				{revision}
			</td>
			<td className={`${CELL} max-sm:col-start-2 max-sm:row-start-1 max-sm:text-right`}>
				<Status tone={tone}>{word}</Status>
			</td>
			{held && (
				<td className={`${CELL} max-sm:col-span-2`}>
					<Status tone={held.tone}>{held.word}</Status>
					{kind === "server" && <p className="text-xs text-muted">in {of}</p>}
				</td>
			)}
			<td className={`${CELL} text-muted max-sm:col-start-2 max-sm:row-start-3 max-sm:text-right`}>
				<Time at={seenAt} />
			</td>
		</tr>
	);
}
