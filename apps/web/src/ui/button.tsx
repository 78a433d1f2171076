/** Buttons. `primary` is the one act a screen is for and the only thing painted in the accent. */
import { type ButtonHTMLAttributes, type ReactNode, useLayoutEffect, useRef } from "react";

const LOOKS = {
	primary:
		"bg-accent text-on-accent enabled:hover:bg-accent-strong disabled:bg-sunken disabled:text-faint border border-transparent disabled:border-line",
	plain: "border border-edge bg-surface enabled:hover:bg-sunken disabled:text-faint disabled:border-line shadow-raised",
	quiet:
		"aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:border-line border border-transparent text-muted enabled:hover:bg-sunken enabled:hover:text-ink disabled:text-faint",
	danger:
		"border border-edge bg-surface text-bad enabled:hover:border-bad-line enabled:hover:bg-bad-wash disabled:text-faint shadow-raised",
} as const;

const SIZES = { normal: "h-8 px-3 gap-2", small: "h-7 px-2 gap-1.5 text-sm" } as const;

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
	look?: keyof typeof LOOKS;
	size?: keyof typeof SIZES;
	/** Shown before the words; decoration only. */
	icon?: ReactNode;
}

export function Button({ look = "plain", size = "normal", icon, className = "", children, ...rest }: ButtonProps) {
	const button = useKeptFocus(rest.disabled === true);
	return (
		<button
			ref={button}
			type="button"
			className={`inline-flex shrink-0 items-center justify-center rounded-md font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:shadow-none [&_svg]:size-4 [&_svg]:shrink-0 ${LOOKS[look]} ${SIZES[size]} ${className}`}
			{...rest}
		>
			{icon}
			{children}
		</button>
	);
}

/** A browser takes focus from a button that is disabled while it works. It has it back then, unless that went elsewhere. */
function useKeptFocus(disabled: boolean) {
	const button = useRef<HTMLButtonElement>(null);
	const had = useRef(false);
	useLayoutEffect(() => {
		if (disabled) {
			had.current = document.activeElement === button.current;
			return;
		}
		if (had.current && document.activeElement === document.body) button.current?.focus();
		had.current = false;
	}, [disabled]);
	return button;
}
