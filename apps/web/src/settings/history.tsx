/** The drawer with every version of a setting, newest first: who saved it, when, what changed, and the way back to it. */
import type { Owner, SaveResult, SettingView, VersionView } from "@holdfast/contract/schemas";
import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { ProcessesLink } from "../processes/processes-link.tsx";
import { useMay } from "../session/me.ts";
import { trpc } from "../trpc.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Loading } from "../ui/loading.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { Status } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { changeWords, currentVersion, isRestorable, type Told, told } from "./history-words.ts";
import { OWNERS } from "./owner-choice.tsx";
import { Restore } from "./restore.tsx";

interface HistoryProps {
	view: SettingView;
	/** Whose history is shown first. */
	owner: Owner;
	onClose(): void;
	onRestored(result: SaveResult, owner: Owner): void;
}

export function History({ view, owner: first, onClose, onRestored }: HistoryProps) {
	const [owner, setOwner] = useState(first);
	const [asked, setAsked] = useState<Asked | null>(null);
	const mayRestore = useMay("settings.write", view.environment);
	const histories = { shared: useVersions(view, "shared"), personal: useVersions(view, "personal") };
	const { data: versions, error, refetch } = histories[owner];
	const hasOwn = first === "personal" || (histories.personal.data?.length ?? 0) > 0;
	return (
		<Dialog title="History" about={<code className="text-sm break-all">{view.name}</code>} drawer onClose={onClose}>
			{hasOwn && <Segmented label="Whose history" options={OWNERS} value={owner} onChange={setOwner} />}
			{error && <LoadFailed error={error} onRetry={() => void refetch()} />}
			{versions ? (
				<>
					<Versions
						versions={versions}
						onRestore={mayRestore ? (version) => setAsked({ version, current: currentVersion(versions) }) : null}
					/>
					{owner === "shared" && (
						<ProcessesLink environment={view.environment} name={view.name}>
							Which processes hold it
						</ProcessesLink>
					)}
				</>
			) : (
				!error && <Loading rows={4} what="the history" />
			)}
			{asked && (
				<Restore
					view={view}
					owner={owner}
					{...asked}
					onClose={() => setAsked(null)}
					onOutdated={async () => {
						const { data } = await refetch();
						if (data) setAsked({ ...asked, current: currentVersion(data) });
					}}
					onRestored={(result) => onRestored(result, owner)}
				/>
			)}
		</Dialog>
	);
}

interface Asked {
	version: VersionView;
	/** The version that gives way, as it was when the question was put: what is saved meanwhile does not slip in under it. */
	current: number;
}

/** As it is at this moment: nothing of it stays behind when the drawer closes. */
function useVersions({ environment, name }: SettingView, owner: Owner) {
	const input = { environment, name, owner };
	return useQuery(trpc.settings.history.queryOptions(input, { staleTime: 0, gcTime: 0 }));
}

interface VersionsProps {
	versions: readonly VersionView[];
	/** `null` for who may not. */
	onRestore: ((version: VersionView) => void) | null;
}

function Versions({ versions, onRestore }: VersionsProps) {
	if (versions.length === 0) {
		return <p className="text-muted">Nothing was saved yet. Each save and removal will be a line here.</p>;
	}
	return (
		<ol className="divide-y divide-line border-y border-line">
			{versions.map((version, i) => (
				<li key={version.version} className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-3 gap-y-0.5 py-3">
					<p className="flex min-h-7 flex-wrap items-center gap-x-2">
						<span className="font-medium tabular-nums">Version {version.version}</span>
						<span className="text-muted">{changeWords(version)}</span>
						{version.version === currentVersion(versions) && <Status tone="ok">Current</Status>}
					</p>
					{onRestore && isRestorable(version, versions) && (
						<Button
							size="small"
							look="quiet"
							icon={<RotateCcw aria-hidden="true" />}
							onClick={() => onRestore(version)}
						>
							Restore<span className="sr-only"> version {version.version}</span>
						</Button>
					)}
					<p className="col-span-2 flex flex-wrap items-baseline gap-x-2">
						{version.change !== "created" && (
							<>
								<ToldValue told={told(versions[i + 1], versions)} />
								<span aria-hidden="true" className="text-faint">
									→
								</span>
								<span className="sr-only">gave way to</span>
							</>
						)}
						<ToldValue told={told(version, versions)} />
					</p>
					{version.message && <p className="col-span-2 break-words">{version.message}</p>}
					<p className="col-span-2 text-sm text-muted">
						{version.by} · <Time at={version.at} /> · revision {version.revision}
					</p>
				</li>
			))}
		</ol>
	);
}

function ToldValue({ told: value }: { told: Told }) {
	if ("words" in value) return <span className="text-sm text-muted">{value.words}</span>;
	return <code className="text-sm break-all whitespace-pre-wrap">{value.shown}</code>;
}
