/** A choice between two or three that are all in sight: radio buttons, so that arrow keys move between them. */
import { type ReactNode, useId } from "react";

interface SegmentedProps<T extends string> {
	/** What is chosen, read out. */
	label: string;
	options: ReadonlyArray<{ value: T; label: string; remark?: ReactNode }>;
	value: T;
	onChange(value: NoInfer<T>): void;
}

export function Segmented<T extends string>({ label, options, value, onChange }: SegmentedProps<T>) {
	const name = useId();
	return (
		<fieldset className="inline-flex rounded-md border border-line bg-sunken p-0.5">
			<legend className="sr-only">{label}</legend>
			{options.map((option) => (
				<label
					key={option.value}
					className="relative inline-flex h-6 cursor-pointer items-center gap-1.5 rounded-sm border border-transparent px-2 text-sm whitespace-nowrap text-muted transition-colors hover:text-ink has-checked:border-line has-checked:bg-surface has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-ink"
				>
					<input
						type="radio"
						name={name}
						checked={option.value === value}
						onChange={() => onChange(option.value)}
						className="absolute inset-0 cursor-pointer appearance-none rounded-sm outline-none"
					/>
					{option.label}
					{option.remark}
				</label>
			))}
		</fieldset>
	);
}
