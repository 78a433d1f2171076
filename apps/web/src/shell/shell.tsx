/** What surrounds every screen once signed in: the mark, the way around, the person, and the instance's revision. */
import { may } from "@holdfast/contract";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { Cpu, FileDiff, Gauge, KeyRound, MessageSquareText, ScrollText, Ticket, Users } from "lucide-react";
import { Waiting } from "../drift/waiting.tsx";
import { KitReminder } from "../keys/kit-reminder.tsx";
import { useAccess } from "../session/me.ts";
import { trpc } from "../trpc.ts";
import { Connection } from "./connection.tsx";
import { Mark } from "./mark.tsx";
import { UserMenu } from "./user-menu.tsx";

const PLACES = [
	{ to: "/settings", label: "AI settings", icon: KeyRound, needs: "settings.see" },
	{ to: "/drift", label: "Drift", icon: FileDiff, needs: "settings.see" },
	{ to: "/processes", label: "Processes", icon: Cpu, needs: "settings.see" },
	{ to: "/playground", label: "Playground", icon: MessageSquareText, needs: "providers.use" },
	{ to: "/audit", label: "Audit log", icon: ScrollText, needs: "audit.see" },
	{ to: "/people", label: "People", icon: Users, needs: "members.write" },
	{ to: "/tokens", label: "Tokens", icon: Ticket, needs: "tokens.write" },
	{ to: "/system", label: "System", icon: Gauge, needs: "system.see" },
] as const;

export function Shell() {
	return (
		<div className="min-h-dvh lg:grid lg:grid-cols-[14rem_minmax(0,1fr)]">
			<a
				href="#content"
				className="sr-only rounded-md bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
			>
				Skip to content
			</a>
			<header className="sticky top-0 z-20 flex flex-wrap items-center justify-between gap-x-4 border-b border-line bg-canvas px-4 lg:h-dvh lg:flex-col lg:flex-nowrap lg:items-stretch lg:justify-start lg:border-r lg:border-b-0 lg:px-3 lg:py-4">
				<Link to="/settings" className="flex items-center gap-2.5 rounded-md py-3 pr-2 lg:mb-5 lg:px-2 lg:py-1">
					<Mark className="size-6" />
					<span className="text-lg font-semibold tracking-tight">Holdfast</span>
				</Link>
				<Places />
				<div className="contents lg:mt-auto lg:block lg:space-y-2">
					<KitReminder />
					<Connection />
					<Version />
					<UserMenu />
				</div>
			</header>
			<main id="content" tabIndex={-1} className="min-w-0 outline-none">
				<Outlet />
			</main>
		</div>
	);
}

function Places() {
	const access = useAccess();
	return (
		<nav aria-label="Main" className="order-last -mx-1 w-[calc(100%+0.5rem)] lg:order-none lg:mx-0 lg:w-auto">
			<ul className="flex flex-wrap gap-x-1 lg:flex-col lg:gap-0.5">
				{PLACES.filter(({ needs }) => may(access, needs, null)).map(({ to, label, icon: Icon }) => (
					<li key={to}>
						<Link
							to={to}
							activeOptions={{ includeSearch: false, includeHash: false }}
							className="group relative flex h-9 items-center gap-2.5 rounded-md px-2 whitespace-nowrap text-muted hover:text-ink data-[status=active]:font-medium data-[status=active]:text-ink lg:h-8 lg:hover:bg-sunken lg:data-[status=active]:bg-sunken"
						>
							<Icon aria-hidden="true" className="hidden size-4 lg:block" />
							{label}
							{to === "/drift" && <Waiting />}
							<span
								aria-hidden="true"
								className="absolute inset-x-2 -bottom-px hidden h-0.5 bg-ink group-data-[status=active]:block lg:hidden!"
							/>
						</Link>
					</li>
				))}
			</ul>
		</nav>
	);
}

function Version() {
	const health = useQuery(trpc.health.queryOptions());
	if (!health.data) return null;
	return (
		<p className="hidden px-2 font-mono text-xs text-muted lg:block">
			v{health.data.version} · revision {health.data.revision}
		</p>
	);
}
