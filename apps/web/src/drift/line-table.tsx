/**
 * The lines that wait for a choice: what Holdfast last wrote, what is saved, what the file says, and a side to take. On a
 * narrow screen each row restacks.
 */
import type { MirrorLine } from "@holdfast/contract/schemas";
import type { ReactNode } from "react";
import { Status } from "../ui/status.tsx";
import { CELL } from "../ui/table.tsx";
import type { Choices } from "./choices.ts";
import { effectOf, LINE_STANDINGS, SIDES, type Take, whatHappened } from "./line-words.ts";
import { Value } from "./value.tsx";

const COLUMNS = ["Setting", "Last written", "Saved", "File"] as const;

interface LineTableProps {
	environment: string;
	choices: Choices;
	/** Which sides the person may choose. */
	may: Record<Take, boolean>;
}

export function LineTable({ environment, choices, may }: LineTableProps) {
	return (
		<table className="w-full table-fixed text-left max-sm:block">
			<thead className="border-y border-line bg-sunken text-xs text-muted max-sm:sr-only">
				<tr>
					{COLUMNS.map((column) => (
						<th
							key={column}
							scope="col"
							className="h-8 px-3 font-medium first:w-[34%] first:pl-4 sm:first:pl-11 nth-2:w-[18%]"
						>
							{column}
						</th>
					))}
				</tr>
			</thead>
			<tbody className="divide-y divide-line border-b border-line max-sm:block max-sm:border-t">
				{choices.unsettled.map((line) => (
					<Row key={line.name} {...{ environment, line, choices, may }} />
				))}
			</tbody>
		</table>
	);
}

interface RowProps extends LineTableProps {
	line: MirrorLine;
}

function Row({ environment, line, choices, may }: RowProps) {
	const { tone, word } = LINE_STANDINGS[line.state];
	const taken = choices.takeOf(line);
	const cell = (take: Take) => (
		<td className={CELL}>
			{may[take] ? (
				<SideChoice
					group={`${environment} ${line.name}`}
					line={line}
					take={take}
					checked={taken === take}
					onChoose={() => choices.choose(line, take)}
				/>
			) : (
				<Labelled label={SIDES[take].column}>
					<Value side={line[take]} />
				</Labelled>
			)}
		</td>
	);
	return (
		<tr className="max-sm:grid max-sm:gap-y-2.5 max-sm:px-4 max-sm:py-3">
			<th scope="row" className={`${CELL} font-normal sm:pl-11!`}>
				<div className="flex flex-wrap items-baseline gap-x-3">
					<code className="text-sm font-medium break-all">{line.name}</code>
					<Status tone={tone}>{word}</Status>
				</div>
				<p className="text-xs text-muted">{whatHappened(line)}</p>
				{choices.isStale(line) && (
					<p className="text-xs font-medium text-warn">It changed since you chose. Choose again.</p>
				)}
			</th>
			<td className={`${CELL} text-muted`}>
				<Labelled label="Last written">
					<Value side={line.base} />
				</Labelled>
			</td>
			{cell("saved")}
			{cell("file")}
		</tr>
	);
}

interface SideChoiceProps {
	group: string;
	line: MirrorLine;
	take: Take;
	checked: boolean;
	onChoose(): void;
}

function SideChoice({ group, line, take, checked, onChoose }: SideChoiceProps) {
	return (
		<label className="-mx-2 -my-1 flex cursor-pointer items-start gap-2 rounded-md border border-transparent px-2 py-1 hover:bg-sunken has-checked:border-edge has-checked:bg-sunken">
			<input
				type="radio"
				name={group}
				checked={checked}
				onChange={onChoose}
				className="mt-0.75 size-3.5 shrink-0 accent-ink"
			/>
			<span className="min-w-0">
				<span className="sr-only">
					{SIDES[take].choice} for {line.name}:{" "}
				</span>
				<span className="flex items-baseline gap-2">
					<span aria-hidden="true" className="w-9 shrink-0 text-xs text-muted sm:hidden">
						{SIDES[take].column}
					</span>
					<Value side={line[take]} />
				</span>
				<span className="block text-xs text-muted">{capitalised(effectOf(line, take))}</span>
			</span>
		</label>
	);
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
	return (
		<span className="flex items-baseline gap-2">
			<span className="w-20 shrink-0 text-xs text-muted sm:hidden">{label}</span>
			<span className="min-w-0">{children}</span>
		</span>
	);
}

function capitalised(clause: string): string {
	return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}`;
}
