/** The question that stands before whatever gives a secret away, when the last proof is too long ago: by what the person has. */
import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { type ReactNode, useEffect, useSyncExternalStore } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { describe } from "../failure.ts";
import { queryClient, trpc } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { prove, signOut } from "./auth.ts";
import { CodeForm } from "./code-form.tsx";
import { hasPasskeys, proveByPasskey } from "./passkey.ts";
import { answer, asked } from "./proven.ts";

const ProofForm = z.object({ password: z.string().min(1, "Enter your password.") });

export function Proof() {
	return useSyncExternalStore(asked.subscribe, asked.get) && <ProofDialog />;
}

function ProofDialog() {
	const user = useQuery(trpc.session.me.queryOptions()).data?.user;
	if (!user) return null;
	const byPasskey = user.passkeys > 0 && hasPasskeys();
	return (
		<Dialog
			title="Confirm that it is you"
			about={<p className="mt-1 text-muted">You did so more than ten minutes ago, and this asks for it again.</p>}
			onClose={() => answer(false)}
		>
			{user.twoFactor ? <ByCode /> : user.password ? <ByPassword /> : !byPasskey && <ByNothing />}
			{byPasskey && <ByPasskey alone={!user.twoFactor && !user.password} />}
		</Dialog>
	);
}

function ByPassword() {
	const proving = useAct(async (password: string) => {
		await prove({ password }).catch(async (error) => {
			// A second factor was set up elsewhere meanwhile: the dialog asks for that then.
			if (describe(error).code === "SECOND_FACTOR_NEEDED")
				await queryClient.refetchQueries({ queryKey: trpc.session.me.queryKey() });
			throw error;
		});
		return true;
	});
	const form = useForm({ resolver: zodResolver(ProofForm), defaultValues: { password: "" } });
	const { register, formState, setFocus } = form;
	useEffect(() => setFocus("password"), [setFocus]);
	const submit = form.handleSubmit(async ({ password }) => {
		const proven = await proving.run(password);
		form.reset();
		if (proven) answer(true);
		else setFocus("password");
	});
	return (
		<form onSubmit={submit} noValidate className="space-y-4">
			<Field
				label="Password"
				type="password"
				autoComplete="current-password"
				error={formState.errors.password?.message}
				{...register("password")}
			/>
			{proving.error !== null && <FailureNotice error={proving.error} />}
			<Confirm pending={proving.pending} />
		</form>
	);
}

function ByCode() {
	return (
		<CodeForm
			onCode={async (code) => {
				await prove(code);
				answer(true);
			}}
		>
			{(pending) => <Confirm pending={pending} />}
		</CodeForm>
	);
}

function ByPasskey({ alone }: { alone: boolean }) {
	const proving = useAct(async () => {
		await proveByPasskey();
		answer(true);
	});
	return (
		<div className={alone ? "space-y-3" : "space-y-3 border-t border-line pt-4"}>
			<Button
				className="w-full"
				look={alone ? "primary" : "plain"}
				autoFocus={alone}
				icon={<Fingerprint aria-hidden="true" />}
				disabled={proving.pending}
				onClick={() => void proving.run(undefined)}
			>
				{proving.pending ? "Waiting for the passkey…" : "Use a passkey"}
			</Button>
			{proving.error !== null && <FailureNotice error={proving.error} />}
			{alone && (
				<Answers>
					<Cancel />
				</Answers>
			)}
		</div>
	);
}

/** For who signs in elsewhere: a new session is a new proof. */
function ByNothing() {
	const leaving = useAct(async () => {
		await signOut();
		const onward = window.location.pathname + window.location.search;
		window.location.assign(`/sign-in?${new URLSearchParams({ to: onward })}`);
	});
	return (
		<div className="space-y-4">
			<p>Your account has no password and no passkey here. Sign in again the way you did, and then do this anew.</p>
			{leaving.error !== null && <FailureNotice error={leaving.error} />}
			<Answers>
				<Cancel />
				<Button look="primary" autoFocus disabled={leaving.pending} onClick={() => void leaving.run(undefined)}>
					Sign in again
				</Button>
			</Answers>
		</div>
	);
}

function Confirm({ pending }: { pending: boolean }): ReactNode {
	return (
		<Answers>
			<Cancel />
			<Button type="submit" look="primary" disabled={pending}>
				{pending ? "Confirming…" : "Confirm"}
			</Button>
		</Answers>
	);
}

function Cancel() {
	return <Button onClick={() => answer(false)}>Cancel</Button>;
}
