/** Leaving: one's own account, and what was one's alone, for good. */
import { useState } from "react";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Section } from "../ui/section.tsx";

interface LeaveProps {
	user: { email: string };
}

export function Leave({ user }: LeaveProps) {
	const [asking, setAsking] = useState(false);
	return (
		<Section title="Leave this Holdfast" about="Your account goes, with what is yours alone.">
			<div className="px-4 py-4">
				<Button look="danger" onClick={() => setAsking(true)}>
					Leave…
				</Button>
			</div>
			{asking && <Ask user={user} onClose={() => setAsking(false)} />}
		</Section>
	);
}

function Ask({ user: { email }, onClose }: LeaveProps & { onClose(): void }) {
	const [typed, setTyped] = useState("");
	const leave = useAct(() => client.people.leave.mutate());
	const isMeant = typed.trim().toLowerCase() === email.toLowerCase();
	return (
		<Dialog title="Leave this Holdfast?" onClose={onClose}>
			<form
				className="space-y-4"
				onSubmit={async (event) => {
					event.preventDefault();
					// Afresh, so that nothing of the account stays in the page's memory.
					if (isMeant && (await leave.run(undefined))) window.location.assign("/sign-in");
				}}
			>
				<ul className="list-disc space-y-1 pl-5 text-muted">
					<li>Your personal settings go, and nothing can open them again, backups included.</li>
					<li>The tokens you made are refused from then on, and you are signed out everywhere.</li>
					<li>What you saved for everyone stays, and the audit log still says that it was you.</li>
				</ul>
				<Field
					label={`Type ${email} to confirm`}
					autoComplete="off"
					spellCheck={false}
					autoFocus
					value={typed}
					onChange={(event) => setTyped(event.target.value)}
				/>
				{leave.error !== null && <FailureNotice error={leave.error} />}
				<Answers>
					<Button onClick={onClose}>Stay</Button>
					<Button type="submit" look="danger" disabled={!isMeant || leave.pending}>
						{leave.pending ? "Leaving…" : "Leave for good"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}
