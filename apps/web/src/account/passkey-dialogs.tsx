/** Names a passkey, one that is added or one that is there, and removes one. */
import type { PasskeyView } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { addPasskey, removePasskey, renamePasskey } from "../session/passkey.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { refreshOwn } from "./own.ts";

const NameForm = z.object({
	name: z.string().trim().min(1, "Enter what it is on.").max(100, "Use at most 100 characters."),
});

interface DialogProps {
	onClose(): void;
	onSaid(sentence: string): void;
}

export function NamePasskey({ passkey, onClose, onSaid }: DialogProps & { passkey: PasskeyView | null }) {
	const words = passkey
		? { title: "Rename the passkey", word: "Rename", working: "Renaming…", done: "renamed" }
		: { title: "Add a passkey", word: "Add", working: "Waiting for the device…", done: "added" };
	const form = useForm({ resolver: zodResolver(NameForm), defaultValues: { name: passkey?.name ?? "" } });
	const save = useAct(async (name: string) => {
		await (passkey ? renamePasskey({ id: passkey.id, name }) : addPasskey(name));
		return true;
	});
	const submit = form.handleSubmit(async ({ name }) => {
		if (!(await save.run(name))) return;
		await refreshOwn();
		onSaid(`${name} is ${words.done}.`);
		onClose();
	});
	return (
		<Dialog title={words.title} onClose={onClose}>
			<form onSubmit={submit} noValidate className="space-y-4">
				<Field
					label="Name"
					autoComplete="off"
					autoFocus
					placeholder="laptop"
					hint="What it is on, so that you know it again when that is lost."
					error={form.formState.errors.name?.message}
					{...form.register("name")}
				/>
				{save.error !== null && <FailureNotice error={save.error} />}
				<Answers>
					<Button onClick={onClose}>Cancel</Button>
					<Button type="submit" look="primary" disabled={save.pending}>
						{save.pending ? words.working : words.word}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}

export function RemovePasskey({ passkey: { id, name }, onClose, onSaid }: DialogProps & { passkey: PasskeyView }) {
	const remove = useAct(async () => {
		await removePasskey(id);
		return true;
	});
	const called = name ?? "this passkey";
	return (
		<Dialog title={`Remove ${called}?`} onClose={onClose}>
			<p className="text-muted">
				It signs you in no more. The device may go on offering it until you remove it there, too.
			</p>
			{remove.error !== null && <FailureNotice error={remove.error} />}
			<Answers>
				<Button autoFocus onClick={onClose}>
					Keep it
				</Button>
				<Button
					look="danger"
					disabled={remove.pending}
					onClick={async () => {
						if (!(await remove.run(undefined))) return;
						await refreshOwn();
						onSaid(`${name ?? "The passkey"} is removed.`);
						onClose();
					}}
				>
					{remove.pending ? "Removing…" : "Remove"}
				</Button>
			</Answers>
		</Dialog>
	);
}
