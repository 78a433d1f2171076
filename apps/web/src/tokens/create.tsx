/** Makes a token: what it is for, where, what it may do, how long, and from which addresses. Then its credential, once. */
import type { CreatedToken } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import { useAccess } from "../session/me.ts";
import { useEnvironment } from "../shell/environment-picker.tsx";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { dayOf } from "../ui/relative-time.ts";
import { Select } from "../ui/select.tsx";
import { EnvironmentChoice, PermissionChoice } from "./choices.tsx";
import { Credential } from "./credential.tsx";
import { asked, dateLimits, daysOf, EXPIRIES, givable, type TokenForm, tokenForm } from "./token-form.ts";
import { refreshTokens } from "./tokens.ts";

const DAY = 86_400_000;

export function Create({ onClose }: { onClose(): void }) {
	const [created, setCreated] = useState<CreatedToken | null>(null);
	if (!created) return <Ask onClose={onClose} onCreated={setCreated} />;
	return <Credential created={created} title={`${created.label} is ready`} onClose={onClose} />;
}

interface AskProps {
	onClose(): void;
	onCreated(created: CreatedToken): void;
}

function Ask({ onClose, onCreated }: AskProps) {
	const access = useAccess();
	const environment = useEnvironment();
	const form = useForm<TokenForm>({
		resolver: zodResolver(tokenForm(access)),
		mode: "onChange",
		defaultValues: {
			label: "",
			everywhere: false,
			environments: givable(access, [environment]),
			permissions: ["settings.see", "settings.reveal"],
			expiry: "quarter",
			date: "",
			addresses: "",
		},
	});
	const { register, watch, setValue, formState } = form;
	const { errors, isSubmitted } = formState;
	const create = useAct((typed: TokenForm) => client.tokens.create.mutate(asked(access, typed)));
	const submit = form.handleSubmit(async (typed) => {
		const made = await create.run(typed);
		if (!made) return;
		onCreated(made);
		await refreshTokens();
	});
	const scope = { everywhere: watch("everywhere"), environments: watch("environments") };
	const shouldValidate = { shouldValidate: isSubmitted };
	return (
		<Dialog title="New token" wide onClose={onClose}>
			<form onSubmit={submit} noValidate className="space-y-5">
				<Field
					label="Label"
					autoComplete="off"
					placeholder="chat server"
					hint="What uses it, so that you know it again when it has to go."
					error={errors.label?.message}
					{...register("label")}
				/>
				<EnvironmentChoice
					{...scope}
					error={errors.environments?.message}
					onChange={({ everywhere, environments }) => {
						setValue("everywhere", everywhere);
						setValue("environments", environments, shouldValidate);
					}}
				/>
				<PermissionChoice
					{...scope}
					permissions={watch("permissions")}
					error={errors.permissions?.message}
					onChange={(permissions) => setValue("permissions", permissions, shouldValidate)}
				/>
				<Expiry form={form} />
				<Field
					label="Addresses"
					mono
					autoComplete="off"
					spellCheck={false}
					placeholder="any"
					hint="From where it is taken: addresses and ranges like 10.0.0.0/8, with blanks between; blank for any."
					error={errors.addresses?.message}
					{...register("addresses")}
				/>
				{create.error !== null && <FailureNotice error={create.error} />}
				<Answers>
					<Button onClick={onClose}>Cancel</Button>
					<Button type="submit" look="primary" disabled={create.pending}>
						{create.pending ? "Creating…" : "Create"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}

function Expiry({ form: { register, watch, formState } }: { form: UseFormReturn<TokenForm> }) {
	const now = Date.now();
	const expiry = watch("expiry");
	const days = daysOf({ expiry, date: watch("date") }, now);
	return (
		<div className="space-y-3">
			<div className="flex flex-wrap items-center gap-x-3 gap-y-1">
				<Select label="Expires" labelShown {...register("expiry")}>
					{Object.entries(EXPIRIES).map(([value, { label }]) => (
						<option key={value} value={value}>
							{label}
						</option>
					))}
				</Select>
				<p className="text-sm text-muted">
					{expiry === "never" && "It works until someone revokes it."}
					{expiry !== "date" && days !== null && `It works until ${dayOf(now + days * DAY)}.`}
				</p>
			</div>
			{expiry === "date" && (
				<div className="max-w-60">
					<Field
						label="Last day"
						type="date"
						{...dateLimits(now)}
						error={formState.errors.date?.message}
						{...register("date")}
					/>
				</div>
			)}
		</div>
	);
}
