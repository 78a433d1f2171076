/** The frame of the screens before the shell: the mark, a heading, one form. */
import { type ReactNode, useEffect, useRef } from "react";
import { Mark } from "../shell/mark.tsx";
import { useTitle } from "../ui/page.tsx";

interface EntranceProps {
	title: string;
	about: ReactNode;
	/** For what is more than a few fields. */
	wide?: boolean;
	children: ReactNode;
}

export function Entrance({ title, about, wide = false, children }: EntranceProps) {
	const heading = useRef<HTMLHeadingElement>(null);
	useTitle(title);
	useEffect(() => {
		// What had focus went with the screen before. A form that has put it into a field keeps it there.
		if (document.activeElement === document.body) heading.current?.focus();
	}, []);
	return (
		<main className="flex min-h-dvh flex-col items-center px-4 pt-[max(2.5rem,14vh)] pb-12">
			<div className={`w-full ${wide ? "max-w-lg" : "max-w-sm"}`}>
				<Mark className="mb-6 size-9" />
				<h1 ref={heading} tabIndex={-1} className="text-xl outline-none">
					{title}
				</h1>
				<p className="mt-1 mb-6 text-muted">{about}</p>
				{children}
			</div>
		</main>
	);
}
