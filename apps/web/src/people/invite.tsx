/** Invites someone by their address: as what, and where less. Then the link, once. */
import type { CreatedLink } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { CreatedLinkView } from "./created-link.tsx";
import { refreshPeople } from "./people.ts";
import { narrowedOf, type RoleChoice } from "./role-choice.ts";
import { RoleFields, WithEnvironments } from "./role-fields.tsx";
import { roleInWords } from "./words.ts";

const InviteForm = z.object({
	email: z.string().trim().pipe(z.email("Enter their email address.").max(200, "Use at most 200 characters.")),
});

export function Invite({ onClose }: { onClose(): void }) {
	const [created, setCreated] = useState<CreatedLink | null>(null);
	if (created) {
		const { email, role, narrowed } = created;
		return (
			<CreatedLinkView link={created} title={`${email} is invited`} onClose={onClose}>
				Whoever opens it makes an account with this address{role && `. Their role: ${roleInWords(role, narrowed)}`}.
			</CreatedLinkView>
		);
	}
	return (
		<Dialog title="Invite someone" onClose={onClose}>
			<WithEnvironments>
				{(environments) => <Ask environments={environments} onClose={onClose} onCreated={setCreated} />}
			</WithEnvironments>
		</Dialog>
	);
}

interface AskProps {
	environments: readonly string[];
	onClose(): void;
	onCreated(created: CreatedLink): void;
}

function Ask({ environments, onClose, onCreated }: AskProps) {
	const [choice, setChoice] = useState<RoleChoice>({ role: "viewer", isLess: false, less: {} });
	const { register, handleSubmit, formState } = useForm({
		resolver: zodResolver(InviteForm),
		defaultValues: { email: "" },
	});
	const invite = useAct((email: string) =>
		client.people.invite.mutate({ email, role: choice.role, narrowed: narrowedOf(choice, environments) }),
	);
	const submit = handleSubmit(async ({ email }) => {
		const created = await invite.run(email);
		if (!created) return;
		onCreated(created);
		await refreshPeople();
	});
	return (
		<form onSubmit={submit} noValidate className="space-y-5">
			<Field
				label="Email"
				type="email"
				autoComplete="off"
				spellCheck={false}
				hint="Nothing is mailed: you get a link to send."
				error={formState.errors.email?.message}
				{...register("email")}
			/>
			<RoleFields choice={choice} environments={environments} onChange={setChoice} />
			{invite.error !== null && <FailureNotice error={invite.error} />}
			<Answers>
				<Button onClick={onClose}>Cancel</Button>
				<Button type="submit" look="primary" disabled={invite.pending}>
					{invite.pending ? "Inviting…" : "Invite"}
				</Button>
			</Answers>
		</form>
	);
}
