/** The lines of a text as they compare with what is saved: state, line number and masks, and a box for each that may be saved. */
import type { ImportRow } from "@holdfast/contract/schemas";
import { Status } from "../ui/status.tsx";
import { type Choice, VERDICTS } from "./choice.ts";

interface PreviewProps {
	rows: readonly ImportRow[];
	choice: Choice;
}

export function Preview({ rows, choice }: PreviewProps) {
	return (
		<section
			aria-label="Preview"
			// biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard when no box in it can have focus.
			tabIndex={0}
			className="max-h-[50vh] overflow-y-auto rounded-md border border-line"
		>
			<table className="w-full text-left">
				<thead className="sticky top-0 bg-sunken text-sm text-muted">
					<tr>
						<th scope="col" className="w-10 px-3 py-2">
							<Box
								label="Everything that can be saved"
								checked={choice.offers.length > 0 && choice.chosen.length === choice.offers.length}
								disabled={choice.offers.length === 0}
								onChange={choice.toggleAll}
							/>
						</th>
						<th scope="col" className="w-12 py-2 pr-3 text-right font-medium">
							Line
						</th>
						<th scope="col" className="py-2 pr-3 font-medium">
							Setting
						</th>
					</tr>
				</thead>
				<tbody className="divide-y divide-line">
					{rows.map((row) => (
						<Row key={row.line} row={row} choice={choice} />
					))}
				</tbody>
			</table>
		</section>
	);
}

function Row({ row, choice }: { row: ImportRow; choice: Choice }) {
	const { line, name, verdict } = row;
	const { tone, word } = VERDICTS[verdict];
	return (
		<tr className="align-top">
			<td className="px-3 py-2.5">
				{name !== null && choice.isOffered(row) && (
					<Box label={`Save ${name}`} checked={choice.isChosen(name)} onChange={() => choice.toggle(name)} />
				)}
			</td>
			<td className="py-2 pr-3 text-right font-mono text-sm leading-5 text-muted tabular-nums">{line}</td>
			<td className="py-2 pr-3">
				<div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
					<span className="min-w-0 font-mono text-sm break-all">{name ?? "not shown"}</span>
					<Status tone={tone}>{word}</Status>
				</div>
				<Values row={row} />
			</td>
		</tr>
	);
}

function Values({ row: { verdict, reason, shown, saved } }: { row: ImportRow }) {
	if (reason !== null) return <p className="text-sm text-muted">{sentence(reason)}</p>;
	return (
		<p className="text-sm break-all text-muted">
			{verdict === "changed" && (
				<>
					<span className="sr-only">Saved: </span>
					<code>{saved ?? "does not open"}</code> <span aria-hidden="true">→</span>
					<span className="sr-only">, in the text: </span>{" "}
				</>
			)}
			<code>{shown}</code>
		</p>
	);
}

function sentence(clause: string): string {
	return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

interface BoxProps {
	label: string;
	checked: boolean;
	disabled?: boolean;
	onChange(): void;
}

function Box({ label, ...input }: BoxProps) {
	return <input type="checkbox" aria-label={label} className="block size-4 accent-ink" {...input} />;
}
