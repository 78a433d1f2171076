/** The lines that need no choice, folded away, each with how it stands. */
import type { MirrorLine } from "@holdfast/contract/schemas";
import { ChevronRight } from "lucide-react";
import { Status } from "../ui/status.tsx";
import { LINE_STANDINGS, whatHappened } from "./line-words.ts";
import { Value } from "./value.tsx";

export function Settled({ lines }: { lines: readonly MirrorLine[] }) {
	if (lines.length === 0) return null;
	return (
		<details className="group">
			<summary className="inline-flex list-none items-center gap-1 rounded-sm text-sm text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
				<ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
				<span className="font-medium">{lines.length === 1 ? "1 settled line" : `${lines.length} settled lines`}</span>
				<span>{summaryOf(lines)}</span>
			</summary>
			<ul className="mt-2 divide-y divide-line rounded-md border border-line">
				{lines.map((line) => (
					<Row key={line.name} line={line} />
				))}
			</ul>
		</details>
	);
}

function Row({ line }: { line: MirrorLine }) {
	const { tone, word } = LINE_STANDINGS[line.state];
	return (
		<li className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 px-3 py-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_9rem]">
			<code className="text-sm break-all">{line.name}</code>
			<span className="max-sm:order-last max-sm:col-span-2">
				<Value side={line.saved} />
			</span>
			<Status tone={tone}>{word}</Status>
			{line.state !== "same" && (
				<p className="order-last col-span-2 text-xs text-muted sm:col-span-3">{whatHappened(line)}</p>
			)}
		</li>
	);
}

/** ": 12 same, 1 vault-only" */
function summaryOf(lines: readonly MirrorLine[]): string {
	const counts = Map.groupBy(lines, ({ state }) => LINE_STANDINGS[state].word.toLowerCase());
	return [...counts].map(([word, { length }]) => `${length} ${word}`).join(", ");
}
