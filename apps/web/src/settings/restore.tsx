/** Before an earlier value is saved again: what will happen, and why it is done, if somebody wants to say so. */
import type { Owner, SaveResult, SettingView, VersionView } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { useMirrors } from "../drift/mirrors.ts";
import { describe } from "../failure.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";

const MESSAGE_MAX = 500;
const RestoreForm = z.object({
	message: z.string().trim().max(MESSAGE_MAX, `Use at most ${MESSAGE_MAX} characters.`),
});

interface RestoreProps {
	view: SettingView;
	owner: Owner;
	version: VersionView;
	/** The version that gives way, 0 for none. */
	current: number;
	onClose(): void;
	/** Somebody saved meanwhile. */
	onOutdated(): void;
	onRestored(result: SaveResult): void;
}

export function Restore({ view, owner, version, current, onClose, onOutdated, onRestored }: RestoreProps) {
	const { environment, name } = view;
	const restore = useAct(async (message: string) => {
		const input = { environment, owner, name, version: version.version, expectedVersion: current };
		try {
			return await client.settings.restore.mutate({ ...input, ...(message && { message }) });
		} catch (error) {
			if (describe(error).code === "VERSION_CONFLICT") onOutdated();
			throw error;
		}
	});
	const { register, handleSubmit, formState } = useForm({
		resolver: zodResolver(RestoreForm),
		defaultValues: { message: "" },
	});
	const submit = handleSubmit(async ({ message }) => {
		const result = await restore.run(message);
		if (result) onRestored(result);
	});
	return (
		<Dialog title={`Restore version ${version.version}?`} onClose={onClose}>
			<form onSubmit={submit} noValidate className="space-y-4">
				<p className="text-muted">
					Its value, <code className="text-sm break-all text-ink">{version.shown}</code>, is saved as a new version of{" "}
					<code className="text-sm break-all text-ink">{name}</code> <Whose owner={owner} environment={environment} />{" "}
					{current === 0
						? "The versions before it stay in the history."
						: `Version ${current} gives way and stays in the history.`}
				</p>
				<Field
					label="Message"
					autoComplete="off"
					hint="Optional. It stands in the history beside the new version."
					error={formState.errors.message?.message}
					{...register("message")}
				/>
				{restore.error !== null && <FailureNotice error={restore.error} />}
				<Answers>
					<Button onClick={onClose}>Back</Button>
					<Button type="submit" look="primary" disabled={restore.pending}>
						{restore.pending ? "Restoring…" : "Restore"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}

function Whose({ owner, environment }: { owner: Owner; environment: string }) {
	const mirror = useMirrors().data?.find((each) => each.environment === environment);
	if (owner === "personal") return <>for you alone, in {environment}. No file changes.</>;
	if (!mirror || mirror.status === "off") return <>in {environment}, for everyone.</>;
	return (
		<>
			in {environment}, for everyone, and mirrored to <code className="text-sm break-all">{mirror.target}</code>.
		</>
	);
}
