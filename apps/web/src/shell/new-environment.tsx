/** Makes an environment: it inherits every setting from `default` until it has its own. */
import { zodResolver } from "@hookform/resolvers/zod";
import { useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { refreshSettings } from "../settings/refresh.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { EnvironmentName, EnvironmentNameField } from "./environment-name.tsx";

const NewForm = z.object({ name: EnvironmentName });

interface NewEnvironmentProps {
	/** With words, where it stands by itself. */
	named?: boolean;
}

export function NewEnvironment({ named = false }: NewEnvironmentProps) {
	const [asking, setAsking] = useState(false);
	return (
		<>
			<Button
				look={named ? "plain" : "quiet"}
				className={named ? "" : "w-8 px-0!"}
				icon={<Plus aria-hidden="true" />}
				onClick={() => setAsking(true)}
			>
				<span className={named ? "" : "sr-only"}>New environment</span>
			</Button>
			{asking && <Ask onClose={() => setAsking(false)} />}
		</>
	);
}

function Ask({ onClose }: { onClose(): void }) {
	const navigate = useNavigate();
	const create = useAct((name: string) => client.environments.create.mutate({ name }));
	const { register, handleSubmit, formState } = useForm({
		resolver: zodResolver(NewForm),
		defaultValues: { name: "" },
	});
	const submit = handleSubmit(async ({ name }) => {
		const created = await create.run(name);
		if (!created) return;
		await refreshSettings();
		onClose();
		await navigate({ to: ".", search: { env: created.name } });
	});
	return (
		<Dialog title="New environment" onClose={onClose}>
			<form onSubmit={submit} noValidate className="space-y-4">
				<p className="text-muted">It inherits every setting from default until it has its own.</p>
				<EnvironmentNameField label="Environment name" error={formState.errors.name?.message} {...register("name")} />
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
