/** Removing a saved value, after a question that says what applies afterwards. */
import type { Owner, SaveResult, SettingView } from "@holdfast/contract/schemas";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { afterRemoval, sourceWords, valueFor } from "../providers/source.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { FailureNotice } from "../ui/notice.tsx";

interface RemoveProps {
	view: SettingView;
	/** Whose value goes. */
	owner: Owner;
	onRemoved(result: SaveResult): void;
}

export function Remove({ view, owner, onRemoved }: RemoveProps) {
	const [asking, setAsking] = useState(false);
	const { name, environment } = view;
	const { version } = valueFor(view, owner);
	const remove = useAct(() => client.settings.remove.mutate({ environment, owner, name, expectedVersion: version }));
	const close = () => {
		setAsking(false);
		remove.clear();
	};
	return (
		<>
			<Button
				look="quiet"
				size="small"
				aria-label={`Remove ${name}`}
				icon={<Trash2 aria-hidden="true" />}
				onClick={() => setAsking(true)}
			>
				<span className="max-sm:sr-only">Remove</span>
			</Button>
			{asking && (
				<Dialog title={`Remove ${name}?`} onClose={close}>
					<p className="text-muted">
						{owner === "personal" ? "Your own value is removed from " : "It is removed from "}
						<strong className="font-medium text-ink">{environment}</strong>. {afterwards(view, owner)} Earlier versions
						stay in Holdfast, sealed, and can be restored from its history.
					</p>
					{remove.error !== null && <FailureNotice error={remove.error} />}
					<Answers>
						<Button autoFocus onClick={close}>
							Keep it
						</Button>
						<Button
							look="danger"
							disabled={remove.pending}
							onClick={async () => {
								const result = await remove.run(undefined);
								if (!result) return;
								close();
								onRemoved(result);
							}}
						>
							{remove.pending ? "Removing…" : "Remove"}
						</Button>
					</Answers>
				</Dialog>
			)}
		</>
	);
}

function afterwards(view: SettingView, owner: Owner): string {
	const next = afterRemoval(view, owner);
	if (!next) return "Afterwards no place has a value for it.";
	const words = sourceWords(next, view.environment);
	return `Afterwards this value applies: ${words}${next.shown ? ` (${next.shown})` : ""}.`;
}
