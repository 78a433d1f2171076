/** Service tokens: the credentials of programs, those that work and those that ended. */
import { mayWithin } from "@holdfast/contract";
import type { TokenView } from "@holdfast/contract/schemas";
import { ChevronRight, Plus } from "lucide-react";
import { useState } from "react";
import { useAccess, useMay } from "../session/me.ts";
import { Button } from "../ui/button.tsx";
import { LoadFailed } from "../ui/load-failed.tsx";
import { Loading } from "../ui/loading.tsx";
import { Page } from "../ui/page.tsx";
import { Said } from "../ui/said.tsx";
import { Create } from "./create.tsx";
import { Revoke } from "./revoke.tsx";
import { Rotate } from "./rotate.tsx";
import { TokenTable } from "./token-table.tsx";
import { useTokens } from "./tokens.ts";
import { isEnded } from "./words.ts";

type Asking = { act: "create" } | { act: "rotate" | "revoke"; token: TokenView };

export function TokensScreen() {
	const mayManage = useMay("tokens.write");
	const { data: tokens, error, refetch, dataUpdatedAt } = useTokens();
	const [asking, setAsking] = useState<Asking | null>(null);
	const [said, setSaid] = useState<string | null>(null);
	const close = () => setAsking(null);
	if (!mayManage) {
		return (
			<Page title="Tokens" about="Credentials for programs, which sign in with no password.">
				<p>You may not manage service tokens. Ask an owner of this instance for the role of an admin.</p>
			</Page>
		);
	}
	return (
		<Page
			title="Tokens"
			about="Credentials for programs: applications, and the command line on other machines."
			controls={
				<Button look="primary" icon={<Plus aria-hidden="true" />} onClick={() => setAsking({ act: "create" })}>
					New token
				</Button>
			}
		>
			<div className="space-y-4">
				<Said sentence={said} />
				{error && <LoadFailed error={error} onRetry={() => void refetch()} />}
				{tokens ? (
					<Tokens tokens={tokens} now={dataUpdatedAt} onAsk={setAsking} />
				) : (
					!error && <Loading rows={4} what="the tokens" />
				)}
			</div>
			{asking?.act === "create" && <Create onClose={close} />}
			{asking?.act === "rotate" && <Rotate token={asking.token} onClose={close} />}
			{asking?.act === "revoke" && <Revoke token={asking.token} onClose={close} onSaid={setSaid} />}
		</Page>
	);
}

interface TokensProps {
	tokens: readonly TokenView[];
	now: number;
	onAsk(asking: Asking): void;
}

function Tokens({ tokens, now, onAsk }: TokensProps) {
	const access = useAccess();
	const live = tokens.filter((token) => !isEnded(token, now));
	const ended = tokens.filter((token) => isEnded(token, now));
	const mayRotate = ({ permissions, environments }: TokenView) =>
		permissions.every((each) => mayWithin(access, each, environments));
	return (
		<>
			{live.length === 0 ? (
				<None />
			) : (
				<div className="relative overflow-hidden rounded-lg border border-line bg-surface shadow-raised">
					<TokenTable
						tokens={live}
						now={now}
						actsOf={(token) => ({
							onRotate: mayRotate(token) ? () => onAsk({ act: "rotate", token }) : null,
							onRevoke: () => onAsk({ act: "revoke", token }),
						})}
					/>
				</div>
			)}
			{ended.length > 0 && (
				<details className="group relative overflow-hidden rounded-lg border border-line bg-surface">
					<summary className="flex list-none items-center gap-1 px-4 py-3 text-sm font-medium text-muted hover:text-ink [&::-webkit-details-marker]:hidden">
						<ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
						{ended.length} ended
					</summary>
					<div className="border-t border-line">
						<TokenTable tokens={ended} now={now} actsOf={null} />
					</div>
				</details>
			)}
		</>
	);
}

function None() {
	return (
		<div className="space-y-2 rounded-lg border border-dashed border-edge px-5 py-8 text-muted">
			<p className="font-medium text-ink">No token works here.</p>
			<p className="max-w-prose">
				A program on another machine needs one to read settings from this server: an application that starts there, a
				build, or the command line. It works only in the environments you choose and for what you allow, until it
				expires or you revoke it. Programs on this machine that can read the data folder need none.
			</p>
		</div>
	);
}
