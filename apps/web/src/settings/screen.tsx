/** AI settings: every provider of the catalogue, those that are set up first, and how each stands in one environment. */
import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useState } from "react";
import { FileNotice } from "../drift/file-notice.tsx";
import { type Entry, roster } from "../providers/roster.ts";
import { isStarted, standing } from "../providers/standing.ts";
import { EnvironmentPicker, useEnvironment } from "../shell/environment-picker.tsx";
import { Export } from "../transfer/export.tsx";
import { Import } from "../transfer/import.tsx";
import { trpc } from "../trpc.ts";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Loading } from "../ui/loading.tsx";
import { Page } from "../ui/page.tsx";
import { FirstRun } from "./first-run.tsx";
import { ProviderCard } from "./provider-card.tsx";
import { UnsavedGuard } from "./unsaved.tsx";

export function SettingsScreen() {
	const environment = useEnvironment();
	const list = useQuery(trpc.providers.list.queryOptions({ environment }));
	const [filter, setFilter] = useState("");
	const entries = list.data && roster(list.data);
	return (
		<Page
			title="AI settings"
			about={entries ? summary(entries) : "Keys and models of the AI providers."}
			controls={
				<>
					<EnvironmentPicker />
					{entries && <Filter value={filter} onChange={setFilter} />}
					<Import environment={environment} />
					<Export environment={environment} />
				</>
			}
		>
			<FileNotice environment={environment} />
			<UnsavedGuard>
				{list.error && !list.data ? (
					<LoadFailed error={list.error} onRetry={() => void list.refetch()} />
				) : entries ? (
					<Providers key={environment} entries={entries} environment={environment} filter={filter} />
				) : (
					<Loading rows={6} what="AI settings" />
				)}
			</UnsavedGuard>
		</Page>
	);
}

function Filter({ value, onChange }: { value: string; onChange(value: string): void }) {
	return (
		<div className="relative min-w-28 flex-1 sm:flex-none">
			<Search aria-hidden="true" className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint" />
			<input
				type="search"
				aria-label="Filter providers"
				placeholder="Filter"
				value={value}
				onChange={(event) => onChange(event.target.value)}
				className="input h-8 pl-8 sm:w-40"
			/>
		</div>
	);
}

interface ProvidersProps {
	entries: readonly Entry[];
	environment: string;
	filter: string;
}

/** The grouping is made once per visit: no card moves away under the hand that fills it in. */
function Providers({ entries, environment, filter }: ProvidersProps) {
	const hash = useLocation({ select: (location) => location.hash });
	const [started] = useState(
		() => new Set(entries.filter(({ view }) => isStarted(view)).map(({ provider }) => provider.id)),
	);
	const cloud = entries.filter(({ provider }) => provider.kind === "cloud");
	const groups = [
		{ title: "Configured", entries: cloud.filter(({ provider }) => started.has(provider.id)) },
		{ title: "Not configured", entries: cloud.filter(({ provider }) => !started.has(provider.id)) },
		{ title: "Local AI", entries: entries.filter(({ provider }) => provider.kind === "local") },
	];
	const shown = entries.filter((entry) => matches(entry, filter));
	return (
		<div className="space-y-8">
			{started.size === 0 && <FirstRun />}
			{groups.map((group) => {
				const count = group.entries.filter((entry) => shown.includes(entry)).length;
				if (group.entries.length === 0) return null;
				return (
					<div key={group.title} hidden={count === 0}>
						<h2 className="mb-2 flex items-baseline gap-2 text-sm font-medium text-muted">
							{group.title} <span className="font-normal text-faint">{count}</span>
						</h2>
						<div className="divide-y divide-line rounded-lg border border-line bg-surface shadow-raised">
							{group.entries.map((entry) => (
								<ProviderCard
									key={entry.provider.id}
									entry={entry}
									environment={environment}
									named={hash === entry.provider.id}
									hidden={!shown.includes(entry)}
								/>
							))}
						</div>
					</div>
				);
			})}
			{shown.length === 0 && <p className="text-muted">No provider, and no setting of one, is called “{filter}”.</p>}
		</div>
	);
}

function matches({ provider, view }: Entry, filter: string): boolean {
	const words = [provider.label, provider.id, ...view.settings.map(({ name }) => name)].join(" ");
	return words.toLowerCase().includes(filter.trim().toLowerCase());
}

/** "4 configured: 2 works, 1 bad key, 1 not tested." */
function summary(entries: readonly Entry[]): string {
	const configured = entries.filter(({ view }) => view.configured && isStarted(view));
	if (configured.length === 0) return "No provider is configured yet.";
	const words = new Map<string, number>();
	for (const { view } of configured) {
		const word = standing(view).word.replace("Configured, ", "").toLowerCase();
		words.set(word, (words.get(word) ?? 0) + 1);
	}
	const parts = [...words].map(([word, count]) => `${count} ${word}`);
	return `${configured.length} configured: ${parts.join(", ")}.`;
}
