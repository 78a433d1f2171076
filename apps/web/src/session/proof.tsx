/** The question that stands before whatever gives a secret away, when the last proof is too long ago. */
import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { prove } from "./auth.ts";
import { answer, asked } from "./proven.ts";

const ProofForm = z.object({ password: z.string().min(1, "Enter your password.") });

export function Proof() {
	return useSyncExternalStore(asked.subscribe, asked.get) && <ProofDialog />;
}

function ProofDialog() {
	const [refused, setRefused] = useState<string | null>(null);
	const form = useForm({ resolver: zodResolver(ProofForm), defaultValues: { password: "" } });
	const { register, formState, setFocus } = form;
	useEffect(() => setFocus("password"), [setFocus]);
	const submit = form.handleSubmit(async ({ password }) => {
		const refusal = await prove(password);
		setRefused(refusal);
		form.reset();
		if (refusal) setFocus("password");
		else answer(true);
	});
	return (
		<Dialog
			title="Confirm that it is you"
			about={<p className="mt-1 text-muted">You did so more than ten minutes ago, and this concerns secrets.</p>}
			onClose={() => answer(false)}
		>
			<form onSubmit={submit} noValidate className="space-y-4">
				<Field
					label="Password"
					type="password"
					autoComplete="current-password"
					error={formState.errors.password?.message}
					{...register("password")}
				/>
				{refused && (
					<Notice tone="bad" role="alert">
						{refused}
					</Notice>
				)}
				<Answers>
					<Button onClick={() => answer(false)}>Cancel</Button>
					<Button type="submit" look="primary" disabled={formState.isSubmitting}>
						{formState.isSubmitting ? "Confirming…" : "Confirm"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}
