/** A value as it may be shown, masked when secret, or the words for its absence. */
import type { Side } from "@holdfast/contract/schemas";

export function Value({ side }: { side: Side | null }) {
	if (side === null) return <span className="text-sm text-muted">no value</span>;
	if (side.shown === null) return <span className="text-sm text-muted">does not open</span>;
	if (side.shown === "") return <span className="text-sm text-muted">empty</span>;
	return <code className="text-sm break-all whitespace-pre-wrap">{side.shown}</code>;
}
