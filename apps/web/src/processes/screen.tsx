/** Processes: which ones hold saved values, whether each is up to date, and what each has of one setting. */
import type { WorkerView } from "@holdfast/contract/schemas";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { X } from "lucide-react";
import { trpc } from "../trpc.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Loading } from "../ui/loading.tsx";
import { Page } from "../ui/page.tsx";
import { Select } from "../ui/select.tsx";
import { ProcessTable } from "./process-table.tsx";
import { summaryOf } from "./words.ts";
import { useWorkers } from "./workers.ts";

export function ProcessesScreen() {
	const { only, name } = useSearch({ from: "/shell/processes" });
	const { data: workers, error, refetch } = useWorkers({ ...(only && { environment: only }), ...(name && { name }) });
	return (
		<Page
			title="Processes"
			about={workers ? summaryOf(workers) : "The servers and applications that hold saved values."}
			controls={
				<>
					{name && <Asked name={name} only={only} />}
					<EnvironmentFilter only={only} />
				</>
			}
		>
			<div className="space-y-4">
				{error && <LoadFailed error={error} onRetry={() => void refetch()} />}
				{workers ? (
					<>
						{workers.length > 0 && <ProcessTable workers={workers} name={name ?? null} only={only ?? null} />}
						<Remarks workers={workers} />
					</>
				) : (
					!error && <Loading rows={4} what="the processes" />
				)}
			</div>
		</Page>
	);
}

interface FilterProps {
	only: string | undefined;
}

function EnvironmentFilter({ only = "" }: FilterProps) {
	const navigate = useNavigate({ from: "/processes" });
	const list = useQuery(trpc.environments.list.queryOptions());
	const names = list.data?.map((each) => each.name) ?? [];
	const shown = only === "" || names.includes(only) ? names : [only, ...names];
	return (
		<Select
			label="Environment"
			labelShown
			value={only}
			onChange={({ target }) =>
				void navigate({ search: (before) => ({ ...before, only: target.value === "" ? undefined : target.value }) })
			}
		>
			<option value="">all</option>
			{shown.map((each) => (
				<option key={each} value={each}>
					{each}
				</option>
			))}
		</Select>
	);
}

/** The setting that is asked about, and the way to ask about none. */
function Asked({ name, only }: FilterProps & { name: string }) {
	return (
		<span className="inline-flex h-8 min-w-0 items-center rounded-md border border-edge bg-surface pl-3 shadow-raised">
			<code className="min-w-0 truncate text-sm font-medium">{name}</code>
			<Link
				to="/processes"
				search={{ only }}
				aria-label={`Leave out ${name}`}
				className="grid size-7.5 shrink-0 place-items-center rounded-md text-faint hover:text-ink"
			>
				<X aria-hidden="true" className="size-3.5" />
			</Link>
		</span>
	);
}

/** What the words in the table come to, where somebody has to do something. */
function Remarks({ workers }: { workers: readonly WorkerView[] }) {
	return (
		<div className="max-w-3xl space-y-2 text-sm text-muted">
			{workers.some(({ converged }) => !converged) && (
				<p>
					<strong className="font-medium text-ink">Behind:</strong> something was saved since. A process that watches
					takes it up by itself; one that does not keeps the values of its start, so restart it.
				</p>
			)}
			{workers.some(({ inherited }) => inherited) && (
				<p>
					<strong className="font-medium text-ink">Inherited:</strong> the process uses a value that it was started
					with, or took from a file, in place of the saved one. Restart it; where its own values go first
					(HOLDFAST_PRECEDENCE=process), take that one away.
				</p>
			)}
			{workers.every(({ kind }) => kind === "server") && <NoApplication />}
		</div>
	);
}

const SNIPPET = 'import "@holdfast/config/register";';

function NoApplication() {
	return (
		<div className="rounded-lg border border-dashed border-edge px-5 py-5">
			<p>No application has taken saved values here. One that begins with this line will be a row above:</p>
			<p className="mt-2 flex flex-wrap items-center gap-2">
				<code className="break-all text-ink">{SNIPPET}</code>
				<CopyButton as="bare" text={SNIPPET} what="the line" />
			</p>
		</div>
	);
}
