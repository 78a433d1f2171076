/** The frame of the screens before the shell: the mark, a heading, one form. */
import { type FormEvent, type ReactNode, useEffect, useRef } from "react";
import { Mark } from "../shell/mark.tsx";
import { Button } from "../ui/button.tsx";
import { FailureNotice } from "../ui/notice.tsx";
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

interface EntranceFormProps {
	onSubmit(event: FormEvent): void;
	/** Why the last try was refused; `null` when it was not. */
	error: unknown;
	/** What the button says, and what it says meanwhile. */
	word: string;
	working: string;
	pending: boolean;
	children: ReactNode;
}

/** The one form of such a screen: its fields, why it was refused, and its button. */
export function EntranceForm({ onSubmit, error, word, working, pending, children }: EntranceFormProps) {
	return (
		<form onSubmit={onSubmit} noValidate className="space-y-4">
			{children}
			{error !== null && <FailureNotice error={error} />}
			<Button type="submit" look="primary" disabled={pending} className="h-9 w-full">
				{pending ? working : word}
			</Button>
		</form>
	);
}
