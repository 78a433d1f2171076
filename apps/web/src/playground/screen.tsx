/** The playground: try a provider with the key that an application would get. */
import { useQuery } from "@tanstack/react-query";
import { MessageSquarePlus } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type Entry, roster } from "../providers/roster.ts";
import { useEnvironment } from "../shell/environment-picker.tsx";
import { trpc } from "../trpc.ts";
import { Button } from "../ui/button.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Loading } from "../ui/loading.tsx";
import { Page } from "../ui/page.tsx";
import { Composer } from "./composer.tsx";
import { clear, isRunning, send, stop, useTurns } from "./conversation.ts";
import { Pickers } from "./pickers.tsx";
import { TurnView } from "./turn.tsx";

export function PlaygroundScreen() {
	const environment = useEnvironment();
	const list = useQuery(trpc.providers.list.queryOptions({ environment }));
	const turns = useTurns();
	return (
		<Page
			title="Playground"
			about="Ask a provider with the key your application would get. Nothing here is kept past a reload."
			controls={
				turns.length > 0 && (
					<Button icon={<MessageSquarePlus aria-hidden="true" />} onClick={clear}>
						New conversation
					</Button>
				)
			}
		>
			{list.error && !list.data ? (
				<LoadFailed error={list.error} onRetry={() => void list.refetch()} />
			) : list.data ? (
				<Bench entries={roster(list.data)} environment={environment} />
			) : (
				<Loading rows={1} what="providers" />
			)}
		</Page>
	);
}

function Bench({ entries, environment }: { entries: readonly Entry[]; environment: string }) {
	const [chosen, setChosen] = useState<string | null>(null);
	const [model, setModel] = useState("");
	const turns = useTurns();
	const end = useRef<HTMLDivElement>(null);
	const last = turns.at(-1);
	const entry = entries.find(({ provider }) => provider.id === (chosen ?? last?.provider)) ?? first(entries);
	useEffect(() => {
		if (last) end.current?.scrollIntoView({ block: "nearest" });
	}, [last]);
	if (!entry) return <p className="text-muted">This server knows no provider.</p>;
	const ask = (message: string) => {
		const target = { environment, provider: entry.provider.id, ...(model === "" ? {} : { model }) };
		void send(message, target);
	};
	return (
		<>
			<Pickers
				entries={entries}
				entry={entry}
				environment={environment}
				model={model}
				onProvider={(id) => {
					setChosen(id);
					setModel("");
				}}
				onModel={setModel}
			/>
			<div role="log" aria-live="polite" aria-label="Conversation" className="divide-y divide-line">
				{turns.map((turn) => (
					<TurnView key={turn.id} turn={turn} />
				))}
				{turns.length === 0 && (
					<p className="py-14 text-center text-balance text-muted">
						Nothing was asked yet. Write a message below to see {entry.provider.label} answer.
					</p>
				)}
			</div>
			<div ref={end} className="sticky bottom-0 scroll-mb-4 bg-canvas pt-2 pb-4">
				<Composer busy={isRunning(last)} onSend={ask} onStop={stop} />
			</div>
		</>
	);
}

/** A configured provider before one that is not. */
function first(entries: readonly Entry[]): Entry | undefined {
	return entries.find(({ view }) => view.configured) ?? entries[0];
}
