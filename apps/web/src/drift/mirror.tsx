/**
 * One environment's file: a row that says how it stands and, opened, its lines and how it is kept. Once opened it stays
 * mounted, so that choices outlive its closing.
 */
import type { MirrorView } from "@holdfast/contract/schemas";
import { ChevronRight } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { Status } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { Kept } from "./kept.tsx";
import { Lines } from "./lines.tsx";
import { Reason } from "./reason.tsx";
import { fileRemark, fileStanding, isOpen } from "./standing.ts";

interface MirrorProps {
	view: MirrorView;
	/** The address names its environment. */
	named: boolean;
	/** Tells what became of the environment, where this row is no longer the place for it. */
	onSaid(sentence: string): void;
}

export function Mirror({ view, named, onSaid }: MirrorProps) {
	const { environment, target, status } = view;
	const [open, setOpen] = useState(named || isOpen(status));
	const [opened, setOpened] = useState(open);
	const { tone, word } = fileStanding(view);
	const headingId = useId();
	useEffect(() => {
		if (named) setOpen(true);
	}, [named]);
	useEffect(() => {
		if (open) setOpened(true);
	}, [open]);
	return (
		<section aria-labelledby={headingId}>
			<div className="relative grid grid-cols-[1rem_minmax(0,1fr)] items-center gap-x-3 gap-y-1 px-4 py-3 hover:bg-sunken/60 sm:grid-cols-[1rem_minmax(0,1fr)_10rem_13rem]">
				<ChevronRight
					aria-hidden="true"
					className={`size-4 text-faint transition-transform ${open ? "rotate-90" : ""}`}
				/>
				<h2 id={headingId} className="flex flex-wrap items-baseline gap-x-2 tracking-normal">
					<button
						type="button"
						aria-expanded={open}
						onClick={() => setOpen(!open)}
						className="text-left font-semibold after:absolute after:inset-0"
					>
						{environment}
					</button>
					<code className="text-sm font-normal break-all text-muted">{target}</code>
				</h2>
				<p className="col-start-2 text-sm text-muted tabular-nums sm:col-start-auto">
					<Revision view={view} />
				</p>
				<div className="col-start-2 min-w-0 sm:col-start-auto">
					<Status tone={tone}>{word}</Status>
					<p className="pl-4.5 text-xs text-muted tabular-nums empty:hidden">
						{fileRemark(view)}
						{view.retryAt !== null && (
							<>
								{" · retried "}
								<Time at={view.retryAt} ahead />
							</>
						)}
					</p>
				</div>
			</div>
			{opened && (
				<div hidden={!open} className="space-y-4 pt-1 pb-5">
					<Reason view={view} />
					{status !== "off" && <Lines view={view} shown={open} />}
					<Kept view={view} onSaid={onSaid} />
				</div>
			)}
		</section>
	);
}

/** What the file holds against what is saved. Of a file that cannot be read nobody can say. */
function Revision({ view: { status, held, revision } }: { view: MirrorView }) {
	if (status === "off") return <>Revision {revision}, no file</>;
	if (held >= revision) return <>Holds revision {revision}</>;
	return <>{held === 0 ? `Revision ${revision} not confirmed` : `Holds revision ${held} of ${revision}`}</>;
}
