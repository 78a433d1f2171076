/**
 * A question that must be answered first. The browser's own <dialog>: it keeps focus inside, closes on Escape and gives
 * focus back, without a scroll lock that would need an inline style sheet.
 */
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";

interface DialogProps {
	title: string;
	children: ReactNode;
	/** Where things are compared side by side. */
	wide?: boolean;
	/** Called on Escape and on a click beside the dialog. */
	onClose(): void;
}

export function Dialog({ title, children, wide = false, onClose }: DialogProps) {
	const ref = useRef<HTMLDialogElement>(null);
	const titleId = useId();
	// A layout effect: it closes the dialog while it is still in the document, which is what gives focus back.
	useLayoutEffect(() => {
		const dialog = ref.current;
		dialog?.showModal();
		return () => dialog?.close();
	}, []);
	return (
		// biome-ignore lint/a11y/useKeyWithClickEvents: Escape is handled by <dialog> itself through onCancel.
		<dialog
			ref={ref}
			aria-labelledby={titleId}
			onCancel={(event) => {
				event.preventDefault();
				onClose();
			}}
			onClick={(event) => {
				if (event.target === event.currentTarget) onClose();
			}}
			className={`m-auto rounded-lg border border-line bg-surface p-0 text-ink shadow-float ${wide ? "w-[min(46rem,calc(100vw-2rem))]" : "w-[min(28rem,calc(100vw-2rem))]"}`}
		>
			<div className="space-y-4 p-5">
				<h2 id={titleId} className="text-lg">
					{title}
				</h2>
				{children}
			</div>
		</dialog>
	);
}

/** The row of answers at a dialog's end; the safe one comes first and has focus. */
export function Answers({ children }: { children: ReactNode }) {
	return <div className="flex flex-wrap justify-end gap-2 pt-1">{children}</div>;
}
