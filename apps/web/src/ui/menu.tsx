/**
 * The acts with one row of a table, behind a button. Not modal and in no portal, as the menu of the person. An act begins
 * once the menu has given focus back to its button, so that a dialog it opens gives it back there as well.
 */
import { Ellipsis } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useRef } from "react";

export interface MenuAct {
	label: string;
	isDangerous?: boolean;
	onSelect(): void;
}

interface MenuProps {
	/** What the acts are with, read out. */
	label: string;
	acts: readonly MenuAct[];
}

export function Menu({ label, acts }: MenuProps) {
	const trigger = useRef<HTMLButtonElement>(null);
	const chosen = useRef<(() => void) | null>(null);
	return (
		<DropdownMenu.Root modal={false}>
			<DropdownMenu.Trigger
				ref={trigger}
				aria-label={label}
				className="grid size-8 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink data-[state=open]:bg-sunken"
			>
				<Ellipsis aria-hidden="true" className="size-4" />
			</DropdownMenu.Trigger>
			<DropdownMenu.Content
				align="end"
				sideOffset={4}
				collisionPadding={12}
				onCloseAutoFocus={(event) => {
					const begin = chosen.current;
					chosen.current = null;
					if (!begin) return;
					event.preventDefault();
					trigger.current?.focus();
					begin();
				}}
				className="z-30 min-w-52 rounded-lg border border-line bg-surface p-1 shadow-float"
			>
				{acts.map((act) => (
					<DropdownMenu.Item
						key={act.label}
						onSelect={() => {
							chosen.current = act.onSelect;
						}}
						className={`flex h-8 cursor-pointer items-center rounded-sm px-2 outline-none data-highlighted:bg-sunken ${act.isDangerous ? "text-bad" : ""}`}
					>
						{act.label}
					</DropdownMenu.Item>
				))}
			</DropdownMenu.Content>
		</DropdownMenu.Root>
	);
}
