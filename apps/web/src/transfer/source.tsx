/** Where an import comes from: pasted text, a file that is dropped or chosen, or the lines of the environment's own file. */
import { IMPORT_MAX_LENGTH, type ImportFrom } from "@holdfast/contract/schemas";
import { useQuery } from "@tanstack/react-query";
import { type DragEvent, useId, useRef, useState } from "react";
import { useMay } from "../session/me.ts";
import { trpc } from "../trpc.ts";
import { Button } from "../ui/button.tsx";
import { Answers } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import { readTextFile } from "./text-file.ts";

interface SourceProps {
	environment: string;
	text: string;
	pending: boolean;
	onText(text: string): void;
	onLook(from: ImportFrom): void;
	onClose(): void;
}

export function Source({ environment, text, pending, onText, onLook, onClose }: SourceProps) {
	const [problem, setProblem] = useState<string | null>(null);
	const mayTakeFile = useMay("settings.reveal", environment);
	const list = useQuery(trpc.environments.list.queryOptions());
	const file = list.data?.find(({ name }) => name === environment)?.file;
	const isTooLong = text.length > IMPORT_MAX_LENGTH;
	const said = isTooLong ? "The text is longer than 2 MiB. Import it in parts." : problem;
	const take = async (file: File | undefined) => {
		if (!file) return;
		const read = await readTextFile(file);
		setProblem("problem" in read ? read.problem : null);
		if ("text" in read) onText(read.text);
	};
	return (
		<>
			<p className="text-muted">Nothing is saved before you have seen what would change.</p>
			<Text {...{ text, onText }} onFile={take} />
			{said !== null && (
				<Notice tone="bad" role="alert">
					{said}
				</Notice>
			)}
			<div className="flex flex-wrap gap-2">
				<FileChoice onFile={take} />
				{mayTakeFile && file !== undefined && (
					<Button size="small" disabled={pending} onClick={() => onLook({ file: true })}>
						Look through {file}
					</Button>
				)}
			</div>
			<Answers>
				<Button onClick={onClose}>Cancel</Button>
				<Button look="primary" disabled={text.trim() === "" || isTooLong || pending} onClick={() => onLook({ text })}>
					{pending ? "Reading…" : "Preview"}
				</Button>
			</Answers>
		</>
	);
}

interface TextProps {
	text: string;
	onText(text: string): void;
	onFile(file: File | undefined): void;
}

function Text({ text, onText, onFile }: TextProps) {
	const id = useId();
	const [over, setOver] = useState(false);
	const drop = (event: DragEvent) => {
		event.preventDefault();
		setOver(false);
		onFile(event.dataTransfer.files[0]);
	};
	const hasFile = (event: DragEvent) => event.dataTransfer.types.includes("Files");
	return (
		<div className="space-y-1.5">
			<label htmlFor={id} className="block font-medium">
				Paste or drop a .env file
			</label>
			<textarea
				id={id}
				rows={9}
				autoComplete="off"
				autoCapitalize="off"
				spellCheck={false}
				wrap="off"
				placeholder={"OPENAI_API_KEY=…\nGOOGLE_API_KEY=…"}
				value={text}
				onChange={(event) => onText(event.target.value)}
				onDragOver={(event) => {
					if (!hasFile(event)) return;
					event.preventDefault();
					setOver(true);
				}}
				onDragLeave={() => setOver(false)}
				onDrop={(event) => {
					if (hasFile(event)) drop(event);
				}}
				className={`input block h-auto! resize-y py-2 font-mono text-sm ${over ? "border-ink! bg-sunken!" : ""}`}
			/>
		</div>
	);
}

function FileChoice({ onFile }: Pick<TextProps, "onFile">) {
	const input = useRef<HTMLInputElement>(null);
	return (
		<>
			<input
				ref={input}
				type="file"
				hidden
				aria-label="The .env file"
				onChange={(event) => {
					onFile(event.target.files?.[0]);
					event.target.value = "";
				}}
			/>
			<Button size="small" onClick={() => input.current?.click()}>
				Choose a file
			</Button>
		</>
	);
}
