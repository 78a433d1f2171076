/** Sets up an authenticator app: what it is to scan or be typed, and a code that shows that it works. */
import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { confirmTwoFactor, type SetUp as Started } from "../session/auth.ts";
import { SixDigits } from "../session/code-form.tsx";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { QrCode } from "./qr-code.tsx";

const CodeForm = z.object({ code: SixDigits });

interface SetUpProps {
	started: Started;
	onClose(): void;
	onConfirmed(): void;
}

export function SetUp({ started: { uri }, onClose, onConfirmed }: SetUpProps) {
	const secret = new URL(uri).searchParams.get("secret") ?? "";
	const confirming = useAct(confirmTwoFactor);
	const form = useForm({ resolver: zodResolver(CodeForm), defaultValues: { code: "" } });
	const { register, formState, setFocus } = form;
	useEffect(() => setFocus("code"), [setFocus]);
	const submit = form.handleSubmit(async ({ code }) => {
		const confirmed = await confirming.run(code);
		form.reset();
		if (confirmed) onConfirmed();
		else setFocus("code");
	});
	return (
		<Dialog
			title="Set up your authenticator"
			about={<p className="mt-1 text-muted">Scan this with an authenticator app, or type the key into it.</p>}
			onClose={onClose}
		>
			<form onSubmit={submit} noValidate className="space-y-4">
				<QrCode text={uri} label="The key for your authenticator, as a QR code" />
				<div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md border border-edge bg-sunken px-3 py-2">
					<code className="min-w-0 flex-1 basis-40 text-sm select-all [overflow-wrap:anywhere]">
						{secret.match(/.{1,4}/g)?.join(" ")}
					</code>
					<CopyButton text={secret} what="the key" />
				</div>
				<Field
					label="Code"
					mono
					inputMode="numeric"
					autoComplete="one-time-code"
					spellCheck={false}
					hint="The six digits that the app shows then."
					error={formState.errors.code?.message}
					{...register("code")}
				/>
				{confirming.error !== null && <FailureNotice error={confirming.error} />}
				<Answers>
					<Button onClick={onClose}>Cancel</Button>
					<Button type="submit" look="primary" disabled={confirming.pending}>
						{confirming.pending ? "Turning on…" : "Turn on"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}
