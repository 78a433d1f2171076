/** Each backup: when, what it holds, who made it, and whether it is proven. On a narrow screen each row restacks. */
import type { BackupView } from "@holdfast/contract/schemas";
import { Button } from "../ui/button.tsx";
import { type Standing, Status } from "../ui/status.tsx";
import { CELL, TableHead } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import { provenWords, sizeWords } from "./words.ts";

const COLUMNS = ["Made", "Revision", "Size", "By", "Restore"] as const;

interface BackupTableProps {
	/** Newest first. */
	backups: readonly BackupView[];
	/** `null` for who may not. */
	onProve: ((backup: BackupView) => void) | null;
}

export function BackupTable({ backups, onProve }: BackupTableProps) {
	return (
		<table className="w-full text-left max-sm:block">
			<TableHead columns={COLUMNS} ruled />
			<tbody className="divide-y divide-line max-sm:block max-sm:border-t max-sm:border-line">
				{backups.map((backup) => (
					<Row key={backup.id} backup={backup} onProve={onProve} />
				))}
			</tbody>
		</table>
	);
}

function Row({ backup, onProve }: { backup: BackupView } & Pick<BackupTableProps, "onProve">) {
	const { file, at, revision, size, by, present, drill } = backup;
	const { tone, word } = standingOf(backup);
	return (
		<tr className="max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto] max-sm:gap-x-3 max-sm:gap-y-1 max-sm:px-4 max-sm:py-3">
			<td className={`${CELL} sm:pl-4`}>
				<Time at={at} />
				<p className="font-mono text-xs break-all text-muted">{file}</p>
			</td>
			<td className={`${CELL} tabular-nums max-sm:text-right`}>
				<span className="text-muted sm:hidden">revision </span>
				{revision}
			</td>
			<td className={`${CELL} whitespace-nowrap tabular-nums`}>{sizeWords(size)}</td>
			<td className={`${CELL} max-sm:text-right`}>{by === "schedule" ? "By schedule" : by}</td>
			<td className={`${CELL} max-sm:col-span-2`}>
				<div className="flex items-start justify-between gap-x-3">
					<div className="min-w-0">
						<Status tone={tone}>{word}</Status>
						{drill && (
							<p className="text-xs text-muted">
								<Time at={drill.at} />, {drill.problem ?? provenWords(drill)}
							</p>
						)}
					</div>
					{onProve && present && (
						<Button size="small" look="quiet" className="-my-1" onClick={() => onProve(backup)}>
							Prove<span className="sr-only"> {file}</span>
						</Button>
					)}
				</div>
			</td>
		</tr>
	);
}

function standingOf({ present, drill }: BackupView): Standing {
	if (!present) return { tone: "none", word: "File is gone" };
	if (drill === null) return { tone: "ready", word: "Not proven" };
	if (drill.problem !== null) return { tone: "bad", word: "Does not restore" };
	return drill.damaged > 0 ? { tone: "warn", word: "Restores in part" } : { tone: "ok", word: "Proven" };
}
