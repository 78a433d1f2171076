/**
 * A question that must be answered first. The browser's own <dialog>: it keeps focus inside, closes on Escape and gives
 * focus back, without a scroll lock that would need an inline style sheet.
 */
import { X } from "lucide-react";
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { Button } from "./button.tsx";

interface DialogProps {
	title: string;
	children: ReactNode;
	/** What it is about, beneath the title. */
	about?: ReactNode;
	/** Where things are compared side by side. */
	wide?: boolean;
	/** At the side of the screen and as tall, with a button that closes it: for what is looked through. */
	drawer?: boolean;
	/** Called on Escape and on a click beside the dialog. */
	onClose(): void;
	/** Called in its place then, by what asks first. A browser that closes the dialog all the same still calls `onClose`. */
	onLeave?(): void;
}

const PLACES = {
	narrow: "m-auto w-[min(28rem,calc(100vw-2rem))] rounded-lg border",
	wide: "m-auto w-[min(46rem,calc(100vw-2rem))] rounded-lg border",
	drawer: "m-0 ml-auto h-dvh max-h-none w-[min(30rem,100vw)] max-w-none border-l",
} as const;

export function Dialog({
	title,
	about,
	children,
	wide = false,
	drawer = false,
	onClose,
	onLeave = onClose,
}: DialogProps) {
	const ref = useRef<HTMLDialogElement>(null);
	const titleId = useId();
	// A layout effect: it closes the dialog while it is still in the document, which is what gives focus back.
	useLayoutEffect(() => {
		const dialog = ref.current;
		dialog?.showModal();
		return () => {
			// One that stands on this one gives focus back first, or it would end where nothing is shown any more.
			for (const inner of dialog?.querySelectorAll("dialog") ?? []) inner.close();
			dialog?.close();
		};
	}, []);
	return (
		// biome-ignore lint/a11y/useKeyWithClickEvents: Escape is handled by <dialog> itself through onCancel.
		<dialog
			ref={ref}
			aria-labelledby={titleId}
			onCancel={(event) => {
				// React lets it rise from a dialog inside this one.
				if (event.target !== event.currentTarget) return;
				event.preventDefault();
				onLeave();
			}}
			onClose={({ target, currentTarget }) => {
				// Not for the one that goes with this component.
				if (target === currentTarget && currentTarget.isConnected) onClose();
			}}
			onClick={(event) => {
				if (event.target === event.currentTarget) onLeave();
			}}
			className={`border-line bg-surface p-0 text-ink shadow-float ${PLACES[drawer ? "drawer" : wide ? "wide" : "narrow"]}`}
		>
			<div className="space-y-4 p-5">
				<div className="flex items-start justify-between gap-3">
					<div className="min-w-0">
						<h2 id={titleId} className="text-lg">
							{title}
						</h2>
						{about}
					</div>
					{drawer && (
						<Button look="quiet" size="small" aria-label="Close" icon={<X aria-hidden="true" />} onClick={onClose} />
					)}
				</div>
				{children}
			</div>
		</dialog>
	);
}

/** The row of answers at a dialog's end; the safe one comes first and has focus. */
export function Answers({ children }: { children: ReactNode }) {
	return <div className="flex flex-wrap justify-end gap-2 pt-1">{children}</div>;
}
