/** The OpenID Connect provider, as a further way to sign in: connected to this account, or not. */
import { useState } from "react";
import { connectAddress } from "../session/auth.ts";
import { useBroughtBack } from "../session/brought-back.ts";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Said } from "../ui/said.tsx";
import { Section } from "../ui/section.tsx";
import { Status } from "../ui/status.tsx";
import { refreshOwn } from "./own.ts";

interface ProviderProps {
	/** As people call it. */
	name: string;
	isConnected: boolean;
}

export function Provider({ name, isConnected }: ProviderProps) {
	const [said, setSaid] = useState<string | null>(null);
	const broughtBack = useBroughtBack();
	const connect = useAct(async () => window.location.assign(await connectAddress()));
	const disconnect = useAct(async () => {
		await client.session.disconnect.mutate();
		await refreshOwn();
		setSaid(`${name} signs you in no more.`);
	});
	const error = disconnect.error ?? connect.error ?? broughtBack;
	const act = isConnected ? disconnect : connect;
	return (
		<Section
			title={name}
			about="Sign in with the account that you have there. It asks for no code here."
			controls={isConnected ? <Status tone="ok">Connected</Status> : <Status tone="none">Not connected</Status>}
		>
			<div className="space-y-3 px-4 py-4">
				<Button
					look={isConnected ? "danger" : "plain"}
					disabled={act.pending}
					onClick={() => {
						setSaid(null);
						connect.clear();
						disconnect.clear();
						void act.run(undefined);
					}}
				>
					{isConnected ? "Disconnect" : "Connect"}
				</Button>
				{said !== null && <Said sentence={said} />}
				{error !== null && <FailureNotice error={error} />}
			</div>
		</Section>
	);
}
