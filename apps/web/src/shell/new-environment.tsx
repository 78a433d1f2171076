/** Makes an environment: it inherits every setting from `default` until it has its own. */
import { environmentNameProblem } from "@holdfast/contract";
import { useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { client, queryClient, trpc } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";

const RULE = "Lower-case letters and digits in words joined by hyphens, up to 40 characters.";

function validate(name: string): true | string {
	const problem = environmentNameProblem(name);
	return problem === null || `It cannot be the name: ${problem}.`;
}

export function NewEnvironment() {
	const [asking, setAsking] = useState(false);
	return (
		<>
			<Button look="quiet" aria-label="New environment" className="w-8 px-0!" onClick={() => setAsking(true)}>
				<Plus aria-hidden="true" />
			</Button>
			{asking && <Ask onClose={() => setAsking(false)} />}
		</>
	);
}

function Ask({ onClose }: { onClose(): void }) {
	const navigate = useNavigate();
	const create = useAct((name: string) => client.environments.create.mutate({ name }));
	const { register, handleSubmit, formState } = useForm({ defaultValues: { name: "" } });
	const submit = handleSubmit(async ({ name }) => {
		const created = await create.run(name);
		if (!created) return;
		await queryClient.invalidateQueries({ queryKey: trpc.environments.pathKey() });
		onClose();
		await navigate({ to: ".", search: { env: created.name } });
	});
	return (
		<Dialog title="New environment" onClose={onClose}>
			<form onSubmit={submit} noValidate className="space-y-4">
				<p className="text-muted">It inherits every setting from default until it has its own.</p>
				<Field
					label="Environment name"
					placeholder="production"
					autoComplete="off"
					spellCheck={false}
					mono
					hint={RULE}
					error={formState.errors.name?.message}
					{...register("name", { validate })}
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
