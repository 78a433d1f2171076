/** Names and what they stand for, one to a line. */
import type { ReactNode } from "react";

export function Facts({ children }: { children: ReactNode }) {
	return <dl className="grid gap-y-2 px-4 py-3 sm:grid-cols-[9rem_minmax(0,1fr)] sm:gap-x-4">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
	return (
		<div className="sm:contents">
			<dt className="text-muted max-sm:text-sm">{name}</dt>
			<dd className="min-w-0 [overflow-wrap:anywhere]">{children}</dd>
		</div>
	);
}
