/** Asks for a link that sets a new password. What is answered tells nobody whether there is such an account. */
import { zodResolver } from "@hookform/resolvers/zod";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { useAct } from "../ui/act.ts";
import { Field } from "../ui/field.tsx";
import { forgot } from "./auth.ts";
import { Entrance, EntranceForm } from "./entrance.tsx";

const ForgotForm = z.object({ email: z.email("Enter an email address.") });

export function ForgotScreen() {
	const [isSent, setSent] = useState(false);
	if (!isSent) return <Ask onSent={() => setSent(true)} />;
	return (
		<Entrance
			title="Look into your mail"
			about="If there is an account with this address and a password, a link is on its way to it."
		>
			<Back />
		</Entrance>
	);
}

function Ask({ onSent }: { onSent(): void }) {
	const sending = useAct(forgot);
	const form = useForm({ resolver: zodResolver(ForgotForm), defaultValues: { email: "" } });
	const { register, formState, setFocus } = form;
	useEffect(() => setFocus("email"), [setFocus]);
	const submit = form.handleSubmit(async (fields) => {
		if (await sending.run(fields)) onSent();
	});
	return (
		<Entrance title="Set a new password" about="A link to do so is sent to the address of your account.">
			<EntranceForm
				onSubmit={submit}
				error={sending.error}
				pending={sending.pending}
				word="Send the link"
				working="Sending…"
			>
				<Field
					label="Email"
					type="email"
					autoComplete="username"
					error={formState.errors.email?.message}
					{...register("email")}
				/>
			</EntranceForm>
			<div className="mt-4">
				<Back />
			</div>
		</Entrance>
	);
}

function Back() {
	return (
		<Link to="/sign-in" search={{}} className="link text-muted">
			Back to signing in
		</Link>
	);
}
