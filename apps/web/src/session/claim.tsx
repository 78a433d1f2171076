/**
 * The first run: whoever reads the server's terminal becomes the owner. The code is typed, never part of an address,
 * so that it stays out of histories and logs.
 */
import { zodResolver } from "@hookform/resolvers/zod";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { type UseFormRegisterReturn, useForm } from "react-hook-form";
import { z } from "zod";
import { queryClient } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Field } from "../ui/field.tsx";
import { PASSWORD_MIN } from "./ask.ts";
import { claim } from "./auth.ts";
import { formatClaimCode, isWholeClaimCode } from "./claim-code.ts";
import { Entrance, EntranceForm } from "./entrance.tsx";

const ClaimForm = z.object({
	claimCode: z.string().refine(isWholeClaimCode, "The code has 12 letters and digits."),
	name: z.string().trim().min(1, "Enter your name."),
	email: z.email("Enter an email address."),
	password: z.string().min(PASSWORD_MIN, `Use at least ${PASSWORD_MIN} characters.`),
});

export function ClaimScreen() {
	const navigate = useNavigate();
	const claiming = useAct(claim);
	const form = useForm({
		resolver: zodResolver(ClaimForm),
		defaultValues: { claimCode: "", name: "", email: "", password: "" },
	});
	const { register, formState, setFocus } = form;
	useEffect(() => setFocus("claimCode"), [setFocus]);
	const submit = form.handleSubmit(async (fields) => {
		if (!(await claiming.run(fields))) return;
		form.reset();
		queryClient.clear();
		await navigate({ to: "/recovery-kit" });
	});
	return (
		<Entrance
			title="Claim this Holdfast"
			about="It has no owner yet. The server printed a claim code in its terminal; whoever has it becomes the owner."
		>
			<EntranceForm
				onSubmit={submit}
				error={claiming.error}
				pending={claiming.pending}
				word="Claim"
				working="Claiming…"
			>
				<CodeField registered={register("claimCode")} error={formState.errors.claimCode?.message} />
				<Field label="Name" autoComplete="name" error={formState.errors.name?.message} {...register("name")} />
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
					autoComplete="new-password"
					hint={`At least ${PASSWORD_MIN} characters.`}
					error={formState.errors.password?.message}
					{...register("password")}
				/>
			</EntranceForm>
		</Entrance>
	);
}

/** Groups the code while it is typed, as the terminal shows it. */
function CodeField({ registered, error }: { registered: UseFormRegisterReturn; error: string | undefined }) {
	return (
		<Field
			label="Claim code"
			placeholder="XXXX-XXXX-XXXX"
			autoComplete="off"
			autoCapitalize="characters"
			spellCheck={false}
			mono
			error={error}
			{...registered}
			onChange={(event) => {
				event.target.value = formatClaimCode(event.target.value);
				return registered.onChange(event);
			}}
		/>
	);
}
