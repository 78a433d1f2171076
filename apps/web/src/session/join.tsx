/** Whoever was invited makes their account. The address is the invitation's, and what they become was said by who invited them. */

import type { OpenedLink } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { queryClient } from "../trpc.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { joinWith, PASSWORD_MIN } from "./auth.ts";
import { Entrance } from "./entrance.tsx";
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
	const [refused, setRefused] = useState<string | null>(null);
	const form = useForm({ resolver: zodResolver(JoinForm), defaultValues: { name: "", password: "" } });
	const { register, formState, setFocus } = form;
	useEffect(() => setFocus("name"), [setFocus]);
	const submit = form.handleSubmit(async (fields) => {
		const refusal = await joinWith({ ...fields, email, invitation: linkCode });
		setRefused(refusal);
		if (refusal) return;
		form.reset();
		queryClient.clear();
		await navigate({ to: "/settings" });
	});
	return (
		<Entrance title="Join this Holdfast" about={`${createdBy} invites ${email}, as ${role}.`}>
			<form onSubmit={submit} noValidate className="space-y-4">
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
				{refused && (
					<Notice tone="bad" role="alert">
						{refused}
					</Notice>
				)}
				<Button type="submit" look="primary" disabled={formState.isSubmitting} className="h-9 w-full">
					{formState.isSubmitting ? "Joining…" : "Join"}
				</Button>
			</form>
		</Entrance>
	);
}
