/** Whoever was invited makes their account. The address is the invitation's, and what they become was said by who invited them. */

import type { OpenedLink } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { queryClient } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Field } from "../ui/field.tsx";
import { PASSWORD_MIN } from "./ask.ts";
import { joinWith } from "./auth.ts";
import { Entrance, EntranceForm } from "./entrance.tsx";
import { WithLink } from "./link.tsx";
import { linkCode } from "./link-code.ts";

const JoinForm = z.object({
	name: z.string().trim().min(1, "Enter your name."),
	password: z.string().min(PASSWORD_MIN, `Use at least ${PASSWORD_MIN} characters.`),
});

export function JoinScreen() {
	return <WithLink kind="invitation">{(opened) => <Join opened={opened} />}</WithLink>;
}

function Join({ opened: { email, role, createdBy } }: { opened: OpenedLink }) {
	const navigate = useNavigate();
	const joining = useAct(joinWith);
	const form = useForm({ resolver: zodResolver(JoinForm), defaultValues: { name: "", password: "" } });
	const { register, formState, setFocus } = form;
	useEffect(() => setFocus("name"), [setFocus]);
	const submit = form.handleSubmit(async (fields) => {
		if (!(await joining.run({ ...fields, email, invitation: linkCode }))) return;
		form.reset();
		queryClient.clear();
		await navigate({ to: "/settings" });
	});
	return (
		<Entrance title="Join this Holdfast" about={`${createdBy} invites ${email}, as ${role}.`}>
			<EntranceForm onSubmit={submit} error={joining.error} pending={joining.pending} word="Join" working="Joining…">
				<input type="hidden" autoComplete="username" value={email} readOnly />
				<Field label="Name" autoComplete="name" error={formState.errors.name?.message} {...register("name")} />
				<Field
					label="Password"
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
