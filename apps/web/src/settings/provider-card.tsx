/**
 * One provider: a row that says how it stands, and its form beneath once opened.
 *
 * A form that was opened stays mounted while its row is closed or filtered away, so that typed values outlive both.
 */
import type { Owner } from "@holdfast/contract/schemas";
import { settingOfKind } from "@holdfast/providers";
import { ChevronRight } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { Entry } from "../providers/roster.ts";
import { hiddenCount, sourceWords } from "../providers/source.ts";
import { isStarted, standing, testStillHolds } from "../providers/standing.ts";
import { Status } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { useDraft } from "./draft.ts";
import { OwnerChoice } from "./owner-choice.tsx";
import { ProviderForm } from "./provider-form.tsx";
import { useGuarded } from "./unsaved.tsx";

interface ProviderCardProps {
	entry: Entry;
	environment: string;
	/** The address names this card: it opens, scrolls into sight and takes focus. */
	named: boolean;
	hidden: boolean;
}

export function ProviderCard({ entry, environment, named, hidden }: ProviderCardProps) {
	const { provider, view } = entry;
	const [open, setOpen] = useState(named);
	const [opened, setOpened] = useState(named);
	const [owner, setOwner] = useState<Owner>("shared");
	const drafts = {
		shared: useDraft({ provider, view, environment, owner: "shared" }),
		personal: useDraft({ provider, view, environment, owner: "personal" }),
	};
	const dirty = drafts.shared.dirty || drafts.personal.dirty;
	const section = useRef<HTMLElement>(null);
	const headingId = useId();
	const toggle = (wanted: boolean) => {
		setOpen(wanted);
		setOpened((before) => before || wanted);
	};
	useGuarded(provider.label, dirty);
	useEffect(() => {
		if (!named) return;
		setOpen(true);
		setOpened(true);
		const frame = requestAnimationFrame(() => {
			const card = section.current;
			card?.scrollIntoView({ block: "start" });
			(card?.querySelector<HTMLElement>("input:enabled:not([type=radio])") ?? card?.querySelector("button"))?.focus({
				preventScroll: true,
			});
		});
		return () => cancelAnimationFrame(frame);
	}, [named]);
	return (
		<section
			ref={section}
			id={provider.id}
			aria-labelledby={headingId}
			hidden={hidden}
			className="scroll-mt-28 lg:scroll-mt-6"
		>
			<div className="relative grid grid-cols-[1rem_minmax(0,1fr)] items-center gap-x-3 gap-y-1 px-4 py-3 hover:bg-sunken/60 sm:grid-cols-[1rem_minmax(0,1fr)_12rem_11rem] xl:grid-cols-[1rem_minmax(0,1fr)_13rem_12rem_12rem]">
				<ChevronRight
					aria-hidden="true"
					className={`size-4 text-faint transition-transform ${open ? "rotate-90" : ""}`}
				/>
				<h3 id={headingId}>
					<button
						type="button"
						aria-expanded={open}
						onClick={() => toggle(!open)}
						className="text-left font-semibold after:absolute after:inset-0"
					>
						{provider.label}
					</button>
				</h3>
				<Model entry={entry} />
				<Standing entry={entry} dirty={dirty} />
				<Key entry={entry} environment={environment} />
			</div>
			{opened && (
				<div hidden={!open} className="px-4 pt-1 pb-6 sm:pl-11">
					<OwnerChoice environment={environment} owner={owner} drafts={drafts} onChoose={setOwner} />
					<ProviderForm key={owner} provider={provider} view={view} draft={drafts[owner]} environment={environment} />
				</div>
			)}
		</section>
	);
}

function Standing({ entry: { view }, dirty }: { entry: Entry; dirty: boolean }) {
	const { tone, word } = standing(view);
	const { lastTest } = view;
	return (
		<div className="col-start-2 min-w-0 sm:col-start-auto">
			<Status tone={tone}>{word}</Status>
			<p className="pl-4.5 text-xs text-muted tabular-nums empty:hidden">
				{dirty ? (
					<span className="font-medium text-ink">Not saved yet</span>
				) : !view.configured && isStarted(view) ? (
					<code className="break-all">needs {view.missing.join(", ")}</code>
				) : (
					lastTest &&
					testStillHolds(view) && (
						<>
							{lastTest.latency !== null && `${Math.round(lastTest.latency)} ms · `}
							<Time at={lastTest.at} />
						</>
					)
				)}
			</p>
		</div>
	);
}

function Model({ entry: { provider, view } }: { entry: Entry }) {
	const name = settingOfKind(provider, "model")?.name;
	const effective = view.settings.find((setting) => setting.name === name)?.effective;
	return (
		<code className="hidden min-w-0 truncate text-sm text-muted xl:block">
			{view.configured ? effective?.shown : null}
		</code>
	);
}

/** The value a person knows the provider by: its key's mask, or the address of local AI. */
function Key({ entry: { provider, view }, environment }: { entry: Entry; environment: string }) {
	const name = settingOfKind(provider, provider.kind === "local" ? "url" : "secret")?.name;
	const setting = view.settings.find((one) => one.name === name);
	if (!setting?.effective) return null;
	const { effective } = setting;
	const hidden = hiddenCount(setting);
	return (
		<div className="col-start-2 flex min-w-0 items-baseline gap-x-2 sm:col-start-auto sm:block sm:text-right">
			<code className="block truncate text-sm">{effective.shown ?? "does not open"}</code>
			<span className="text-xs whitespace-nowrap text-muted">
				{sourceWords(effective, environment)}
				{hidden > 0 && <span> · hides {hidden}</span>}
			</span>
		</div>
	);
}
