/** A labelled line of typed text with its hint, or its error in the hint's place. Takes what `register` gives. */
import { type InputHTMLAttributes, type ReactNode, useId } from "react";

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
	label: string;
	hint?: ReactNode;
	error?: string | undefined;
	mono?: boolean;
}

export function Field({ label, hint, error, mono = false, ...input }: FieldProps) {
	const id = useId();
	const remark = error ?? hint;
	return (
		<div className="space-y-1.5">
			<label htmlFor={id} className="block font-medium">
				{label}
			</label>
			<input
				id={id}
				aria-invalid={error ? true : undefined}
				aria-describedby={remark ? `${id}-remark` : undefined}
				className={`input ${mono ? "font-mono" : ""}`}
				{...input}
			/>
			{remark && (
				<p id={`${id}-remark`} className={`text-sm ${error ? "text-bad" : "text-muted"}`}>
					{remark}
				</p>
			)}
		</div>
	);
}
