/**
 * A whole `.env` pasted or dropped: looked at line by line, then saved at once. The text lives in this dialog alone and goes
 * with it; what is saved is the text that was looked at, at the versions that were seen.
 */
import type { ImportFrom, ImportPreview } from "@holdfast/contract/schemas";
import { FileInput } from "lucide-react";
import { useState } from "react";
import { useMay } from "../session/me.ts";
import { type Outcome, outcomeOf } from "../settings/outcome.ts";
import { refreshSettings } from "../settings/refresh.ts";
import { Report } from "../settings/report.tsx";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { summaryOf, useChoice } from "./choice.ts";
import { Preview } from "./preview.tsx";
import { Source } from "./source.tsx";

interface Looked extends ImportPreview {
	from: ImportFrom;
}

export function Import({ environment }: { environment: string }) {
	const [open, setOpen] = useState(false);
	if (!useMay("settings.write", environment)) return null;
	return (
		<>
			<Button icon={<FileInput aria-hidden="true" />} onClick={() => setOpen(true)}>
				Import .env
			</Button>
			{open && <Steps environment={environment} onClose={() => setOpen(false)} />}
		</>
	);
}

interface ImportFileProps {
	environment: string;
	/** The environment's file. */
	target: string;
	/** Whether it has lines to import. The dialog outlives them: it has yet to say what was saved. */
	isOffered: boolean;
}

/** The lines of an environment's own file that Holdfast does not keep, looked at at once. */
export function ImportFile({ environment, target, isOffered }: ImportFileProps) {
	const [first, setFirst] = useState<Looked | null>(null);
	const from = { file: true } as const;
	const look = useAct(() => client.settings.previewImport.mutate({ environment, from }));
	const mayWrite = useMay("settings.write", environment);
	if (!useMay("settings.reveal", environment) || !mayWrite) return null;
	const onLook = async () => {
		const preview = await look.run(undefined);
		if (preview) setFirst({ ...preview, from });
	};
	return (
		<>
			{isOffered && (
				<Button size="small" disabled={look.pending} icon={<FileInput aria-hidden="true" />} onClick={onLook}>
					Import from {target}
				</Button>
			)}
			{look.error !== null && <FailureNotice error={look.error} />}
			{first && <Steps environment={environment} first={first} onClose={() => setFirst(null)} />}
		</>
	);
}

interface StepsProps {
	environment: string;
	/** What was looked at already. */
	first?: Looked;
	onClose(): void;
}

/** Give a text, look at it, be told what was saved. */
function Steps({ environment, first, onClose }: StepsProps) {
	const [text, setText] = useState("");
	const [looked, setLooked] = useState<Looked | null>(first ?? null);
	const [outcome, setOutcome] = useState<Outcome | null>(null);
	const look = useAct((from: ImportFrom) => client.settings.previewImport.mutate({ environment, from }));
	const onLook = async (from: ImportFrom) => {
		const preview = await look.run(from);
		if (preview) setLooked({ ...preview, from });
	};
	return (
		<Dialog title={`Import into ${environment}`} wide onClose={onClose}>
			{outcome ? (
				<>
					<Report outcome={outcome} />
					<Answers>
						<Button autoFocus onClick={onClose}>
							Close
						</Button>
					</Answers>
				</>
			) : looked ? (
				<Look
					key={looked.mark}
					{...{ environment, looked }}
					onBack={() => setLooked(null)}
					onAgain={() => onLook(looked.from)}
					onSaved={setOutcome}
				/>
			) : (
				<Source {...{ environment, text, onLook, onClose }} onText={setText} pending={look.pending} />
			)}
			{look.error !== null && <FailureNotice error={look.error} />}
		</Dialog>
	);
}

interface LookProps {
	environment: string;
	looked: Looked;
	onBack(): void;
	/** Compares the same text once more. */
	onAgain(): void;
	onSaved(outcome: Outcome): void;
}

function Look({ environment, looked: { rows, mark, from }, onBack, onAgain, onSaved }: LookProps) {
	const choice = useChoice(rows);
	const count = choice.chosen.length;
	const save = useAct(() => {
		const names = choice.chosen.map(({ name, version }) => ({ name, expectedVersion: version }));
		return client.settings.import.mutate({ environment, from, mark, names });
	});
	const onSave = async () => {
		const result = await save.run(undefined);
		if (!result) return;
		onSaved(outcomeOf("Saved", result, { environment }));
		await refreshSettings();
	};
	return (
		<>
			<output className="block text-muted">{summaryOf(rows)}</output>
			{rows.length > 0 && <Preview rows={rows} choice={choice} />}
			{save.error !== null && (
				<FailureNotice
					error={save.error}
					actions={
						<Button
							size="small"
							onClick={() => {
								save.clear();
								onAgain();
							}}
						>
							Preview again
						</Button>
					}
				/>
			)}
			<Answers>
				<Button autoFocus onClick={onBack}>
					Back
				</Button>
				<Button look="primary" disabled={count === 0 || save.pending} onClick={onSave}>
					{save.pending ? "Saving…" : `Save ${count} ${count === 1 ? "setting" : "settings"}`}
				</Button>
			</Answers>
		</>
	);
}
