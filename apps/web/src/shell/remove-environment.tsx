/** Removes an environment, once its name was typed. Says beforehand what goes and what stays. */
import { DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import { zodResolver } from "@hookform/resolvers/zod";
import { useNavigate } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { refreshSettings } from "../settings/refresh.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";

interface RemoveEnvironmentProps {
	environment: string;
	/** Its file. */
	target: string;
	onClose(): void;
	onSaid(sentence: string): void;
}

export function RemoveEnvironment({ environment, target, onClose, onSaid }: RemoveEnvironmentProps) {
	const navigate = useNavigate();
	const remove = useAct(() => client.environments.remove.mutate({ name: environment }));
	const RemoveForm = z.object({ typed: z.literal(environment, `Type ${environment} to remove it.`) });
	const { register, handleSubmit, formState } = useForm({
		resolver: zodResolver(RemoveForm),
		defaultValues: { typed: "" },
	});
	const submit = handleSubmit(async () => {
		if (!(await remove.run(undefined))) return;
		onSaid(`${environment} was removed. Its history is kept, sealed.`);
		await refreshSettings();
		await navigate({ to: ".", search: { env: DEFAULT_ENVIRONMENT } });
	});
	return (
		<Dialog title={`Remove ${environment}?`} onClose={onClose}>
			<form onSubmit={submit} noValidate className="space-y-4">
				<div className="space-y-2 text-muted">
					<p>
						Every setting in it is removed, personal ones too, and Holdfast’s lines leave {target}. A process that
						starts with <code className="text-sm break-all">HOLDFAST_ENVIRONMENT={environment}</code> will find none.
					</p>
					<p>
						The history stays, sealed, and is there again for whoever creates {environment} anew. So do the other lines
						of the file.
					</p>
				</div>
				<Field
					label={`Type ${environment} to confirm`}
					mono
					autoComplete="off"
					spellCheck={false}
					error={formState.errors.typed?.message}
					{...register("typed")}
				/>
				{remove.error !== null && <FailureNotice error={remove.error} />}
				<Answers>
					<Button onClick={onClose}>Keep it</Button>
					<Button type="submit" look="danger" disabled={remove.pending}>
						{remove.pending ? "Removing…" : "Remove"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}
