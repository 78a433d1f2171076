/** The audit log: who did what, newest first, a page at a time. */
import type { AuditEntry } from "@holdfast/contract/schemas";
import { useInfiniteQuery } from "@tanstack/react-query";
import { client, trpc } from "../trpc.ts";
import { Button } from "../ui/button.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Loading } from "../ui/loading.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";
import { TableHead } from "../ui/table.tsx";
import { COLUMNS, EntryRows } from "./entry-rows.tsx";

export function AuditScreen() {
	const pages = useInfiniteQuery({
		queryKey: [...trpc.audit.pathKey(), "pages"],
		queryFn: ({ pageParam, signal }) =>
			client.audit.list.query(pageParam === null ? {} : { before: pageParam }, { signal }),
		initialPageParam: null as number | null,
		getNextPageParam: (page) => page.next,
	});
	const entries = pages.data?.pages.flatMap((page) => page.entries);
	return (
		<Page
			title="Audit log"
			about="Every change, reveal and refusal. Entries are only ever added, and none holds a value."
		>
			{entries ? (
				<div className="space-y-4">
					<Table entries={entries} />
					{pages.isFetchNextPageError && <FailureNotice error={pages.error} />}
					{pages.hasNextPage ? (
						<Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
							{pages.isFetchingNextPage ? "Loading…" : "Older"}
						</Button>
					) : (
						entries.length > 0 && <p className="text-sm text-muted">This is the beginning of the log.</p>
					)}
				</div>
			) : pages.error ? (
				<LoadFailed error={pages.error} onRetry={() => void pages.refetch()} />
			) : (
				<Loading rows={8} what="the audit log" />
			)}
		</Page>
	);
}

function Table({ entries }: { entries: readonly AuditEntry[] }) {
	if (entries.length === 0) {
		return (
			<div className="rounded-lg border border-dashed border-edge px-5 py-8 text-muted">
				Nothing happened yet. Each save, removal, reveal, test and refused attempt will be a line here.
			</div>
		);
	}
	return (
		<div className="overflow-hidden rounded-lg border border-line bg-surface shadow-raised">
			<table className="w-full text-left max-sm:block">
				<TableHead columns={COLUMNS} />
				<tbody className="divide-y divide-line max-sm:block">
					{entries.map((entry) => (
						<EntryRows key={entry.index} entry={entry} />
					))}
				</tbody>
			</table>
		</div>
	);
}
