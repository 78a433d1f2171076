/** The frame of the screens before the shell: the mark, a heading, one form. */
import type { ReactNode } from "react";
import { Mark } from "../shell/mark.tsx";
import { useTitle } from "../ui/page.tsx";

interface EntranceProps {
	title: string;
	about: ReactNode;
	children: ReactNode;
}

export function Entrance({ title, about, children }: EntranceProps) {
	useTitle(title);
	return (
		<main className="flex min-h-dvh flex-col items-center px-4 pt-[max(2.5rem,14vh)] pb-12">
			<div className="w-full max-w-sm">
				<Mark className="mb-6 size-9" />
				<h1 className="text-xl">{title}</h1>
				<p className="mt-1 mb-6 text-muted">{about}</p>
				{children}
			</div>
		</main>
	);
}
