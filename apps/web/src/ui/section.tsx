/** One noun of a screen that has several: its name, its acts, and how it stands. */
import { type ReactNode, useId } from "react";

interface SectionProps {
	title: string;
	about?: ReactNode;
	controls?: ReactNode;
	children: ReactNode;
}

export function Section({ title, about, controls, children }: SectionProps) {
	const id = useId();
	return (
		<section aria-labelledby={id} className="rounded-lg border border-line bg-surface shadow-raised">
			<div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3">
				<div className="min-w-0">
					<h2 id={id}>{title}</h2>
					{about && <p className="text-sm text-muted">{about}</p>}
				</div>
				{controls && <div className="flex flex-wrap gap-2">{controls}</div>}
			</div>
			<div className="border-t border-line">{children}</div>
		</section>
	);
}
