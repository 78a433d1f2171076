/** One question with its answer, and the figures of how it was served. */
import { findProvider } from "@holdfast/providers";
import type { ReactNode } from "react";
import { sourceWords } from "../providers/source.ts";
import { FailureNotice } from "../ui/notice.tsx";
import type { Turn } from "./conversation.ts";

export function TurnView({ turn }: { turn: Turn }) {
	return (
		<article className="space-y-4 py-6">
			<Speech who="You">
				<p className="max-w-prose whitespace-pre-wrap">{turn.question}</p>
			</Speech>
			<Speech who={findProvider(turn.provider)?.label ?? turn.provider}>
				<p className="max-w-prose whitespace-pre-wrap empty:hidden">
					{turn.answer}
					<Remark state={turn.state} empty={turn.answer === ""} />
				</p>
				{turn.state === "failed" && <FailureNotice error={turn.error} provider={turn.provider} />}
				<Served turn={turn} />
			</Speech>
		</article>
	);
}

/** What there is to say of an answer beside its text. */
function Remark({ state, empty }: { state: Turn["state"]; empty: boolean }) {
	if (state === "streaming") {
		return <span aria-hidden="true" className="ml-0.5 inline-block h-4 w-1.5 translate-y-0.5 bg-faint" />;
	}
	if (state === "waiting") return <span className="text-muted">Waiting for the first words…</span>;
	if (state === "stopped") return <span className="text-muted">{empty ? "Stopped." : " (stopped)"}</span>;
	if (state === "done" && empty) return <span className="text-muted">The answer was empty.</span>;
	return null;
}

function Speech({ who, children }: { who: string; children: ReactNode }) {
	return (
		<div className="sm:grid sm:grid-cols-[7rem_minmax(0,1fr)] sm:gap-4">
			<p className="truncate text-sm leading-6 font-medium text-muted">{who}</p>
			<div className="min-w-0 space-y-3 leading-6 break-words">{children}</div>
		</div>
	);
}

function Served({ turn: { start, finish, environment } }: { turn: Turn }) {
	if (!start) return null;
	return (
		<dl className="flex flex-wrap gap-x-5 gap-y-1 text-xs text-muted tabular-nums">
			<Figure name="Model">
				<code>{start.model}</code>
			</Figure>
			<Figure name="Key">
				{start.key ? (
					<>
						<code>
							{start.key.name} {start.key.shown}
						</code>
						, {lower(sourceWords(start.key, environment))}
					</>
				) : (
					"none needed"
				)}
			</Figure>
			{finish && (
				<>
					<Figure name="Tokens">
						{finish.inputTokens ?? "?"} in, {finish.outputTokens ?? "?"} out
					</Figure>
					{finish.firstText !== null && <Figure name="First text">{duration(finish.firstText)}</Figure>}
					<Figure name="Total">{duration(finish.total)}</Figure>
				</>
			)}
		</dl>
	);
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
	return (
		<div className="flex gap-1.5">
			<dt className="text-faint">{name}</dt>
			<dd>{children}</dd>
		</div>
	);
}

function duration(ms: number): string {
	return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

function lower(words: string): string {
	return words.charAt(0).toLowerCase() + words.slice(1);
}
