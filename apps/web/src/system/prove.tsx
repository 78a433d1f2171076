/** Restoring a backup for a try, with the recovery kit from paper if somebody types it. The kit leaves with the dialog. */
import type { BackupView } from "@holdfast/contract/schemas";
import { useId, useState } from "react";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { refreshSystem } from "./system.ts";
import { provenWords } from "./words.ts";

interface ProveProps {
	/** `null` for the newest. */
	backup: BackupView | null;
	onClose(): void;
	onSaid(sentence: string): void;
}

export function Prove({ backup, onClose, onSaid }: ProveProps) {
	const [kit, setKit] = useState("");
	const [seen, setSeen] = useState(false);
	const seenId = useId();
	const drill = useAct(() =>
		client.backups.drill.mutate({ ...(backup && { id: backup.id }), ...(kit.trim() && { kit: kit.trim() }) }),
	);
	const submit = async () => {
		const proven = await drill.run(undefined);
		await refreshSystem();
		if (!proven?.drill) return;
		setKit("");
		onSaid(saying(proven.file, proven.drill));
		onClose();
	};
	return (
		<Dialog
			title={backup ? "Prove that this backup restores" : "Prove that the newest backup restores"}
			onClose={onClose}
		>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					void submit();
				}}
				noValidate
				autoComplete="off"
				className="space-y-4"
			>
				<p className="text-muted">
					{backup ? <code className="text-sm break-all">{backup.file}</code> : "It"} is restored into a temporary
					folder, every value in it is opened and counted, and the folder is removed. Nothing here changes.
				</p>
				<Field
					label="Recovery kit"
					type={seen ? "text" : "password"}
					autoComplete="off"
					autoCapitalize="characters"
					spellCheck={false}
					mono
					data-1p-ignore
					data-lpignore="true"
					data-bwignore
					placeholder="HOLDFAST1-…"
					hint="Optional. Typed from paper, it proves that the paper opens the backup; blank uses the server’s own key."
					value={kit}
					onChange={(event) => setKit(event.target.value)}
				/>
				<div className="flex items-center gap-2">
					<input
						id={seenId}
						type="checkbox"
						className="size-4 accent-ink"
						checked={seen}
						onChange={() => setSeen(!seen)}
					/>
					<label htmlFor={seenId}>Show what I type</label>
				</div>
				{drill.error !== null && <FailureNotice error={drill.error} />}
				<Answers>
					<Button onClick={onClose}>Cancel</Button>
					<Button type="submit" look="primary" disabled={drill.pending}>
						{drill.pending ? "Restoring…" : "Prove it"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}

function saying(file: string, drill: NonNullable<BackupView["drill"]>): string {
	if (drill.problem !== null) return `${file} does not restore: ${drill.problem}`;
	return `${file} restores: ${provenWords(drill)}.`;
}
