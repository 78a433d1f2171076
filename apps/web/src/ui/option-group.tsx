/** A choice among a few, each with a line that says what it comes to where its title does not. Takes what `register` gives. */
import { type InputHTMLAttributes, type ReactNode, useId } from "react";

interface OptionGroupProps {
	title: string;
	about?: ReactNode;
	error?: string | undefined;
	children: ReactNode;
}

export function OptionGroup({ title, about, error, children }: OptionGroupProps) {
	const id = useId();
	const remark = error ?? about;
	return (
		<fieldset aria-describedby={remark ? id : undefined}>
			<legend className="font-medium">{title}</legend>
			{remark && (
				<p id={id} className={`text-sm ${error ? "text-bad" : "text-muted"}`}>
					{remark}
				</p>
			)}
			<div className="mt-2 space-y-2">{children}</div>
		</fieldset>
	);
}

interface OptionProps extends InputHTMLAttributes<HTMLInputElement> {
	type: "radio" | "checkbox";
	title: string;
	/** What it comes to. */
	children?: ReactNode;
}

export function Option({ title, children, ...input }: OptionProps) {
	const id = useId();
	return (
		<div className="flex items-start gap-2.5">
			<input
				id={id}
				aria-describedby={children ? `${id}-about` : undefined}
				className="mt-0.5 size-4 shrink-0 accent-ink"
				{...input}
			/>
			<div className="min-w-0">
				<label htmlFor={id} className="block">
					{title}
				</label>
				{children && (
					<p id={`${id}-about`} className="text-sm text-muted">
						{children}
					</p>
				)}
			</div>
		</div>
	);
}
