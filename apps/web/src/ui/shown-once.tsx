/**
 * A secret, shown this once. It lives in the component that asked for it, from the answer to the moment that one goes; it is
 * in no cache, no storage and no address. Whoever leaves without saying that they have it is asked once.
 */
import { type ReactNode, useState } from "react";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import { Answers, Dialog } from "./dialog.tsx";
import { Notice } from "./notice.tsx";

interface ShownOnceProps {
	title: string;
	/** Where it belongs, and that it is shown this once. */
	about: string;
	secret: string;
	/** What it is, in the middle of a sentence: `the credential`. */
	what: string;
	/** What whoever has it says, which closes the dialog. */
	done: string;
	/** Said to whoever leaves without. */
	leaving: string;
	/** What else there is to know of it. */
	children?: ReactNode;
	onClose(): void;
}

export function ShownOnce({ title, about, secret, what, done, leaving, children, onClose }: ShownOnceProps) {
	const [isLeaving, setLeaving] = useState(false);
	return (
		<Dialog
			title={title}
			about={<p className="mt-1 text-muted">{about}</p>}
			wide
			onClose={onClose}
			onLeave={() => (isLeaving ? onClose() : setLeaving(true))}
		>
			<div className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-md border border-edge bg-sunken px-3 py-2">
				<code className="min-w-0 flex-1 basis-60 break-all select-all">{secret}</code>
				<CopyButton text={secret} what={what} />
			</div>
			{children}
			{isLeaving && (
				<Notice tone="warn" role="alert">
					{leaving}
				</Notice>
			)}
			<Answers>
				<Button look="primary" onClick={onClose}>
					{done}
				</Button>
			</Answers>
		</Dialog>
	);
}
