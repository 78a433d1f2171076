/** Where the person is signed in, and the end of what should not be. */
import type { SessionView } from "@holdfast/contract/schemas";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { client, trpc } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Said } from "../ui/said.tsx";
import { Section } from "../ui/section.tsx";
import { Status } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { refreshOwn } from "./own.ts";
import { deviceInWords } from "./session-words.ts";

export function Sessions() {
	const { data: sessions, error, refetch } = useQuery(trpc.session.list.queryOptions());
	const [said, setSaid] = useState<string | null>(null);
	const end = useAct(async (perform: () => Promise<string>) => {
		setSaid(null);
		const sentence = await perform().finally(refreshOwn);
		setSaid(sentence);
	});
	const others = sessions?.filter(({ current }) => !current) ?? [];
	return (
		<Section
			title="Sessions"
			about="Browsers that are signed in as you."
			controls={
				others.length > 0 && (
					<Button
						disabled={end.pending}
						onClick={() =>
							void end.run(async () => {
								await client.session.revokeOthers.mutate();
								return "All other sessions have ended.";
							})
						}
					>
						End all others
					</Button>
				)
			}
		>
			{(said !== null || end.error !== null || error) && (
				<div className="space-y-3 border-b border-line px-4 py-3">
					<Said sentence={said} />
					{end.error !== null && <FailureNotice error={end.error} />}
					{error && <LoadFailed error={error} onRetry={() => void refetch()} />}
				</div>
			)}
			<ul className="divide-y divide-line">
				{sessions?.map((session) => (
					<Session
						key={session.id}
						session={session}
						pending={end.pending}
						onEnd={() =>
							void end.run(async () => {
								await client.session.revoke.mutate({ id: session.id });
								return `The session of ${deviceInWords(session.userAgent)} has ended.`;
							})
						}
					/>
				))}
			</ul>
		</Section>
	);
}

interface SessionProps {
	session: SessionView;
	pending: boolean;
	onEnd(): void;
}

function Session({ session: { userAgent, address, seenAt, current }, pending, onEnd }: SessionProps) {
	const device = deviceInWords(userAgent);
	return (
		<li className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2.5">
			<div className="min-w-0">
				<p className="font-medium [overflow-wrap:anywhere]">{device}</p>
				<p className="text-sm text-muted">
					seen <Time at={seenAt} />
					{address !== null && address !== "" && (
						<>
							, from <code className="break-all">{address}</code>
						</>
					)}
				</p>
			</div>
			{current ? (
				<Status tone="ok">This one</Status>
			) : (
				<Button size="small" disabled={pending} onClick={onEnd}>
					End<span className="sr-only"> the session of {device}</span>
				</Button>
			)}
		</li>
	);
}
