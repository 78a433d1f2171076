/** Before keys are replaced: what that means, and the new passphrase where the root key is made from one. */
import type { RootKeyView, RotationKind } from "@holdfast/contract/schemas";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { refreshSystem } from "./system.ts";
import { ROTATED } from "./words.ts";

const PASSPHRASE_MIN = 12;

interface RotateProps {
	what: RotationKind;
	rootKey: RootKeyView;
	onClose(): void;
}

export function Rotate({ what, rootKey, onClose }: RotateProps) {
	const asksPassphrase = what === "root" && rootKey.source === "passphrase";
	const RotateForm = z.object({
		passphrase: asksPassphrase
			? z.string().min(PASSPHRASE_MIN, `Use at least ${PASSPHRASE_MIN} characters.`)
			: z.string(),
	});
	const rotate = useAct((passphrase: string) =>
		client.keys.rotate.mutate({ what, ...(asksPassphrase && { passphrase }) }),
	);
	const { register, handleSubmit, formState } = useForm({
		resolver: zodResolver(RotateForm),
		defaultValues: { passphrase: "" },
	});
	const submit = handleSubmit(async ({ passphrase }) => {
		if (!(await rotate.run(passphrase))) return;
		await refreshSystem();
		onClose();
	});
	return (
		<Dialog title={`Replace the ${ROTATED[what]}?`} onClose={onClose}>
			<form onSubmit={submit} noValidate className="space-y-4">
				<div className="space-y-2 text-muted">{what === "root" ? <AboutRoot rootKey={rootKey} /> : <AboutData />}</div>
				{asksPassphrase && (
					<Field
						label="New passphrase"
						type="password"
						autoComplete="off"
						hint={`At least ${PASSPHRASE_MIN} characters. Write it down before you go on.`}
						error={formState.errors.passphrase?.message}
						{...register("passphrase")}
					/>
				)}
				{rotate.error !== null && <FailureNotice error={rotate.error} />}
				<Answers>
					<Button onClick={onClose}>Cancel</Button>
					<Button type="submit" look="primary" disabled={rotate.pending}>
						{rotate.pending ? "Starting…" : "Replace"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}

/** What becomes of the new key, before and after the words for where it is read from. */
const THEN: Record<RootKeyView["source"], [before: string, after: string]> = {
	file: ["The new key is written to", "."],
	variable: ["When that is done, you put the new key into", " and restart."],
	command: ["When that is done, you let the command in", " print the new key, and restart."],
	passphrase: ["When that is done, you set", " to the new passphrase and restart."],
};

function AboutRoot({ rootKey: { source, place } }: { rootKey: RootKeyView }) {
	const [before, after] = THEN[source];
	return (
		<>
			<p>
				A new root key is made, and every data key is sealed under it. Values stay as they are, and everything works
				meanwhile.
			</p>
			<p>
				{before} <code className="text-sm text-ink [overflow-wrap:anywhere]">{place}</code>
				{after} The old key works until nothing needs it.
			</p>
			<p>
				The new key has a recovery kit of its own, to be stored again. Keep the kit you have as well: it alone opens the
				backups made before, once this server is lost.
			</p>
		</>
	);
}

function AboutData() {
	return (
		<p>
			Every environment and every person gets a new data key, and every value is sealed anew, history included.
			Everything works meanwhile, and an old key is deleted when nothing needs it. The root key and its recovery kit
			stay as they are.
		</p>
	);
}
