/** A link that was made, shown this once: for whom it is, and until when it works. */
import type { CreatedLink } from "@holdfast/contract/schemas";
import type { ReactNode } from "react";
import { dayOf } from "../ui/relative-time.ts";
import { ShownOnce } from "../ui/shown-once.tsx";
import { Time } from "../ui/time.tsx";

interface CreatedLinkViewProps {
	link: CreatedLink;
	title: string;
	/** What whoever opens it does there. */
	children: ReactNode;
	onClose(): void;
}

export function CreatedLinkView({ link: { url, email, expiresAt }, title, children, onClose }: CreatedLinkViewProps) {
	return (
		<ShownOnce
			title={title}
			about={`Send this link to ${email}, and to nobody else. It is shown this once.`}
			secret={url}
			what="the link"
			done="I have it"
			leaving="Once this closes, nobody can see the link again. Press Escape once more if you have it."
			onClose={onClose}
		>
			<div className="space-y-2 text-muted">
				<p>{children}</p>
				<p>
					It works once, until {dayOf(expiresAt)} (<Time at={expiresAt} ahead />
					).
				</p>
			</div>
		</ShownOnce>
	);
}
