/** Choosing how an environment's file is kept. A file that is renamed here moves; one that is turned off stays as it is. */
import { envFileName, READERS } from "@holdfast/contract";
import { MirrorFormat, type MirrorView, OnEdit } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { describe } from "../failure.ts";
import { refreshSettings } from "../settings/refresh.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Option, OptionGroup } from "../ui/option-group.tsx";
import { EDIT_WORDS, FORMAT_WORDS, READER_WORDS } from "./option-words.ts";

const OptionsForm = z.object({
	enabled: z.boolean(),
	file: z.string().trim().max(400, "Use at most 400 characters."),
	format: MirrorFormat,
	onEdit: OnEdit,
	readers: z.array(z.enum(READERS)).min(1, "Choose at least one."),
});
type OptionsForm = z.infer<typeof OptionsForm>;

interface OptionsProps {
	view: MirrorView;
	onClose(): void;
	onSaid(sentence: string): void;
}

export function Options({ view, onClose, onSaid }: OptionsProps) {
	const { environment, target, options } = view;
	const usual = envFileName(environment);
	const form = useForm({ resolver: zodResolver(OptionsForm), defaultValues: options });
	const { register, watch, formState } = form;
	// Answers with what is wrong with the file's name, which is said beside it.
	const save = useAct(async ({ file, readers, ...rest }: OptionsForm): Promise<{ refused: string } | MirrorView> => {
		try {
			return await client.mirrors.configure.mutate({
				environment,
				...rest,
				file: file === "" || file === usual ? null : file,
				readers: readers.length === READERS.length ? null : readers,
			});
		} catch (error) {
			const { code, sentence } = describe(error);
			if (code !== "MIRROR_FILE_INVALID") throw error;
			return { refused: sentence };
		}
	});
	const submit = form.handleSubmit(async (chosen) => {
		const saved = await save.run(chosen);
		if (!saved) return;
		if ("refused" in saved) return form.setError("file", { message: saved.refused }, { shouldFocus: true });
		// Of a file that could not be moved along only this answer tells.
		onSaid(
			`How ${saved.target} is kept was changed.${saved.status === "mirrored" && saved.reason ? ` ${saved.reason}` : ""}`,
		);
		await refreshSettings();
		onClose();
	});
	return (
		<Dialog title={`How ${target} is kept`} wide onClose={onClose}>
			<form onSubmit={submit} noValidate className="space-y-5">
				<Option type="checkbox" title="Keep this file" {...register("enabled")}>
					Each save is written to it. Turned off, the file stays as it is and falls behind.
				</Option>
				<Field
					label="File"
					mono
					autoComplete="off"
					spellCheck={false}
					hint={`Inside the project folder; blank for ${usual}. The file moves along, and replaces none that is there.`}
					error={formState.errors.file?.message}
					{...register("file")}
				/>
				<OptionGroup title="Format">
					{MirrorFormat.options.map((format) => (
						<Option key={format} type="radio" value={format} title={FORMAT_WORDS[format].title} {...register("format")}>
							{FORMAT_WORDS[format].about}
						</Option>
					))}
				</OptionGroup>
				<OptionGroup title="Edits by hand">
					{OnEdit.options.map((policy) => (
						<Option key={policy} type="radio" value={policy} title={EDIT_WORDS[policy].title} {...register("onEdit")}>
							{EDIT_WORDS[policy].about}
						</Option>
					))}
				</OptionGroup>
				{watch("format") === "plain" && (
					<OptionGroup
						title="Programs that read it"
						about="Each line is written so that all of these read it alike. A value that has no such form stays in Holdfast only."
						error={formState.errors.readers?.message}
					>
						{READERS.map((reader) => (
							<Option
								key={reader}
								type="checkbox"
								value={reader}
								title={READER_WORDS[reader].title}
								{...register("readers")}
							>
								{READER_WORDS[reader].about}
							</Option>
						))}
					</OptionGroup>
				)}
				{save.error !== null && <FailureNotice error={save.error} />}
				<Answers>
					<Button onClick={onClose}>Cancel</Button>
					<Button type="submit" look="primary" disabled={save.pending}>
						{save.pending ? "Saving…" : "Save"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}
