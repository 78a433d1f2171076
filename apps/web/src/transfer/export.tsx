/** What is saved in an environment as a file, for those who may reveal. The text is handed to the browser and not kept. */
import { DEFAULT_ENVIRONMENT, EXPORT_FORMATS, type ExportFormat } from "@holdfast/contract";
import type { ExportResult } from "@holdfast/contract/schemas";
import { FileOutput } from "lucide-react";
import { useState } from "react";
import { useMay } from "../session/me.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice, Notice } from "../ui/notice.tsx";
import { Select } from "../ui/select.tsx";
import { download } from "./text-file.ts";

const FORMATS: Record<ExportFormat, string> = {
	dotenv: ".env",
	sh: "Shell (export lines)",
	json: "JSON",
	docker: "Docker --env-file",
	kubernetes: "Kubernetes Secret",
};

export function Export({ environment }: { environment: string }) {
	const [open, setOpen] = useState(false);
	if (!useMay("settings.reveal", environment)) return null;
	return (
		<>
			<Button icon={<FileOutput aria-hidden="true" />} onClick={() => setOpen(true)}>
				Export
			</Button>
			{open && <Ask environment={environment} onClose={() => setOpen(false)} />}
		</>
	);
}

/** What is remembered of an export: everything but its text. */
type Made = Omit<ExportResult, "text">;

function Ask({ environment, onClose }: { environment: string; onClose(): void }) {
	const [format, setFormat] = useState<ExportFormat>("dotenv");
	const [inherited, setInherited] = useState(false);
	const [title, setTitle] = useState(`holdfast-${environment}`);
	const [made, setMade] = useState<Made | null>(null);
	const exporting = useAct(async () => {
		const input = { environment, format, inherited, ...(format === "kubernetes" && { title }) };
		const { text, ...rest } = await client.settings.export.mutate(input);
		download(text, rest.fileName);
		return rest;
	});
	return (
		<Dialog title={`Export ${environment}`} onClose={onClose}>
			<p className="text-muted">
				The file has every saved value in the clear. The audit log records the export of each.
			</p>
			<Select
				label="Format"
				labelShown
				value={format}
				onChange={(event) => {
					setFormat(event.target.value as ExportFormat);
					setMade(null);
				}}
			>
				{EXPORT_FORMATS.map((each) => (
					<option key={each} value={each}>
						{FORMATS[each]}
					</option>
				))}
			</Select>
			{format === "kubernetes" && (
				<Field label="Name of the Secret" mono value={title} onChange={(event) => setTitle(event.target.value)} />
			)}
			{environment !== DEFAULT_ENVIRONMENT && (
				<label className="flex items-center gap-2">
					<input
						type="checkbox"
						className="size-4 accent-ink"
						checked={inherited}
						onChange={() => setInherited(!inherited)}
					/>
					With what it inherits from {DEFAULT_ENVIRONMENT}
				</label>
			)}
			{exporting.error !== null && <FailureNotice error={exporting.error} />}
			<output className="block">{made && `${made.fileName} is in your downloads.`}</output>
			{made && made.left.length > 0 && <Left left={made.left} />}
			<Answers>
				<Button onClick={onClose}>{made ? "Close" : "Cancel"}</Button>
				<Button
					look="primary"
					disabled={exporting.pending}
					onClick={async () => setMade(await exporting.run(undefined))}
				>
					{exporting.pending ? "Exporting…" : "Download"}
				</Button>
			</Answers>
		</Dialog>
	);
}

function Left({ left }: Pick<Made, "left">) {
	return (
		<Notice tone="warn">
			<p>Not in the file:</p>
			<ul className="mt-1 space-y-1">
				{left.map(({ name, reason }) => (
					<li key={name} className="break-words">
						<code className="text-sm break-all">{name}</code>: {reason}
					</li>
				))}
			</ul>
		</Notice>
	);
}
