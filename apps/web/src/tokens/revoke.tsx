/** Ends a token for good, once it is said what stops with it. */
import type { TokenView } from "@holdfast/contract/schemas";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { relativeTime } from "../ui/relative-time.ts";
import { refreshTokens } from "./tokens.ts";
import { isOverlapping } from "./words.ts";

interface RevokeProps {
	token: TokenView;
	onClose(): void;
	onSaid(sentence: string): void;
}

export function Revoke({ token, onClose, onSaid }: RevokeProps) {
	const { id, label, lastUsedAt } = token;
	const revoke = useAct(() => client.tokens.revoke.mutate({ id }));
	return (
		<Dialog title={`Revoke ${label}?`} onClose={onClose}>
			<div className="space-y-2 text-muted">
				<p>
					Whatever uses it is refused from its next call on, and hears of no more changes. Values that a program holds
					already stay with it.
				</p>
				<p>
					{lastUsedAt === null ? "It was never used. " : `It was last used ${relativeTime(lastUsedAt, Date.now())}. `}
					{isOverlapping(token, Date.now()) && "The credential of before its rotation ends, too. "}
					This cannot be undone.
				</p>
			</div>
			{revoke.error !== null && <FailureNotice error={revoke.error} />}
			<Answers>
				<Button autoFocus onClick={onClose}>
					Keep it
				</Button>
				<Button
					look="danger"
					disabled={revoke.pending}
					onClick={async () => {
						const revoked = await revoke.run(undefined);
						await refreshTokens();
						if (!revoked) return;
						onSaid(`${label} is revoked. It is refused everywhere from now on.`);
						onClose();
					}}
				>
					{revoke.pending ? "Revoking…" : "Revoke"}
				</Button>
			</Answers>
		</Dialog>
	);
}
