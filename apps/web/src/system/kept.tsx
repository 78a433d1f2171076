/** How long history and backups are kept: words for who may only see, a small form for who may choose. */
import type { Policy } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { useMay } from "../session/me.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Section } from "../ui/section.tsx";
import { learn, refreshSystem } from "./system.ts";

/** A whole number as typed; a blank is `null` where that means something. */
const whole = (most: number) =>
	z
		.string()
		.trim()
		.refine((text) => text === "" || (/^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= most), {
			message: `A whole number from 1 to ${most.toLocaleString("en")}.`,
		});

const KeptForm = z.object({
	historyVersions: whole(10_000),
	historyDays: whole(36_500),
	backupHours: whole(8_760),
	backupsKept: whole(1_000).refine((text) => text !== "", "Enter how many."),
});
type KeptForm = z.infer<typeof KeptForm>;
type Limits = Pick<Policy, keyof KeptForm>;

const FIELDS: ReadonlyArray<{ name: keyof KeptForm; label: string; hint: string; placeholder: string }> = [
	{
		name: "historyVersions",
		label: "Versions of a setting",
		hint: "The current one included; blank keeps all.",
		placeholder: "all",
	},
	{
		name: "historyDays",
		label: "Days an old version is kept",
		hint: "From when it gave way; blank keeps it for good.",
		placeholder: "for good",
	},
	{
		name: "backupHours",
		label: "Hours between backups",
		hint: "Each one is proven; blank makes none.",
		placeholder: "never",
	},
	{ name: "backupsKept", label: "Scheduled backups kept", hint: "Those made by hand stay.", placeholder: "" },
];

export function Kept({ policy }: { policy: Policy }) {
	const mayChoose = useMay("system.write");
	const [said, setSaid] = useState("");
	const shown = textsOf(policy);
	const { register, handleSubmit, reset, formState } = useForm({
		resolver: zodResolver(KeptForm),
		defaultValues: shown,
	});
	const { isDirty } = formState;
	const followed = JSON.stringify(shown);
	useEffect(() => {
		if (!isDirty) reset(JSON.parse(followed) as KeptForm);
	}, [followed, isDirty, reset]);
	const save = useAct((typed: KeptForm) => client.system.configure.mutate(policyOf(typed)));
	const submit = handleSubmit(async (typed) => {
		setSaid("");
		const saved = await save.run(typed);
		if (!saved) return;
		learn({ policy: saved });
		reset(textsOf(saved));
		setSaid("Saved.");
		await refreshSystem();
	});
	return (
		<Section title="What is kept" about="Current values are never removed, and neither is who changed what and when.">
			<form onSubmit={submit} noValidate className="space-y-4 px-4 py-4">
				<div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
					{FIELDS.map(({ name, ...field }) => (
						<Field
							key={name}
							{...field}
							inputMode="numeric"
							autoComplete="off"
							disabled={!mayChoose}
							error={formState.errors[name]?.message}
							{...register(name)}
						/>
					))}
				</div>
				{save.error !== null && <FailureNotice error={save.error} />}
				{mayChoose && (
					<div className="flex flex-wrap items-center gap-3">
						<Button type="submit" disabled={!isDirty || save.pending}>
							{save.pending ? "Saving…" : "Save"}
						</Button>
						<output className="font-medium">{!isDirty && said}</output>
					</div>
				)}
			</form>
		</Section>
	);
}

function textsOf(policy: Limits): KeptForm {
	const text = (value: number | null) => (value === null ? "" : String(value));
	return {
		historyVersions: text(policy.historyVersions),
		historyDays: text(policy.historyDays),
		backupHours: text(policy.backupHours),
		backupsKept: text(policy.backupsKept),
	};
}

function policyOf(typed: KeptForm): Limits {
	const number = (text: string) => (text === "" ? null : Number(text));
	return {
		historyVersions: number(typed.historyVersions),
		historyDays: number(typed.historyDays),
		backupHours: number(typed.backupHours),
		backupsKept: Number(typed.backupsKept),
	};
}
