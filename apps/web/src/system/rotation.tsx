/** The rotation under way, with its numbers and what it waits for; or the last one, in a line. */
import type { RotationView } from "@holdfast/contract/schemas";
import { useId, useState } from "react";
import { KitView } from "../keys/kit-view.tsx";
import { Stored } from "../keys/stored.tsx";
import { useMay } from "../session/me.ts";
import { Button } from "../ui/button.tsx";
import { FailureNotice, Notice } from "../ui/notice.tsx";
import { Status, type Tone } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { useCarryOn } from "./carry-on.ts";
import { progressWords, ROTATED } from "./words.ts";

const STAGES: Record<RotationView["stage"], Tone> = { resealing: "ready", waiting: "warn", done: "ok" };

export function Rotation({ rotation }: { rotation: RotationView }) {
	const { shown, error, again } = useCarryOn(rotation);
	const { stage, from, to, startedAt, startedBy } = shown;
	const id = useId();
	return (
		<div className="space-y-3 border-b border-line px-4 py-3">
			<div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
				<output id={id}>
					<Status tone={STAGES[stage]}>{standing(shown)}</Status>
				</output>
				<span className="text-muted tabular-nums">{progressWords(shown)}</span>
				<span className="text-sm text-muted">
					begun <Time at={startedAt} /> by {startedBy}
				</span>
			</div>
			{from && to && (
				<p className="flex flex-wrap items-baseline gap-x-2">
					<code className="text-sm text-muted">{from}</code>
					<span aria-hidden="true" className="text-faint">
						→
					</span>
					<span className="sr-only">gives way to</span>
					<code className="text-sm">{to}</code>
				</p>
			)}
			{stage === "resealing" && (
				<progress aria-labelledby={id} className="progress block" value={shown.done} max={Math.max(shown.total, 1)} />
			)}
			{stage === "waiting" && <Waiting rotation={shown} onAgain={again} />}
			{error !== null && (
				<FailureNotice
					error={error}
					actions={
						<Button size="small" onClick={again}>
							Go on
						</Button>
					}
				/>
			)}
		</div>
	);
}

function standing({ kind, stage }: RotationView): string {
	if (stage === "resealing") return `Replacing the ${ROTATED[kind]}`;
	if (stage === "waiting") return `The new ${ROTATED[kind]} ${kind === "root" ? "waits" : "wait"}`;
	return `The ${ROTATED[kind]} ${kind === "root" ? "is" : "are"} replaced`;
}

function Waiting({ rotation: { kind, wanted }, onAgain }: { rotation: RotationView; onAgain(): void }) {
	const mayRotate = useMay("keys.write");
	const [asked, setAsked] = useState(false);
	return (
		<>
			<Notice
				tone="warn"
				actions={
					mayRotate && (
						<>
							{kind === "root" && !asked && (
								<Button size="small" onClick={() => setAsked(true)}>
									Show the new key
								</Button>
							)}
							<Button size="small" onClick={onAgain}>
								Look again
							</Button>
						</>
					)
				}
			>
				<p className="[overflow-wrap:anywhere]">{wanted}</p>
			</Notice>
			{asked && (
				<KitView>
					{({ fingerprint }) => (
						<div className="flex flex-wrap gap-2">
							<Stored fingerprint={fingerprint} onStored={() => setAsked(false)} />
							<Button onClick={() => setAsked(false)}>Hide it</Button>
						</div>
					)}
				</KitView>
			)}
		</>
	);
}
