/** On another screen: that the file of an environment waits, why, and where to go on. Nothing while it does not. */
import type { MirrorView } from "@holdfast/contract/schemas";
import { Notice } from "../ui/notice.tsx";
import { DriftLink } from "./drift-link.tsx";
import { useMirrors } from "./mirrors.ts";
import { isOpen } from "./standing.ts";

export function FileNotice({ environment }: { environment: string }) {
	const view = useMirrors().data?.find((mirror) => mirror.environment === environment);
	if (!view || !isOpen(view.status)) return null;
	return (
		<div className="mb-6">
			<Notice tone="warn">
				{sentence(view)} <DriftLink />
			</Notice>
		</div>
	);
}

function sentence({ status, target, names, reason }: MirrorView): string {
	if (status === "pending" && reason !== null) return reason;
	const listed = new Intl.ListFormat("en").format(names);
	return `${listed} in ${target} ${names.length === 1 ? "is" : "are"} not as Holdfast wrote ${names.length === 1 ? "it" : "them"}.`;
}
