/** Gives an environment another name: everything that is in it goes along. */
import { envFileName } from "@holdfast/contract";
import { zodResolver } from "@hookform/resolvers/zod";
import { useNavigate } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { refreshSettings } from "../settings/refresh.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { EnvironmentName, EnvironmentNameField } from "./environment-name.tsx";

const RenameForm = z.object({ to: EnvironmentName });

interface RenameEnvironmentProps {
	environment: string;
	/** Its file. */
	target: string;
	onClose(): void;
	onSaid(sentence: string): void;
}

export function RenameEnvironment({ environment, target, onClose, onSaid }: RenameEnvironmentProps) {
	const navigate = useNavigate();
	const rename = useAct((to: string) => client.environments.rename.mutate({ name: environment, to }));
	const { register, handleSubmit, formState } = useForm({
		resolver: zodResolver(RenameForm),
		defaultValues: { to: "" },
	});
	const submit = handleSubmit(async ({ to }) => {
		const renamed = await rename.run(to);
		if (!renamed) return;
		const { target: file, status, reason } = renamed.mirror;
		// Of a file that could not be moved along only this answer tells.
		onSaid(
			`${environment} is called ${to}, and kept in ${file}.${status === "mirrored" && reason ? ` ${reason}` : ""}`,
		);
		await refreshSettings();
		await navigate({ to: ".", search: { env: to } });
	});
	return (
		<Dialog title={`Rename ${environment}`} onClose={onClose}>
			<form onSubmit={submit} noValidate className="space-y-4">
				<p className="text-muted">
					Its settings, their history and the tokens limited to it go along.{" "}
					{target === envFileName(environment) ? `So does ${target}.` : `${target} keeps its own name.`} A process that
					starts with <code className="text-sm break-all">HOLDFAST_ENVIRONMENT={environment}</code> has to be given the
					new name.
				</p>
				<EnvironmentNameField label="New name" error={formState.errors.to?.message} {...register("to")} />
				{rename.error !== null && <FailureNotice error={rename.error} />}
				<Answers>
					<Button onClick={onClose}>Cancel</Button>
					<Button type="submit" look="primary" disabled={rename.pending}>
						{rename.pending ? "Renaming…" : "Rename"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}
