/** Somebody saved first: says who, when and what, and lets the typed text replace it only once that was seen. */
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../trpc.ts";
import { Button } from "../ui/button.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Notice } from "../ui/notice.tsx";
import { Time } from "../ui/time.tsx";

interface ConflictProps {
	name: string;
	environment: string;
	/** Takes the newer version as the one to replace. */
	onTake(version: number): void;
}

export function Conflict({ name, environment, onTake }: ConflictProps) {
	const list = useQuery(trpc.settings.list.queryOptions({ environment }, { staleTime: 0, gcTime: 0 }));
	if (list.error) return <LoadFailed error={list.error} onRetry={() => void list.refetch()} />;
	const newer = list.data?.settings.find((setting) => setting.name === name);
	const version = newer?.version ?? 0;
	return (
		<Notice
			tone="bad"
			role="alert"
			actions={
				list.data && (
					<Button size="small" onClick={() => onTake(version)}>
						Load the newer version, keep what I typed
					</Button>
				)
			}
		>
			Someone else saved {name} first.{" "}
			{newer && version > 0 && (
				<>
					{newer.savedBy ?? "Somebody"} saved version {version}
					{newer.effective?.shown && (
						<>
							{" "}
							(<code className="text-sm">{newer.effective.shown}</code>)
						</>
					)}
					{newer.savedAt !== null && (
						<>
							{" "}
							<Time at={newer.savedAt} />
						</>
					)}
					.{" "}
				</>
			)}
			{list.data && version === 0 && "It was removed meanwhile. "}
			What you typed was not saved and is still here.
		</Notice>
	);
}
