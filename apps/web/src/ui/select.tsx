/** A short list to choose from: the browser's own, which every keyboard and screen reader knows. */
import { ChevronDown } from "lucide-react";
import { type SelectHTMLAttributes, useId } from "react";

interface SelectProps extends SelectHTMLAttributes<HTMLSelectElement> {
	/** Read out; shown in front of the choice as well when `labelShown`. */
	label: string;
	labelShown?: boolean;
}

export function Select({ label, labelShown = false, children, ...rest }: SelectProps) {
	const id = useId();
	return (
		<div className="relative inline-flex h-8 min-w-0 items-center rounded-md border border-edge bg-surface shadow-raised transition-colors hover:border-faint has-focus-visible:border-ink has-focus-visible:outline-1 has-focus-visible:outline-ink">
			<label htmlFor={id} className={labelShown ? "pl-3 text-sm whitespace-nowrap text-muted" : "sr-only"}>
				{label}
			</label>
			<select
				id={id}
				className="field-sizing-content h-full w-full min-w-0 appearance-none truncate rounded-md bg-transparent pr-8 pl-2.5 font-medium outline-none [&>*]:bg-surface"
				{...rest}
			>
				{children}
			</select>
			<ChevronDown aria-hidden="true" className="pointer-events-none absolute right-2.5 size-3.5 text-faint" />
		</div>
	);
}
