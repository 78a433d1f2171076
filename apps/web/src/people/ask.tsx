/** A question about someone that is answered with yes or no: they are signed out, or their second factors taken away. */
import type { PersonView } from "@holdfast/contract/schemas";
import type { ReactNode } from "react";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { refreshPeople } from "./people.ts";
import { counted, listed } from "./words.ts";

interface AboutPersonProps {
	person: PersonView;
	onClose(): void;
	onSaid(sentence: string): void;
}

export function SignOut({ person, onClose, onSaid }: AboutPersonProps) {
	const { id, name, sessions } = person;
	return (
		<Ask
			title={`Sign ${name} out everywhere?`}
			answer={["Sign out", "Signing out…"]}
			perform={() => client.people.signOut.mutate({ id })}
			onDone={() => onSaid(`${name} is signed out everywhere.`)}
			onClose={onClose}
		>
			<p>
				{counted(sessions, "session")} {sessions === 1 ? "ends" : "end"} at once. They may sign in again, and tokens
				they made work on.
			</p>
		</Ask>
	);
}

export function ResetTwoFactor({ person, onClose, onSaid }: AboutPersonProps) {
	const { id, name, twoFactor, passkeys, password, oidc } = person;
	const lost = [
		...(twoFactor ? ["authenticator", "recovery codes"] : []),
		...(passkeys > 0 ? [counted(passkeys, "passkey")] : []),
	];
	return (
		<Ask
			title={`Reset the second factors of ${name}?`}
			answer={["Reset", "Resetting…"]}
			perform={() => client.people.resetTwoFactor.mutate({ id })}
			onDone={() => onSaid(`${name} has no codes and no passkeys any more, and is signed out everywhere.`)}
			onClose={onClose}
		>
			<p>
				Their {listed(lost)} open this account no more, and they are signed out everywhere. They set up others once they
				are signed in.
			</p>
			{password ? (
				<p>Be sure that it is {name} who asks: from here on their password alone lets them in.</p>
			) : (
				!oidc && <p>They have no password. Make a reset link for them as well, or they cannot sign in.</p>
			)}
		</Ask>
	);
}

interface AskProps {
	title: string;
	children: ReactNode;
	/** On the button, and while it works. */
	answer: readonly [string, string];
	perform(): Promise<unknown>;
	onDone(): void;
	onClose(): void;
}

function Ask({ title, children, answer: [word, working], perform, onDone, onClose }: AskProps) {
	const act = useAct(perform);
	return (
		<Dialog title={title} onClose={onClose}>
			<div className="space-y-2 text-muted">{children}</div>
			{act.error !== null && <FailureNotice error={act.error} />}
			<Answers>
				<Button autoFocus onClick={onClose}>
					Cancel
				</Button>
				<Button
					look="danger"
					disabled={act.pending}
					onClick={async () => {
						const done = await act.run(undefined);
						await refreshPeople();
						if (done === null) return;
						onDone();
						onClose();
					}}
				>
					{act.pending ? working : word}
				</Button>
			</Answers>
		</Dialog>
	);
}
