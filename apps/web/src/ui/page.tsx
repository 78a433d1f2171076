/** The frame of a screen inside the shell: its heading, what it is in one line, and its controls. */
import { type ReactNode, useEffect } from "react";

interface PageProps {
	title: string;
	about: ReactNode;
	controls?: ReactNode;
	children: ReactNode;
}

export function Page({ title, about, controls, children }: PageProps) {
	useTitle(title);
	return (
		<div className="mx-auto w-full max-w-5xl px-4 pt-6 pb-16 sm:px-6 lg:px-10 lg:pt-10">
			<header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
				<div className="min-w-0 space-y-1">
					<h1 className="text-xl">{title}</h1>
					<p className="text-muted">{about}</p>
				</div>
				{controls && <div className="flex flex-wrap items-center gap-2 max-sm:w-full">{controls}</div>}
			</header>
			{children}
		</div>
	);
}

/** Names the browser's tab after the screen. */
export function useTitle(title: string): void {
	useEffect(() => {
		document.title = `${title} · Holdfast`;
	}, [title]);
}
