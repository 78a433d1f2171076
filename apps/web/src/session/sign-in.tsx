/** Email and password, for an instance that has an owner. Which of the two was wrong is never said. */
import { zodResolver } from "@hookform/resolvers/zod";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { queryClient } from "../trpc.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { signIn } from "./auth.ts";
import { Entrance } from "./entrance.tsx";

const SignInForm = z.object({
	email: z.email("Enter an email address."),
	password: z.string().min(1, "Enter your password."),
});

export function SignInScreen() {
	const navigate = useNavigate();
	const { to } = useSearch({ from: "/sign-in" });
	const [refused, setRefused] = useState<string | null>(null);
	const form = useForm({ resolver: zodResolver(SignInForm), defaultValues: { email: "", password: "" } });
	const { register, formState, setFocus } = form;
	useEffect(() => setFocus("email"), [setFocus]);
	const submit = form.handleSubmit(async (fields) => {
		const refusal = await signIn(fields);
		setRefused(refusal);
		if (refusal) return form.resetField("password");
		form.reset();
		queryClient.clear();
		await navigate({ href: to ?? "/settings" });
	});
	return (
		<Entrance title="Sign in" about="To see and change the settings of this Holdfast.">
			<form onSubmit={submit} noValidate className="space-y-4">
				<Field
					label="Email"
					type="email"
					autoComplete="username"
					error={formState.errors.email?.message}
					{...register("email")}
				/>
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
				<Button type="submit" look="primary" disabled={formState.isSubmitting} className="h-9 w-full">
					{formState.isSubmitting ? "Signing in…" : "Sign in"}
				</Button>
			</form>
		</Entrance>
	);
}
