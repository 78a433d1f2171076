/** The second factor: a code of the authenticator app, or one of the recovery codes in its place. */
import { zodResolver } from "@hookform/resolvers/zod";
import { type ReactNode, useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { useAct } from "../ui/act.ts";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";

type Kind = "code" | "recoveryCode";

/** Six digits, with blanks where the app shows some. */
export const SixDigits = z
	.string()
	.transform((text) => text.replace(/\s/g, ""))
	.refine((text) => /^\d{6}$/.test(text), "The code has 6 digits.");

const KINDS = {
	code: {
		schema: z.object({ typed: SixDigits }),
		field: {
			label: "Code",
			hint: "The six digits that your authenticator app shows.",
			inputMode: "numeric",
			autoComplete: "one-time-code",
		},
		other: "Use a recovery code instead",
	},
	recoveryCode: {
		schema: z.object({ typed: z.string().trim().min(1, "Enter a recovery code.") }),
		field: { label: "Recovery code", hint: "One of those you kept. Each works once.", autoComplete: "off" },
		other: "Use a code of the app instead",
	},
} as const;

interface CodeFormProps {
	/** @throws what is shown as the failure. */
	onCode(code: { code: string } | { recoveryCode: string }): Promise<unknown>;
	/** The buttons. */
	children(pending: boolean): ReactNode;
}

export function CodeForm({ onCode, children }: CodeFormProps) {
	const [kind, setKind] = useState<Kind>("code");
	return (
		<OneKind key={kind} kind={kind} onCode={onCode} onOther={() => setKind(kind === "code" ? "recoveryCode" : "code")}>
			{children}
		</OneKind>
	);
}

function OneKind({ kind, onCode, onOther, children }: CodeFormProps & { kind: Kind; onOther(): void }) {
	const { schema, field, other } = KINDS[kind];
	const form = useForm({ resolver: zodResolver(schema), defaultValues: { typed: "" } });
	const { register, formState, setFocus } = form;
	useEffect(() => setFocus("typed"), [setFocus]);
	const entering = useAct(async (typed: string) => {
		await onCode(kind === "code" ? { code: typed } : { recoveryCode: typed });
		return true;
	});
	const submit = form.handleSubmit(async ({ typed }) => {
		const entered = await entering.run(typed);
		form.reset();
		if (!entered) setFocus("typed");
	});
	return (
		<form onSubmit={submit} noValidate className="space-y-4">
			<Field
				{...field}
				mono
				spellCheck={false}
				autoCapitalize="none"
				error={formState.errors.typed?.message}
				{...register("typed")}
			/>
			{entering.error !== null && <FailureNotice error={entering.error} />}
			{children(entering.pending)}
			<button type="button" className="link text-muted" onClick={onOther}>
				{other}
			</button>
		</form>
	);
}
