/**
 * A text field that offers values but takes any: the ARIA 1.2 editable combobox with a list.
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
import { ChevronDown } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

interface Option {
	value: string;
	label: string;
}

interface ComboboxProps {
	id?: string;
	label?: string;
	value: string;
	onChange(value: string): void;
	options: readonly Option[];
	/** A remark under the options: where they come from, or that they are on their way. */
	note: string;
	placeholder?: string;
	disabled?: boolean;
	/** Called when the list is first wanted, so that it can be loaded then. */
	onOpen?(): void;
	describedBy?: string;
}

export function Combobox(props: ComboboxProps) {
	const { id, label, value, note, placeholder, disabled, describedBy } = props;
	const listId = useId();
	const list = useOptions(props);
	const active = list.open && list.active >= 0 ? `${listId}-${list.active}` : undefined;
	return (
		<div className="relative min-w-0 flex-1">
			<input
				id={id}
				role="combobox"
				aria-label={label}
				aria-expanded={list.open}
				aria-controls={listId}
				aria-autocomplete="list"
				aria-activedescendant={active}
				aria-describedby={describedBy}
				autoComplete="off"
				spellCheck={false}
				disabled={disabled}
				placeholder={placeholder}
				value={value}
				onChange={(event) => list.type(event.target.value)}
				onClick={list.show}
				onBlur={list.hide}
				onKeyDown={list.onKeyDown}
				className="input pr-8 font-mono text-sm"
			/>
			<ChevronDown
				aria-hidden="true"
				className="pointer-events-none absolute top-1/2 right-2.5 size-3.5 -translate-y-1/2 text-faint"
			/>
			{list.open && (
				<Options {...{ listId, note, value }} options={list.options} active={list.active} onChoose={list.choose} />
			)}
		</div>
	);
}

/** Whether the list is shown, which options it has, and which of them the arrow keys are at (-1: none). */
function useOptions({ value, onChange, options: all, onOpen }: ComboboxProps) {
	const [open, setOpen] = useState(false);
	const [active, setActive] = useState(-1);
	const [typed, setTyped] = useState(false);
	const options = typed ? matching(all, value) : all;
	const show = () => {
		if (open) return;
		setOpen(true);
		setActive(-1);
		setTyped(false);
		onOpen?.();
	};
	const hide = () => setOpen(false);
	const choose = (option: Option) => {
		onChange(option.value);
		hide();
	};
	const type = (text: string) => {
		onChange(text);
		show();
		setTyped(true);
		setActive(-1);
	};
	const onKeyDown = (event: KeyboardEvent) => {
		const chosen = options[active];
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			show();
			const next = active + (event.key === "ArrowDown" ? 1 : -1);
			if (open) setActive(Math.max(0, Math.min(options.length - 1, next)));
		} else if (event.key === "Enter" && open && chosen) {
			event.preventDefault();
			choose(chosen);
		} else if (event.key === "Escape" && open) {
			event.preventDefault();
			hide();
		}
	};
	return { open, active, options, show, hide, choose, type, onKeyDown };
}

interface OptionsProps {
	listId: string;
	options: readonly Option[];
	active: number;
	note: string;
	value: string;
	onChoose(option: Option): void;
}

function Options({ listId, options, active, note, value, onChoose }: OptionsProps) {
	const list = useRef<HTMLDivElement>(null);
	useEffect(() => {
		list.current?.children[active]?.scrollIntoView({ block: "nearest" });
	}, [active]);
	return (
		<div className="absolute top-full left-0 z-30 mt-1 w-full min-w-56 overflow-hidden rounded-md border border-line bg-surface shadow-float">
			<div
				ref={list}
				id={listId}
				role="listbox"
				aria-label="Models"
				className="max-h-64 overflow-y-auto p-1 empty:hidden"
			>
				{options.map((option, index) => (
					// biome-ignore lint/a11y/useFocusableInteractive: focus stays in the field, which names the active option.
					// biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the field.
					<div
						key={option.value}
						id={`${listId}-${index}`}
						role="option"
						aria-selected={option.value === value}
						onPointerDown={(event) => event.preventDefault()}
						onClick={() => onChoose(option)}
						className={`flex cursor-pointer items-baseline justify-between gap-3 rounded-sm px-2 py-1.5 hover:bg-sunken ${index === active ? "bg-sunken" : ""}`}
					>
						<span className="min-w-0 truncate font-mono text-sm">{option.value}</span>
						{option.label !== option.value && <span className="truncate text-xs text-muted">{option.label}</span>}
					</div>
				))}
			</div>
			<p className="border-t border-line px-3 py-2 text-xs text-muted">{note}</p>
		</div>
	);
}

function matching(options: readonly Option[], text: string): readonly Option[] {
	const wanted = text.trim().toLowerCase();
	return options.filter(({ value, label }) => `${value} ${label}`.toLowerCase().includes(wanted));
}
