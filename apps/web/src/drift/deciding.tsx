/**
 * Choosing sides for one file's lines. Nothing is applied before it was reviewed, and what changed meanwhile is shown as it
 * is, with the other choices kept.
 */
import type { MirrorDiff, MirrorView } from "@holdfast/contract/schemas";
import { useEffect, useRef, useState } from "react";
import { useMay } from "../session/me.ts";
import { refreshSettings } from "../settings/refresh.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import type { Choice, Choices } from "./choices.ts";
import { Inset } from "./inset.tsx";
import { LineTable } from "./line-table.tsx";
import { type Take, wasEmptied } from "./line-words.ts";
import { Review, type Reviewed } from "./review.tsx";

interface DecidingProps {
	view: MirrorView;
	diff: MirrorDiff;
	choices: Choices;
}

/** What the last act came to: what was applied, or the line that was not as it had been. */
interface Outcome {
	said?: string | undefined;
	outdated?: string | undefined;
}

export function Deciding({ view, diff, choices }: DecidingProps) {
	const { environment, target, lines } = diff;
	const may = useMayTake(environment);
	// As it was when it was asked for: what is reviewed does not change under the reader’s eyes.
	const [reviewed, setReviewed] = useState<Reviewed | null>(null);
	const [outcome, setOutcome] = useState<Outcome>({});
	const { unsettled, ready } = choices;
	const finish = (next: Outcome) => {
		setReviewed(null);
		setOutcome(next);
		void refreshSettings();
	};
	return (
		<>
			<Remarks
				{...{ view, diff }}
				outcome={choices.isBegun ? { outdated: outcome.outdated } : outcome}
				isSettled={unsettled.length === 0}
			/>
			{unsettled.length > 0 && (
				<div>
					{may.saved && <Shortcuts {...{ choices, may }} />}
					<LineTable {...{ environment, choices, may }} />
					<div className="flex flex-wrap items-center justify-end gap-x-4 gap-y-2 px-4 pt-3">
						<p className="text-sm text-muted tabular-nums">
							{may.saved
								? `${ready.length} of ${unsettled.length} chosen`
								: "Choosing needs the right to save settings."}
							{may.saved && !may.file && " · The file’s side needs the right to read secrets"}
						</p>
						{may.saved && (
							<Button
								look="primary"
								disabled={ready.length === 0}
								onClick={() => setReviewed({ lines, choices: ready })}
							>
								Review and apply
							</Button>
						)}
					</div>
				</div>
			)}
			{reviewed && (
				<Review
					{...{ environment, target }}
					{...reviewed}
					onClose={() => setReviewed(null)}
					onApplied={() => {
						choices.clear();
						finish({ said: appliedWords(reviewed.choices) });
					}}
					onOutdated={(outdated) => finish({ outdated })}
				/>
			)}
		</>
	);
}

/** The file's values are others' to give: to take them is also to use them. */
function useMayTake(environment: string): Record<Take, boolean> {
	const mayWrite = useMay("settings.write", environment);
	const mayReveal = useMay("settings.reveal", environment);
	return { saved: mayWrite, file: mayWrite && mayReveal };
}

function Shortcuts({ choices, may }: { choices: Choices; may: Record<Take, boolean> }) {
	return (
		<div className="flex flex-wrap items-center gap-1 px-4 pb-2 sm:justify-end">
			<Button size="small" onClick={() => choices.chooseAll("saved")}>
				All saved
			</Button>
			{may.file && (
				<Button size="small" onClick={() => choices.chooseAll("file")}>
					All file
				</Button>
			)}
			<Button size="small" look="quiet" disabled={!choices.isBegun} onClick={choices.clear}>
				Clear
			</Button>
		</div>
	);
}

interface RemarksProps extends Omit<DecidingProps, "choices"> {
	outcome: Outcome;
	isSettled: boolean;
}

function Remarks({ view, diff: { environment, target, lines, unmanaged }, outcome, isSettled }: RemarksProps) {
	const output = useRef<HTMLOutputElement>(null);
	// The button that had focus may be gone with the lines that were decided.
	useEffect(() => {
		if (outcome.said !== undefined) output.current?.focus();
	}, [outcome]);
	const isEmptied = view.options.onEdit === "take-in" && wasEmptied(lines, unmanaged);
	return (
		<Inset>
			<output ref={output} tabIndex={-1} className="block outline-none empty:sr-only">
				{outcome.said ? (
					<p className="font-medium">{outcome.said}</p>
				) : lines.length === 0 ? (
					<p className="text-muted">
						{environment} has no saved values of its own, so none of the lines is Holdfast’s.
					</p>
				) : (
					isSettled && <p className="text-muted">No line waits for a choice.</p>
				)}
			</output>
			{outcome.outdated !== undefined && (
				<Notice tone="bad" role="alert">
					{outcome.outdated} has changed since you looked, in the file or in Holdfast. Nothing was applied. The lines
					are shown as they are now, and your other choices are kept.
				</Notice>
			)}
			{isEmptied && (
				<Notice tone="warn">
					Every line of Holdfast’s is gone from {target}. That removes no setting unless someone says it was meant.
				</Notice>
			)}
		</Inset>
	);
}

/** "Applied: 1 kept as saved, 2 taken from the file." */
function appliedWords(choices: readonly Choice[]): string {
	const saved = choices.filter(({ take }) => take === "saved").length;
	const file = choices.length - saved;
	const parts = [saved > 0 && `${saved} kept as saved`, file > 0 && `${file} taken from the file`];
	return `Applied: ${parts.filter(Boolean).join(", ")}.`;
}
