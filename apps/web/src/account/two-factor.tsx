/** The second factor: a code from an authenticator app beside the password. */
import { useState } from "react";
import { disableTwoFactor, enableTwoFactor, newRecoveryCodes, type SetUp as Started } from "../session/auth.ts";
import { useAct } from "../ui/act.ts";
import { Button } from "../ui/button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { Said } from "../ui/said.tsx";
import { Section } from "../ui/section.tsx";
import { Status } from "../ui/status.tsx";
import { refreshOwn } from "./own.ts";
import { RecoveryCodes } from "./recovery-codes.tsx";
import { SetUp } from "./set-up.tsx";

type Asking =
	| { act: "setUp"; started: Started }
	| { act: "codes"; title: string; codes: readonly string[]; said: string }
	| { act: "off" };

const ABOUT = "A code from an app on your phone, asked for after your password.";

export function TwoFactor({ isOn }: { isOn: boolean }) {
	const [asking, setAsking] = useState<Asking | null>(null);
	const [said, setSaid] = useState<string | null>(null);
	const close = () => setAsking(null);
	const setUp = useAct(async () => setAsking({ act: "setUp", started: await enableTwoFactor() }));
	const renew = useAct(async () => {
		const codes = await newRecoveryCodes();
		setAsking({ act: "codes", title: "New recovery codes", codes, said: "The recovery codes from before are void." });
	});
	const pending = setUp.pending || renew.pending;
	const error = setUp.error ?? renew.error;
	const begin = (act: typeof setUp) => {
		setSaid(null);
		setUp.clear();
		renew.clear();
		void act.run(undefined);
	};
	return (
		<Section
			title="Two-factor sign-in"
			about={ABOUT}
			controls={isOn ? <Status tone="ok">On</Status> : <Status tone="none">Off</Status>}
		>
			<div className="space-y-3 px-4 py-4">
				<div className="flex flex-wrap gap-2">
					{isOn ? (
						<>
							<Button disabled={pending} onClick={() => begin(renew)}>
								New recovery codes
							</Button>
							<Button look="danger" disabled={pending} onClick={() => setAsking({ act: "off" })}>
								Turn off
							</Button>
						</>
					) : (
						<Button disabled={pending} onClick={() => begin(setUp)}>
							{pending ? "Preparing…" : "Set up"}
						</Button>
					)}
				</div>
				{said !== null && <Said sentence={said} />}
				{error !== null && <FailureNotice error={error} />}
			</div>
			{asking?.act === "setUp" && (
				<SetUp
					started={asking.started}
					onClose={close}
					onConfirmed={() => {
						const { recoveryCodes: codes } = asking.started;
						setAsking({
							act: "codes",
							title: "Keep your recovery codes",
							codes,
							said: "Signing in asks for a code now.",
						});
						void refreshOwn();
					}}
				/>
			)}
			{asking?.act === "codes" && (
				<RecoveryCodes
					title={asking.title}
					codes={asking.codes}
					onClose={() => {
						setSaid(asking.said);
						close();
					}}
				/>
			)}
			{asking?.act === "off" && <TurnOff onClose={close} onSaid={setSaid} />}
		</Section>
	);
}

function TurnOff({ onClose, onSaid }: { onClose(): void; onSaid(sentence: string): void }) {
	const turnOff = useAct(disableTwoFactor);
	return (
		<Dialog title="Turn off two-factor sign-in?" onClose={onClose}>
			<p className="text-muted">
				Your password alone signs you in then. The recovery codes are void, and so is what your authenticator shows.
			</p>
			{turnOff.error !== null && <FailureNotice error={turnOff.error} />}
			<Answers>
				<Button autoFocus onClick={onClose}>
					Keep it
				</Button>
				<Button
					look="danger"
					disabled={turnOff.pending}
					onClick={async () => {
						const done = await turnOff.run(undefined);
						if (!done) return;
						await refreshOwn();
						onSaid("Two-factor sign-in is off.");
						onClose();
					}}
				>
					{turnOff.pending ? "Turning off…" : "Turn off"}
				</Button>
			</Answers>
		</Dialog>
	);
}
