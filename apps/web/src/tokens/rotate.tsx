/** Gives a token another credential, shown once, while the one before works on for as long as it takes to bring it over. */
import type { CreatedToken, TokenView } from "@holdfast/contract/schemas";
import { useState } from "react";
import { client } from "../trpc.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Select } from "../ui/select.tsx";
import { Time } from "../ui/time.tsx";
import { Credential } from "./credential.tsx";
import { refreshTokens } from "./tokens.ts";
import { isOverlapping, OVERLAP_USUAL, OVERLAPS } from "./words.ts";

interface RotateProps {
	token: TokenView;
	onClose(): void;
}

export function Rotate({ token, onClose }: RotateProps) {
	const [rotated, setRotated] = useState<CreatedToken | null>(null);
	if (!rotated) return <Ask token={token} onClose={onClose} onRotated={setRotated} />;
	const { label, previousUntil } = rotated;
	return (
		<Credential created={rotated} title={`${label} has a new credential`} onClose={onClose}>
			<p>
				{previousUntil === null ? (
					"The one before is refused from now on."
				) : (
					<>
						The one before works on and ends <Time at={previousUntil} ahead />.
					</>
				)}
			</p>
		</Credential>
	);
}

function Ask({ token, onClose, onRotated }: RotateProps & { onRotated(rotated: CreatedToken): void }) {
	const [overlap, setOverlap] = useState(OVERLAP_USUAL);
	const rotate = useAct(() => client.tokens.rotate.mutate({ id: token.id, overlap }));
	const submit = async () => {
		const rotated = await rotate.run(undefined);
		if (rotated) onRotated(rotated);
		await refreshTokens();
	};
	return (
		<Dialog title={`Rotate ${token.label}?`} onClose={onClose}>
			<form
				onSubmit={(event) => {
					event.preventDefault();
					void submit();
				}}
				className="space-y-4"
			>
				<div className="space-y-2 text-muted">
					<p>It gets a new credential, which you are shown once. What it may do, and when it expires, stays.</p>
					{isOverlapping(token, Date.now()) && (
						<p>It was rotated before, and the credential of before that ends at once, whatever you choose here.</p>
					)}
				</div>
				<div className="space-y-1.5">
					<Select
						label="Overlap"
						labelShown
						value={overlap}
						onChange={({ target }) => setOverlap(Number(target.value))}
					>
						{OVERLAPS.map(({ minutes, label }) => (
							<option key={minutes} value={minutes}>
								{label}
							</option>
						))}
					</Select>
					<p className="text-sm text-muted">
						{overlap === 0
							? "Whatever uses it is refused until it has the new one. Right for one that may have leaked."
							: "The present one works on for that long: time to bring the new one to whatever uses it."}
					</p>
				</div>
				{rotate.error !== null && <FailureNotice error={rotate.error} />}
				<Answers>
					<Button onClick={onClose}>Cancel</Button>
					<Button type="submit" look="primary" disabled={rotate.pending}>
						{rotate.pending ? "Rotating…" : "Rotate"}
					</Button>
				</Answers>
			</form>
		</Dialog>
	);
}
