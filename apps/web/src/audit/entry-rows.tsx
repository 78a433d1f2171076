/** One entry: a row of the table and, opened, everything it records as JSON. On a narrow screen the row restacks. */
import type { AuditEntry } from "@holdfast/contract/schemas";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { absoluteTime, relativeTime } from "../ui/relative-time.ts";
import { type Standing, Status } from "../ui/status.tsx";

export const COLUMNS = ["Time", "Who", "Action", "Target", "Environment", "Outcome"] as const;

const OUTCOMES: Record<AuditEntry["outcome"], Standing> = {
	done: { tone: "ok", word: "Done" },
	denied: { tone: "warn", word: "Denied" },
	failed: { tone: "bad", word: "Failed" },
};

const CELL = "px-3 py-2.5 align-middle max-sm:px-0 max-sm:py-0";

export function EntryRows({ entry }: { entry: AuditEntry }) {
	const [open, setOpen] = useState(false);
	const detailsId = useId();
	const { tone, word } = OUTCOMES[entry.outcome];
	return (
		<>
			<tr className="relative hover:bg-sunken/60 max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:gap-x-3 max-sm:gap-y-0.5 max-sm:px-4 max-sm:py-3">
				<td className={`${CELL} whitespace-nowrap sm:pl-4`}>
					<button
						type="button"
						aria-expanded={open}
						aria-controls={detailsId}
						onClick={() => setOpen(!open)}
						className="inline-flex items-center gap-2 text-left after:absolute after:inset-0"
					>
						<ChevronRight
							aria-hidden="true"
							className={`size-3.5 text-faint transition-transform ${open ? "rotate-90" : ""}`}
						/>
						<span className="sr-only">Entry {entry.index}, </span>
						<time dateTime={new Date(entry.at).toISOString()} className="flex flex-col lg:flex-row lg:items-baseline">
							<span className="lg:w-41">{absoluteTime(entry.at)}</span>
							<span className="text-xs text-muted">{relativeTime(entry.at, Date.now())}</span>
						</time>
					</button>
				</td>
				<td className={`${CELL} max-sm:pt-1 max-sm:pl-5.5`}>{entry.actorLabel}</td>
				<td className={`${CELL} font-mono text-sm max-sm:col-start-1 max-sm:pl-5.5`}>{entry.action}</td>
				<td className={`${CELL} font-mono text-sm break-all max-sm:col-span-2 max-sm:row-start-4 max-sm:pl-5.5`}>
					{entry.target ?? <Nothing />}
				</td>
				<td className={`${CELL} max-sm:col-start-2 max-sm:row-start-2 max-sm:pt-1 max-sm:text-right max-sm:text-muted`}>
					{entry.environment ?? <Nothing />}
				</td>
				<td className={`${CELL} max-sm:col-start-2 max-sm:row-start-1 max-sm:text-right`}>
					<Status tone={tone}>{word}</Status>
				</td>
			</tr>
			<tr id={detailsId} hidden={!open} className="max-sm:not-[[hidden]]:block">
				<td colSpan={COLUMNS.length} className="bg-sunken px-4 py-3 sm:pl-9.5 max-sm:block">
					{open && (
						<pre className="overflow-x-auto font-mono text-xs leading-5 whitespace-pre-wrap">
							{JSON.stringify(entry, null, 2)}
						</pre>
					)}
				</td>
			</tr>
		</>
	);
}

/** An empty cell, said as well as shown. */
function Nothing() {
	return (
		<>
			<span aria-hidden="true" className="text-faint max-sm:hidden">
				–
			</span>
			<span className="sr-only">none</span>
		</>
	);
}
