/** Makes a link with which someone sets a new password. It is shown once. */
import type { CreatedLink, PersonView } from "@holdfast/contract/schemas";
import { useState } from "react";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { CreatedLinkView } from "./created-link.tsx";
import { refreshPeople } from "./people.ts";
import { hasFactors } from "./words.ts";

export function ResetLink({ person, onClose }: { person: PersonView; onClose(): void }) {
	const [created, setCreated] = useState<CreatedLink | null>(null);
	const make = useAct(() => client.people.resetLink.mutate({ id: person.id }));
	if (created) {
		return (
			<CreatedLinkView link={created} title={`A reset link for ${person.name}`} onClose={onClose}>
				Whoever opens it sets the password of this account, which signs it out everywhere.
			</CreatedLinkView>
		);
	}
	return (
		<Dialog title={`Reset the password of ${person.name}?`} onClose={onClose}>
			<div className="space-y-2 text-muted">
				<p>
					You get a link, with which they choose a new password. Until then nothing changes for them; an earlier link of
					theirs ends.
				</p>
				{hasFactors(person) && <p>Their codes and passkeys stay as they are.</p>}
				<p>Be sure that it is {person.name} who asks: the link opens their account.</p>
			</div>
			{make.error !== null && <FailureNotice error={make.error} />}
			<Answers>
				<Button onClick={onClose}>Cancel</Button>
				<Button
					look="primary"
					disabled={make.pending}
					onClick={async () => {
						const link = await make.run(undefined);
						if (!link) return;
						setCreated(link);
						await refreshPeople();
					}}
				>
					{make.pending ? "Making…" : "Make a link"}
				</Button>
			</Answers>
		</Dialog>
	);
}
