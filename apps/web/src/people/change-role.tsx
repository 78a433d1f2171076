/** Gives someone another role, or makes it less in some environments. */
import type { PersonView } from "@holdfast/contract/schemas";
import { useState } from "react";
import { useMe } from "../session/me.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { refreshPeople } from "./people.ts";
import { choiceOf, narrowedOf } from "./role-choice.ts";
import { RoleFields, WithEnvironments } from "./role-fields.tsx";
import { endedTokens, roleInWords } from "./words.ts";

interface ChangeRoleProps {
	person: PersonView;
	onClose(): void;
	onSaid(sentence: string): void;
}

export function ChangeRole(props: ChangeRoleProps) {
	return (
		<Dialog title={`Role of ${props.person.name}`} onClose={props.onClose}>
			<WithEnvironments>{(environments) => <Ask environments={environments} {...props} />}</WithEnvironments>
		</Dialog>
	);
}

function Ask({ person, environments, onClose, onSaid }: ChangeRoleProps & { environments: readonly string[] }) {
	const isMe = useMe().user?.id === person.id;
	const [choice, setChoice] = useState(() => choiceOf(person.role, person.narrowed, environments));
	const narrowed = narrowedOf(choice, environments);
	const wanted = roleInWords(choice.role, narrowed);
	const change = useAct(() => client.people.update.mutate({ id: person.id, role: choice.role, narrowed }));
	const submit = async () => {
		const updated = await change.run(undefined);
		if (!updated) return;
		await refreshPeople();
		onSaid(
			`The role of ${person.name} is changed: ${roleInWords(updated.role, updated.narrowed)}.${endedTokens(updated.tokens)}`,
		);
		onClose();
	};
	return (
		<form
			onSubmit={(event) => {
				event.preventDefault();
				void submit();
			}}
			className="space-y-5"
		>
			<RoleFields choice={choice} environments={environments} onChange={setChoice} />
			<p className="text-muted">
				It counts from {isMe ? "your" : "their"} next request on. Tokens that {isMe ? "you" : "they"} made and that may
				do more end with it.
			</p>
			{change.error !== null && <FailureNotice error={change.error} />}
			<Answers>
				<Button onClick={onClose}>Cancel</Button>
				<Button
					type="submit"
					look="primary"
					disabled={change.pending || wanted === roleInWords(person.role, person.narrowed)}
				>
					{change.pending ? "Changing…" : "Change"}
				</Button>
			</Answers>
		</form>
	);
}
