/** A new password by a reset link. It signs nobody in: whoever has set it signs in with it. */

import type { OpenedLink } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { queryClient } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Field } from "../ui/field.tsx";
import { PASSWORD_MIN } from "./ask.ts";
import { resetWith } from "./auth.ts";
import { Entrance, EntranceForm } from "./entrance.tsx";
import { WithLink } from "./link.tsx";
import { linkCode } from "./link-code.ts";

const ResetForm = z.object({
	password: z.string().min(PASSWORD_MIN, `Use at least ${PASSWORD_MIN} characters.`),
});

export function ResetScreen() {
	const [isDone, setDone] = useState(false);
	// Apart from the form: the link that it asks for is used up.
	if (isDone) return <Done />;
	return <WithLink kind="reset">{(opened) => <Reset opened={opened} onDone={() => setDone(true)} />}</WithLink>;
}

function Reset({ opened: { email }, onDone }: { opened: OpenedLink; onDone: () => void }) {
	const reseting = useAct(resetWith);
	const form = useForm({ resolver: zodResolver(ResetForm), defaultValues: { password: "" } });
	const { register, formState, setFocus } = form;
	useEffect(() => setFocus("password"), [setFocus]);
	const submit = form.handleSubmit(async ({ password }) => {
		if (!(await reseting.run({ code: linkCode, password }))) return;
		form.reset();
		queryClient.clear();
		onDone();
	});
	return (
		<Entrance title="Set a new password" about={`For ${email}. Wherever you are signed in, you are signed out.`}>
			<EntranceForm
				onSubmit={submit}
				error={reseting.error}
				pending={reseting.pending}
				word="Set the password"
				working="Setting…"
			>
				<input type="hidden" autoComplete="username" value={email} readOnly />
				<Field
					label="New password"
					type="password"
					autoComplete="new-password"
					hint={`At least ${PASSWORD_MIN} characters.`}
					error={formState.errors.password?.message}
					{...register("password")}
				/>
			</EntranceForm>
		</Entrance>
	);
}

function Done() {
	return (
		<Entrance title="Your password is set" about="Sign in with it. The link has been used up.">
			<Link to="/sign-in" search={{}} className="underline">
				Sign in
			</Link>
		</Entrance>
	);
}
