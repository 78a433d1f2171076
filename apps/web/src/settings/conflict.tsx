/** Somebody saved first: says who, when and what, and lets the typed text replace it only once that was seen. */
import type { Owner } from "@holdfast/contract/schemas";
import { useQuery } from "@tanstack/react-query";
import { valueFor } from "../providers/source.ts";
import { trpc } from "../trpc.ts";
import { Button } from "../ui/button.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Notice } from "../ui/notice.tsx";
import { Time } from "../ui/time.tsx";

interface ConflictProps {
	name: string;
	environment: string;
	owner: Owner;
	/** Takes the newer version as the one to replace. */
	onTake(version: number): void;
}

export function Conflict({ name, environment, owner, onTake }: ConflictProps) {
	const list = useQuery(trpc.settings.list.queryOptions({ environment }, { staleTime: 0, gcTime: 0 }));
	if (list.error) return <LoadFailed error={list.error} onRetry={() => void list.refetch()} />;
	const newer = list.data?.settings.find((setting) => setting.name === name);
	const { layer = null, version = 0 } = newer ? valueFor(newer, owner) : {};
	const savedBy = owner === "personal" ? "You" : (newer?.savedBy ?? "Somebody");
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
			{owner === "personal" ? "You saved" : "Someone else saved"} {name} {owner === "personal" ? "elsewhere" : "first"}.{" "}
			{newer && version > 0 && (
				<>
					{savedBy} saved version {version}
					{layer?.shown && (
						<>
							{" "}
							(<code className="text-sm">{layer.shown}</code>)
						</>
					)}
					{owner === "shared" && newer.savedAt !== null && (
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
