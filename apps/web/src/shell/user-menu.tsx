/**
 * Whose session this is, the theme, and the way out. Not modal: a modal menu locks
 * scrolling with an inline style sheet. Not in a portal: it stays inside the header, a landmark.
 */
import { Link } from "@tanstack/react-router";
import { Check, ChevronsUpDown, CircleUserRound, LogOut } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { signOut } from "../session/auth.ts";
import { useMe } from "../session/me.ts";
import { chooseTheme, chosenTheme, THEMES, type Theme } from "./theme.ts";

const WORDS: Record<Theme, string> = { light: "Light", dark: "Dark", system: "As the system" };
const ITEM =
	"flex h-8 cursor-pointer items-center gap-2 rounded-sm px-2 outline-none data-highlighted:bg-sunken [&_svg]:size-4";

export function UserMenu() {
	const { user } = useMe();
	if (!user) return null;
	return (
		<DropdownMenu.Root modal={false}>
			<DropdownMenu.Trigger className="flex min-w-0 items-center gap-2.5 rounded-md p-1.5 text-left hover:bg-sunken data-[state=open]:bg-sunken lg:w-full lg:px-2">
				<span
					aria-hidden="true"
					className="grid size-7 shrink-0 place-items-center rounded-full border border-line bg-surface text-xs font-semibold text-muted"
				>
					{user.name.slice(0, 1).toUpperCase()}
				</span>
				<span className="min-w-0 flex-1 truncate text-sm font-medium max-lg:sr-only">
					<span className="sr-only">Account and theme of </span>
					{user.name}
				</span>
				<ChevronsUpDown aria-hidden="true" className="hidden size-3.5 text-faint lg:block" />
			</DropdownMenu.Trigger>
			<DropdownMenu.Content
				align="end"
				sideOffset={6}
				collisionPadding={12}
				className="z-40 w-60 rounded-lg border border-line bg-surface p-1 shadow-float"
			>
				<div className="px-2 py-2">
					<p className="truncate font-medium">{user.name}</p>
					<p className="truncate text-sm text-muted">{user.email}</p>
					<p className="text-sm text-muted capitalize">{user.role}</p>
				</div>
				<Separator />
				<DropdownMenu.Item className={ITEM} asChild>
					<Link to="/account">
						<CircleUserRound aria-hidden="true" className="text-muted" />
						Account
					</Link>
				</DropdownMenu.Item>
				<Separator />
				<ThemeChoice />
				<Separator />
				<DropdownMenu.Item className={ITEM} onSelect={() => void leave()}>
					<LogOut aria-hidden="true" className="text-muted" />
					Sign out
				</DropdownMenu.Item>
			</DropdownMenu.Content>
		</DropdownMenu.Root>
	);
}

function ThemeChoice() {
	const [theme, setTheme] = useState(chosenTheme);
	const choose = (next: Theme) => {
		chooseTheme(next);
		setTheme(next);
	};
	return (
		<DropdownMenu.RadioGroup value={theme}>
			<DropdownMenu.Label className="px-2 pt-1.5 pb-1 text-xs text-muted">Theme</DropdownMenu.Label>
			{THEMES.map((name) => (
				<DropdownMenu.RadioItem
					key={name}
					value={name}
					className={`${ITEM} justify-between`}
					onSelect={(event) => {
						event.preventDefault();
						choose(name);
					}}
				>
					{WORDS[name]}
					<DropdownMenu.ItemIndicator>
						<Check aria-hidden="true" />
					</DropdownMenu.ItemIndicator>
				</DropdownMenu.RadioItem>
			))}
		</DropdownMenu.RadioGroup>
	);
}

function Separator() {
	return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}

/** Loads the sign-in screen afresh, so that nothing of this session stays in the page's memory. */
async function leave(): Promise<void> {
	try {
		await signOut();
		window.location.assign("/sign-in");
	} catch {
		// The page shows by itself what is wrong: that there is no server, or no session.
		window.location.reload();
	}
}
