/** What is well and what is not, the worst first, each with what to do about it. What is in order is folded away. */
import type { DoctorReport, Finding } from "@holdfast/contract/schemas";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Section } from "../ui/section.tsx";
import { Status } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";
import { refreshSystem } from "./system.ts";
import { adviceParts, counted, findingsSummary, LEVELS } from "./words.ts";

const ORDER: ReadonlyArray<Finding["level"]> = ["problem", "warning"];

export function Findings({ findings: cheap }: { findings: readonly Finding[] }) {
	const [report, setReport] = useState<(DoctorReport & { at: number }) | null>(null);
	const check = useAct(async () => ({ ...(await client.system.doctor.mutate()), at: Date.now() }));
	const deep = report?.findings.filter(({ id }) => cheap.every((each) => each.id !== id)) ?? [];
	const findings = [...cheap, ...deep];
	const ordered = ORDER.flatMap((level) => findings.filter((finding) => finding.level === level));
	const well = findings.filter(({ level }) => level === "ok");
	return (
		<Section
			title="Checks"
			about={findingsSummary(findings)}
			controls={
				<Button
					disabled={check.pending}
					onClick={async () => {
						setReport(await check.run(undefined));
						await refreshSystem();
					}}
				>
					{check.pending ? "Checking…" : "Run all checks"}
				</Button>
			}
		>
			<output className="block *:border-b *:border-line *:px-4 *:py-3">{report && <Opened report={report} />}</output>
			{check.error !== null && (
				<div className="px-4 py-3">
					<FailureNotice error={check.error} />
				</div>
			)}
			<ul className="divide-y divide-line">
				{ordered.map((finding) => (
					<FindingRow key={finding.id} finding={finding} />
				))}
			</ul>
			{well.length > 0 && (
				<details className={`group ${ordered.length > 0 ? "border-t border-line" : ""}`}>
					<summary className="flex list-none items-center gap-1 px-4 py-3 text-sm font-medium text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
						<ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
						{well.length} in order
					</summary>
					<ul className="divide-y divide-line border-t border-line">
						{well.map((finding) => (
							<FindingRow key={finding.id} finding={finding} />
						))}
					</ul>
				</details>
			)}
		</Section>
	);
}

function Opened({ report: { values, damaged, at } }: { report: DoctorReport & { at: number } }) {
	return (
		<p>
			Everything was opened <Time at={at} />: {counted(values, "value")}, history included.{" "}
			{damaged === 0 ? "None is damaged." : `${counted(damaged, "thing")} did not open.`}
		</p>
	);
}

function FindingRow({ finding: { level, title, detail, fix } }: { finding: Finding }) {
	const { tone, word } = LEVELS[level];
	return (
		<li className="grid gap-x-4 gap-y-1 px-4 py-3 sm:grid-cols-[6rem_minmax(0,1fr)]">
			<p>
				<Status tone={tone}>{word}</Status>
			</p>
			<div className="min-w-0 space-y-1">
				<p>
					<span className="font-medium">{title}.</span>{" "}
					<span className="break-words text-muted [overflow-wrap:anywhere]">{detail}</span>
				</p>
				{fix && <Advice advice={fix} />}
			</div>
		</li>
	);
}

function Advice({ advice }: { advice: string }) {
	return (
		<p className="leading-7">
			{adviceParts(advice).map(({ text, command }) =>
				command ? (
					<span
						key={text}
						className="inline-flex max-w-full items-center gap-1 rounded-sm border border-line bg-sunken pl-2 align-middle"
					>
						<code className="min-w-0 text-sm leading-5 [overflow-wrap:anywhere]">{text}</code>
						<CopyButton as="bare" text={text} what={text} />
					</span>
				) : (
					text
				),
			)}
		</p>
	);
}
