/** Removes someone, once their address was typed. Says beforehand what goes and what stays. */
import type { PersonView } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { refreshPeople } from "./people.ts";
import { endedTokens } from "./words.ts";

interface RemoveProps {
	person: PersonView;
	onClose(): void;
	onSaid(sentence: string): void;
}

export function Remove({ person: { id, name, email }, onClose, onSaid }: RemoveProps) {
	const remove = useAct(() => client.people.remove.mutate({ id }));
	const RemoveForm = z.object({ typed: z.literal(email, `Type ${email} to remove them.`) });
	const { register, handleSubmit, formState } = useForm({
		resolver: zodResolver(RemoveForm),
		defaultValues: { typed: "" },
	});
	const submit = handleSubmit(async () => {
		const removed = await remove.run(undefined);
		await refreshPeople();
		if (!removed) return;
		onSaid(`${name} is removed.${endedTokens(removed.tokens)}`);
		onClose();
	});
	return (
		<Dialog title={`Remove ${name}?`} onClose={onClose}>
			<form onSubmit={submit} noValidate className="space-y-4">
				<div className="space-y-2 text-muted">
					<p>
						Their account goes for good, and with it their sessions, the tokens they made, and their personal settings,
						which nobody can open any more. Programs with such a token are refused from their next call on.
					</p>
					<p>What they saved for everyone stays, and so does what the audit log says of them.</p>
				</div>
				<Field
					label={`Type ${email} to confirm`}
					mono
					autoComplete="off"
					spellCheck={false}
					error={formState.errors.typed?.message}
					{...register("typed")}
				/>
				{remove.error !== null && <FailureNotice error={remove.error} />}
				<Answers>
					<Button onClick={onClose}>Keep them</Button>
					<Button type="submit" look="danger" disabled={remove.pending}>
						{remove.pending ? "Removing…" : "Remove"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}
