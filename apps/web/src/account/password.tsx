/** Another password. Whoever is signed in with the one before is signed out, but for this session. */
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { PASSWORD_MIN } from "../session/ask.ts";
import { setPassword } from "../session/auth.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Section } from "../ui/section.tsx";
import { refreshOwn } from "./own.ts";

const PasswordForm = z.object({
	password: z.string().min(PASSWORD_MIN, `Use at least ${PASSWORD_MIN} characters.`),
});

export function Password({ email, isSet }: { email: string; isSet: boolean }) {
	const [said, setSaid] = useState("");
	const setting = useAct(setPassword);
	const form = useForm({ resolver: zodResolver(PasswordForm), defaultValues: { password: "" } });
	const { register, formState } = form;
	const submit = form.handleSubmit(async ({ password }) => {
		setSaid("");
		if (!(await setting.run(password))) return;
		form.reset();
		setSaid("Your password is set. Your other sessions have ended.");
		await refreshOwn();
	});
	return (
		<Section
			title="Password"
			about={
				isSet ? "A new one ends your other sessions." : "You have none: with one, you can sign in by your email, too."
			}
		>
			<form onSubmit={submit} noValidate className="space-y-4 px-4 py-4">
				<input type="hidden" autoComplete="username" value={email} readOnly />
				<div className="max-w-sm">
					<Field
						label="New password"
						type="password"
						autoComplete="new-password"
						hint={`At least ${PASSWORD_MIN} characters.`}
						error={formState.errors.password?.message}
						{...register("password")}
					/>
				</div>
				{setting.error !== null && <FailureNotice error={setting.error} />}
				<div className="flex flex-wrap items-center gap-3">
					<Button type="submit" disabled={setting.pending}>
						{setting.pending ? "Setting…" : "Set the password"}
					</Button>
					<output className="font-medium empty:hidden">{said}</output>
				</div>
			</form>
		</Section>
	);
}
