/** The links that let someone join, or set a new password: those that are out, and those that ended lately. */
import type { LinkView } from "@holdfast/contract/schemas";
import { ChevronRight } from "lucide-react";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Status } from "../ui/status.tsx";
import { CELL, TableHead } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import { refreshPeople, useLinks } from "./people.ts";
import { counted, isPending, LINK_STATES, linkInWords } from "./words.ts";

export function Links({ onSaid }: { onSaid(sentence: string): void }) {
	const { data: links = [], error, refetch } = useLinks();
	const revoke = useAct((id: string) => client.people.revokeLink.mutate({ id }));
	const pending = links.filter(isPending);
	const ended = links.filter((link) => !isPending(link));
	const submit = async ({ id, kind, email }: LinkView) => {
		const revoked = await revoke.run(id);
		await refreshPeople();
		if (revoked) onSaid(`The ${kind === "reset" ? "reset link" : "invitation"} for ${email} is revoked.`);
	};
	if (error) return <LoadFailed error={error} onRetry={() => void refetch()} />;
	if (links.length === 0) return null;
	return (
		<section aria-label="Links" className="space-y-4">
			{revoke.error !== null && <FailureNotice error={revoke.error} />}
			{pending.length > 0 && (
				<div className="relative overflow-hidden rounded-lg border border-line bg-surface shadow-raised">
					<h2 className="px-4 py-3">Links not used yet</h2>
					<LinkTable links={pending} onRevoke={revoke.pending ? null : submit} />
				</div>
			)}
			{ended.length > 0 && (
				<details className="group relative overflow-hidden rounded-lg border border-line bg-surface">
					<summary className="flex list-none items-center gap-1 px-4 py-3 text-sm font-medium text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
						<ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
						{counted(ended.length, "link")} ended
					</summary>
					<LinkTable links={ended} />
				</details>
			)}
		</section>
	);
}

interface LinkTableProps {
	links: readonly LinkView[];
	/** Omitted for what has ended; `null` while one is being revoked. */
	onRevoke?: ((link: LinkView) => Promise<void>) | null;
}

function LinkTable({ links, onRevoke }: LinkTableProps) {
	return (
		<table className="w-full text-left max-sm:block">
			<TableHead
				columns={["For", "Link", onRevoke === undefined ? "State" : "Until"]}
				acts={onRevoke !== undefined}
				ruled
			/>
			<tbody className="divide-y divide-line max-sm:block">
				{links.map((link) => (
					<Row key={link.id} link={link} onRevoke={onRevoke} />
				))}
			</tbody>
		</table>
	);
}

function Row({ link, onRevoke }: { link: LinkView; onRevoke: LinkTableProps["onRevoke"] }) {
	const { email, createdBy, createdAt, expiresAt, state } = link;
	return (
		<tr className="max-sm:flex max-sm:flex-col max-sm:gap-y-1 max-sm:px-4 max-sm:py-3">
			<td className={`${CELL} [overflow-wrap:anywhere] sm:w-2/5 sm:pl-4`}>
				<p className="font-medium">{email}</p>
				<p className="text-xs text-muted">
					{createdBy}, <Time at={createdAt} />
				</p>
			</td>
			<td className={`${CELL} [overflow-wrap:anywhere]`}>
				{linkInWords(link)}
				{state === "void" && (
					<>
						<br />
						<Status tone={LINK_STATES.void.tone}>Void</Status>
						<span className="text-xs text-muted"> its maker may not give this any more</span>
					</>
				)}
			</td>
			{onRevoke === undefined ? (
				<td className={`${CELL} sm:w-32`}>
					<Status tone={LINK_STATES[state].tone}>{LINK_STATES[state].word}</Status>
				</td>
			) : (
				<>
					<td className={`${CELL} sm:w-24`}>
						<span className="text-muted sm:hidden">ends </span>
						<Time at={expiresAt} ahead />
					</td>
					<td className="w-24 px-2 py-1.5 text-right align-top max-sm:-ml-2 max-sm:p-0 max-sm:text-left">
						<Button size="small" look="quiet" disabled={onRevoke === null} onClick={() => void onRevoke?.(link)}>
							Revoke<span className="sr-only"> the link for {email}</span>
						</Button>
					</td>
				</>
			)}
		</tr>
	);
}
