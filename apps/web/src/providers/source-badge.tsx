/** Where a value comes from, in two words; pressed, the whole chain with what is hidden and how to change that. */
import type { Layer, SettingView } from "@holdfast/contract/schemas";
import { ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { chain, changeAdvice, hiddenCount, sourceWords } from "./source.ts";

export function SourceBadge({ view }: { view: SettingView }) {
	if (!view.effective) return null;
	const hidden = hiddenCount(view);
	return (
		<Popover.Root>
			<Popover.Trigger className="inline-flex h-6 items-center gap-1 rounded-sm border border-line bg-surface px-2 text-xs whitespace-nowrap text-muted hover:border-edge hover:text-ink data-[state=open]:border-edge data-[state=open]:text-ink">
				<span className="sr-only">Source of {view.name}: </span>
				{sourceWords(view.effective, view.environment)}
				{hidden > 0 && <span className="text-warn"> · hides {hidden}</span>}
				<ChevronDown aria-hidden="true" className="size-3 text-faint" />
			</Popover.Trigger>
			<Popover.Portal>
				<Popover.Content
					align="start"
					sideOffset={6}
					collisionPadding={12}
					aria-label={`Where ${view.name} comes from`}
					className="z-40 w-88 max-w-[calc(100vw-1.5rem)] rounded-lg border border-line bg-surface shadow-float"
				>
					<ol className="divide-y divide-line">
						{chain(view).map((layer, index) => (
							<Row key={`${layer.source} ${layer.place}`} layer={layer} applies={index === 0} view={view} />
						))}
					</ol>
					<p className="rounded-b-lg border-t border-line bg-sunken px-3 py-2.5 text-sm text-muted">
						{changeAdvice(view)}
					</p>
				</Popover.Content>
			</Popover.Portal>
		</Popover.Root>
	);
}

function Row({ layer, applies, view }: { layer: Layer; applies: boolean; view: SettingView }) {
	return (
		<li className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 px-3 py-2">
			<span className={applies ? "font-medium" : "text-muted"}>{sourceWords(layer, view.environment)}</span>
			<span className={`text-right text-sm ${applies ? "font-medium" : "text-muted"}`}>
				{applies ? "applies" : "hidden"}
			</span>
			<span className="truncate font-mono text-xs text-muted">{layer.shown ?? "does not open"}</span>
			{layer.version !== null && <span className="text-right text-xs text-muted">version {layer.version}</span>}
		</li>
	);
}
