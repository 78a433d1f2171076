/** Who has an account here and what they may do, who is invited, and what can be done about each. */
import { isAbove } from "@holdfast/contract";
import type { PersonView } from "@holdfast/contract/schemas";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useAccess, useMay, useMe } from "../session/me.ts";
import { Button } from "../ui/button.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Loading } from "../ui/loading.tsx";
import type { MenuAct } from "../ui/menu.tsx";
import { Page } from "../ui/page.tsx";
import { Said } from "../ui/said.tsx";
import { ResetTwoFactor, SignOut } from "./ask.tsx";
import { ChangeRole } from "./change-role.tsx";
import { Invite } from "./invite.tsx";
import { Links } from "./links.tsx";
import { usePeople } from "./people.ts";
import { PersonTable } from "./person-table.tsx";
import { Remove } from "./remove.tsx";
import { ResetLink } from "./reset-link.tsx";
import { hasFactors } from "./words.ts";

type PersonAct = "role" | "resetLink" | "resetTwoFactor" | "signOut" | "remove";
type Asking = { act: "invite" } | { act: PersonAct; person: PersonView };

export function PeopleScreen() {
	const mayManage = useMay("members.write");
	const [asking, setAsking] = useState<Asking | null>(null);
	const [said, setSaid] = useState<string | null>(null);
	if (!mayManage) {
		return (
			<Page title="People" about="Who has an account here, and what they may do.">
				<p>You may not manage people. Ask an owner of this instance for the role of an admin.</p>
			</Page>
		);
	}
	return (
		<Page
			title="People"
			about="Who has an account here, and what they may do."
			controls={
				<Button look="primary" icon={<Plus aria-hidden="true" />} onClick={() => setAsking({ act: "invite" })}>
					Invite
				</Button>
			}
		>
			<div className="space-y-4">
				<Said sentence={said} />
				<People onAsk={setAsking} />
				<Links onSaid={setSaid} />
			</div>
			{asking && <Asked asking={asking} onClose={() => setAsking(null)} onSaid={setSaid} />}
		</Page>
	);
}

function People({ onAsk }: { onAsk(asking: Asking): void }) {
	const me = useMe().user?.id;
	const access = useAccess();
	const { data: people, error, refetch } = usePeople();
	const actsOf = (person: PersonView): MenuAct[] => {
		if (!isAbove(access, person.role)) return [];
		const act = (label: string, of: PersonAct, more: Partial<MenuAct> = {}): MenuAct => {
			return { label, onSelect: () => onAsk({ act: of, person }), ...more };
		};
		const role = act("Change role", "role");
		// The rest is on the screen of one's own account.
		if (person.id === me) return [role];
		return [
			role,
			act("Password reset link", "resetLink"),
			...(hasFactors(person) ? [act("Reset second factors", "resetTwoFactor")] : []),
			...(person.sessions > 0 ? [act("Sign out everywhere", "signOut")] : []),
			act("Remove", "remove", { isDangerous: true }),
		];
	};
	return (
		<>
			{error && <LoadFailed error={error} onRetry={() => void refetch()} />}
			{people ? (
				<div className="relative rounded-lg border border-line bg-surface shadow-raised">
					<PersonTable people={people} actsOf={actsOf} />
				</div>
			) : (
				!error && <Loading rows={3} what="the people" />
			)}
		</>
	);
}

interface AskedProps {
	asking: Asking;
	onClose(): void;
	onSaid(sentence: string): void;
}

const DIALOGS = {
	role: ChangeRole,
	resetLink: ResetLink,
	resetTwoFactor: ResetTwoFactor,
	signOut: SignOut,
	remove: Remove,
};

function Asked({ asking, onClose, onSaid }: AskedProps) {
	if (asking.act === "invite") return <Invite onClose={onClose} />;
	const About = DIALOGS[asking.act];
	return <About person={asking.person} onClose={onClose} onSaid={onSaid} />;
}
