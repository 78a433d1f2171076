/** The codes for when the authenticator is lost, shown this once: in this component alone, in no cache and no storage. */
import { Download } from "lucide-react";
import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Answers, Dialog } from "../ui/dialog.tsx";
import { Notice } from "../ui/notice.tsx";
import { Option } from "../ui/option-group.tsx";

interface RecoveryCodesProps {
	title: string;
	codes: readonly string[];
	onClose(): void;
}

export function RecoveryCodes({ title, codes, onClose }: RecoveryCodesProps) {
	const [kept, setKept] = useState(false);
	const [leaving, setLeaving] = useState(false);
	return (
		<Dialog
			title={title}
			about={
				<p className="mt-1 text-muted">
					Each of these signs you in once when your authenticator is lost. Keep them where it is not. They are shown
					this once.
				</p>
			}
			onClose={onClose}
			onLeave={() => (kept || leaving ? onClose() : setLeaving(true))}
		>
			<ol
				aria-label="Recovery codes"
				className="grid gap-x-4 gap-y-1 rounded-md border border-edge bg-sunken px-3 py-2 font-mono sm:grid-cols-2"
			>
				{codes.map((code) => (
					<li key={code} className="break-all select-all">
						{code}
					</li>
				))}
			</ol>
			<div className="flex flex-wrap items-center gap-2">
				<CopyButton text={codes.join("\n")} what="the recovery codes" />
				<Button icon={<Download aria-hidden="true" />} onClick={() => download(codes)}>
					Download
				</Button>
			</div>
			<Option
				type="checkbox"
				title="I have kept them"
				checked={kept}
				onChange={(event) => setKept(event.target.checked)}
			/>
			{leaving && !kept && (
				<Notice tone="warn" role="alert">
					Once this closes, nobody can see the codes again. Press Escape once more if you have kept them.
				</Notice>
			)}
			<Answers>
				<Button look="primary" disabled={!kept} onClick={onClose}>
					Done
				</Button>
			</Answers>
		</Dialog>
	);
}

function download(codes: readonly string[]): void {
	const lines = [`Recovery codes for Holdfast at ${window.location.host}, each for one use`, "", ...codes, ""];
	const address = URL.createObjectURL(new Blob([lines.join("\n")], { type: "text/plain" }));
	const link = document.createElement("a");
	link.href = address;
	link.download = "holdfast-recovery-codes.txt";
	link.click();
	URL.revokeObjectURL(address);
}
