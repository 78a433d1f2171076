/** Account: who one is here, what one signs in with, and where one is signed in. */
import type { ReactNode } from "react";
import { useMe } from "../session/me.ts";
import { Page } from "../ui/page.tsx";
import { Leave } from "./leave.tsx";
import { Passkeys } from "./passkeys.tsx";
import { Password } from "./password.tsx";
import { Provider } from "./provider.tsx";
import { Sessions } from "./sessions.tsx";
import { TwoFactor } from "./two-factor.tsx";

export function AccountScreen() {
	const { user, ways } = useMe();
	if (!user) return null;
	return (
		<Page title="Account" about="What you sign in with, and where you are signed in.">
			<div className="max-w-3xl space-y-6">
				<dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5 rounded-lg border border-line bg-surface px-4 py-3 shadow-raised">
					<Fact name="Name">{user.name}</Fact>
					<Fact name="Email">{user.email}</Fact>
					<Fact name="Role">
						<span className="capitalize">{user.role}</span>
					</Fact>
				</dl>
				<Password email={user.email} isSet={user.password} />
				<TwoFactor isOn={user.twoFactor} />
				<Passkeys />
				{ways.oidc !== null && <Provider name={ways.oidc} isConnected={user.oidc} />}
				<Sessions />
				<Leave user={user} />
			</div>
		</Page>
	);
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
	return (
		<>
			<dt className="text-muted">{name}</dt>
			<dd className="[overflow-wrap:anywhere]">{children}</dd>
		</>
	);
}
