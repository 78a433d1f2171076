/** The backups made here, and the last one that was proven to restore. */
import type { BackupView, SystemView } from "@holdfast/contract/schemas";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../session/me.ts";
import { client, trpc } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Section } from "../ui/section.tsx";
import { Status } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { BackupTable } from "./backup-table.tsx";
import { Prove } from "./prove.tsx";
import { refreshSystem } from "./system.ts";
import { provenWords, sizeWords } from "./words.ts";

export function Backups({ view }: { view: SystemView }) {
	const mayMake = useMay("backups.write");
	const list = useQuery(trpc.backups.list.queryOptions());
	const [proving, setProving] = useState<BackupView | "newest" | null>(null);
	const [said, setSaid] = useState<string | null>(null);
	const make = useAct(() => client.backups.create.mutate());
	const backups = list.data?.backups ?? [];
	return (
		<Section
			title="Backups"
			about={
				list.data && (
					<>
						In <code className="[overflow-wrap:anywhere]">{list.data.folder}</code>, encrypted under the root key.
					</>
				)
			}
			controls={
				mayMake && (
					<>
						<Button
							disabled={make.pending}
							onClick={async () => {
								const made = await make.run(undefined);
								setSaid(made && `Made ${made.file}, ${sizeWords(made.size)}, with revision ${made.revision}.`);
								await refreshSystem();
							}}
						>
							{make.pending ? "Making one…" : "Make one now"}
						</Button>
						<Button disabled={!backups.some(({ present }) => present)} onClick={() => setProving("newest")}>
							Prove restore now
						</Button>
					</>
				)
			}
		>
			<div className="flex flex-col gap-3 px-4 py-3">
				<Proven backup={view.lastProven} />
				<output className="block font-medium [overflow-wrap:anywhere] empty:hidden">{said}</output>
				{make.error !== null && <FailureNotice error={make.error} />}
				{list.error && <LoadFailed error={list.error} onRetry={() => void list.refetch()} />}
			</div>
			{backups.length > 0 && <BackupTable backups={backups} onProve={mayMake ? setProving : null} />}
			{proving && (
				<Prove backup={proving === "newest" ? null : proving} onClose={() => setProving(null)} onSaid={setSaid} />
			)}
		</Section>
	);
}

function Proven({ backup }: { backup: BackupView | null }) {
	if (!backup?.drill) {
		return (
			<p>
				<Status tone="warn">No restore is proven yet.</Status>
			</p>
		);
	}
	return (
		<p className="flex flex-wrap items-baseline gap-x-2">
			<Status tone="ok">Last proven restore</Status>
			<span>
				<Time at={backup.drill.at} />, {provenWords(backup.drill)}
			</span>
		</p>
	);
}
