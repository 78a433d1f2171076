/**
 * Signing in to an instance that has an owner: by email and password, and a code where a second factor is on; by a passkey,
 * which is both; or with the OpenID Connect provider. Which of email and password was wrong is never said.
 */
import { zodResolver } from "@hookform/resolvers/zod";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Fingerprint } from "lucide-react";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { describe, Refused } from "../failure.ts";
import { queryClient, trpc } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { enterCode, providerAddress, signIn } from "./auth.ts";
import { useBroughtBack } from "./brought-back.ts";
import { CodeForm } from "./code-form.tsx";
import { Entrance, EntranceForm } from "./entrance.tsx";
import { hasPasskeys, signInByPasskey } from "./passkey.ts";

const SignInForm = z.object({
	email: z.email("Enter an email address."),
	password: z.string().min(1, "Enter your password."),
});

export function SignInScreen() {
	const navigate = useNavigate();
	const { to } = useSearch({ from: "/sign-in" });
	const [needsCode, setNeedsCode] = useState(false);
	const enter = async () => {
		queryClient.clear();
		await navigate({ href: to ?? "/settings" });
	};
	if (needsCode) return <SecondStep onEntered={enter} onBack={() => setNeedsCode(false)} />;
	return <FirstStep onward={to ?? "/settings"} onEntered={enter} onNeedsCode={() => setNeedsCode(true)} />;
}

interface FirstStepProps {
	/** Where the provider is to send people back to. */
	onward: string;
	onEntered(): Promise<void>;
	onNeedsCode(): void;
}

function FirstStep({ onward, onEntered, onNeedsCode }: FirstStepProps) {
	const { ways } = useSuspenseQuery(trpc.session.me.queryOptions()).data;
	const broughtBack = useBroughtBack();
	const signingIn = useAct(signIn);
	const form = useForm({ resolver: zodResolver(SignInForm), defaultValues: { email: "", password: "" } });
	const { register, formState, setFocus } = form;
	useEffect(() => setFocus("email"), [setFocus]);
	const submit = form.handleSubmit(async (fields) => {
		const outcome = await signingIn.run(fields);
		if (!outcome) return form.resetField("password");
		form.reset();
		if (outcome.secondFactor) onNeedsCode();
		else await onEntered();
	});
	return (
		<Entrance title="Sign in" about="To see and change the settings of this Holdfast.">
			<EntranceForm
				onSubmit={submit}
				error={signingIn.error ?? broughtBack}
				pending={signingIn.pending}
				word="Sign in"
				working="Signing in…"
			>
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
			</EntranceForm>
			{ways.mail && (
				<p className="mt-3 text-sm">
					<Link to="/forgot" className="link text-muted">
						Forgot password?
					</Link>
				</p>
			)}
			<OtherWays provider={ways.oidc} onward={onward} onEntered={onEntered} />
		</Entrance>
	);
}

interface OtherWaysProps {
	provider: string | null;
	onward: string;
	onEntered(): Promise<void>;
}

function OtherWays({ provider, onward, onEntered }: OtherWaysProps) {
	const byPasskey = useAct(async () => {
		await signInByPasskey();
		await onEntered();
	});
	const byProvider = useAct(async () => window.location.assign(await providerAddress(onward)));
	if (provider === null && !hasPasskeys()) return null;
	const error = byPasskey.error ?? byProvider.error;
	return (
		<div className="mt-6 space-y-3 border-t border-line pt-6">
			{hasPasskeys() && (
				<Button
					className="h-9 w-full"
					icon={<Fingerprint aria-hidden="true" />}
					disabled={byPasskey.pending}
					onClick={() => {
						byProvider.clear();
						void byPasskey.run(undefined);
					}}
				>
					{byPasskey.pending ? "Waiting for the passkey…" : "Sign in with a passkey"}
				</Button>
			)}
			{provider !== null && (
				<Button
					className="h-9 w-full"
					disabled={byProvider.pending}
					onClick={() => {
						byPasskey.clear();
						void byProvider.run(undefined);
					}}
				>
					<span className="truncate">Sign in with {provider}</span>
				</Button>
			)}
			{error !== null && <FailureNotice error={error} />}
		</div>
	);
}

function SecondStep({ onEntered, onBack }: { onEntered(): Promise<void>; onBack(): void }) {
	return (
		<Entrance title="Enter a code" about="Your password is right. This account asks for a second factor as well.">
			<CodeForm
				onCode={async (code) => {
					await enterCode(code).catch(sayStepOver);
					await onEntered();
				}}
			>
				{(pending) => (
					<Button type="submit" look="primary" disabled={pending} className="h-9 w-full">
						{pending ? "Signing in…" : "Sign in"}
					</Button>
				)}
			</CodeForm>
			<p className="mt-3">
				<button type="button" className="link text-muted" onClick={onBack}>
					Back to the password
				</button>
			</p>
		</Entrance>
	);
}

/** A sign-in waits for its second factor a few minutes. */
function sayStepOver(error: unknown): never {
	if (describe(error).code !== "SIGNED_OUT") throw error;
	throw new Refused("That took too long. Go back, and sign in with your password again.");
}
