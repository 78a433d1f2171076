/**
 * The addresses of the dashboard and who may stand at each.
 *
 * One guard: an instance without an owner leads to the claim, a visitor without a session to the sign-in, and the shell's
 * screens are built only after both. The environment lives in the address (`?env=production`) and follows every link.
 */
import { DEFAULT_ENVIRONMENT, may } from "@holdfast/contract";
import {
	createRootRoute,
	createRoute,
	createRouter,
	lazyRouteComponent,
	Outlet,
	redirect,
	retainSearchParams,
	stripSearchParams,
} from "@tanstack/react-router";
import { z } from "zod";
import { AuditScreen } from "./audit/screen.tsx";
import { DriftScreen } from "./drift/screen.tsx";
import { describe } from "./failure.ts";
import { KitScreen } from "./keys/kit-screen.tsx";
import { PeopleScreen } from "./people/screen.tsx";
import { PlaygroundScreen } from "./playground/screen.tsx";
import { ProcessesScreen } from "./processes/screen.tsx";
import { ClaimScreen } from "./session/claim.tsx";
import { ForgotScreen } from "./session/forgot.tsx";
import { JoinScreen } from "./session/join.tsx";
import { readAccess } from "./session/me.ts";
import { Proof } from "./session/proof.tsx";
import { ResetScreen } from "./session/reset.tsx";
import { SignInScreen } from "./session/sign-in.tsx";
import { SettingsScreen } from "./settings/screen.tsx";
import { BrokenEntrance, BrokenScreen, NotFound } from "./shell/astray.tsx";
import { Shell } from "./shell/shell.tsx";
import { SystemScreen } from "./system/screen.tsx";
import { TokensScreen } from "./tokens/screen.tsx";
import { queryClient, trpc } from "./trpc.ts";

const me = () => queryClient.ensureQueryData(trpc.session.me.queryOptions());

const root = createRootRoute({
	component: () => (
		<>
			<Outlet />
			<Proof />
		</>
	),
});

const claim = createRoute({
	getParentRoute: () => root,
	path: "/claim",
	component: ClaimScreen,
	beforeLoad: async () => {
		if ((await me()).claimed) throw redirect({ to: "/settings" });
	},
});

// Whoever is signed in may open a link too: it may be another account's.
const join = createRoute({ getParentRoute: () => root, path: "/join", component: JoinScreen });
const reset = createRoute({ getParentRoute: () => root, path: "/reset", component: ResetScreen });

/** Only a path of this dashboard: never an address elsewhere. */
const Onward = z.string().regex(/^\/(?![/\\])/);

/** Why the OpenID Connect provider's answer was not taken. */
const BroughtBack = {
	error: z.string().max(100).optional().catch(undefined),
	/** Nothing of it is shown: it may be the provider's, not ours. */
	error_description: z.string().optional().catch(undefined),
};

const signIn = createRoute({
	getParentRoute: () => root,
	path: "/sign-in",
	component: SignInScreen,
	validateSearch: z.object({ to: Onward.optional().catch(undefined), ...BroughtBack }),
	beforeLoad: async () => {
		const { claimed, user } = await me();
		if (!claimed) throw redirect({ to: "/claim" });
		if (user) throw redirect({ to: "/settings" });
	},
});

const forgot = createRoute({
	getParentRoute: () => root,
	path: "/forgot",
	component: ForgotScreen,
	beforeLoad: async () => {
		if (!(await me()).ways.mail) throw redirect({ to: "/sign-in", search: {} });
	},
});

/** Who is not signed in signs in first. */
async function signedIn({ location }: { location: { href: string } }) {
	const { claimed, user, access } = await me();
	if (!claimed) throw redirect({ to: "/claim" });
	if (!user) throw redirect({ to: "/sign-in", search: { to: location.href } });
	return readAccess(access);
}

const recoveryKit = createRoute({
	getParentRoute: () => root,
	path: "/recovery-kit",
	component: KitScreen,
	beforeLoad: async (opened) => {
		if (!may(await signedIn(opened), "keys.write", null)) throw redirect({ to: "/settings" });
	},
});

const Environment = z.object({ env: z.string().min(1).catch(DEFAULT_ENVIRONMENT).default(DEFAULT_ENVIRONMENT) });

const shell = createRoute({
	getParentRoute: () => root,
	id: "shell",
	component: Shell,
	validateSearch: Environment,
	search: { middlewares: [retainSearchParams(["env"]), stripSearchParams({ env: DEFAULT_ENVIRONMENT })] },
	beforeLoad: async (opened) => {
		await signedIn(opened);
		// Before the screens ask for anything: whatever is saved from here on, the watch tells of.
		await queryClient.ensureQueryData(trpc.health.queryOptions());
	},
});

const home = createRoute({
	getParentRoute: () => shell,
	path: "/",
	beforeLoad: () => {
		throw redirect({ to: "/settings" });
	},
});

const settings = createRoute({
	getParentRoute: () => shell,
	path: "/settings",
	component: SettingsScreen,
	errorComponent: BrokenScreen,
});
const drift = createRoute({
	getParentRoute: () => shell,
	path: "/drift",
	component: DriftScreen,
	errorComponent: BrokenScreen,
});
/** `only`: the processes of one environment. `name`: which version of that setting each has. */
const Processes = z.object({
	only: z.string().min(1).optional().catch(undefined),
	name: z.string().min(1).max(200).optional().catch(undefined),
});
const processes = createRoute({
	getParentRoute: () => shell,
	path: "/processes",
	component: ProcessesScreen,
	errorComponent: BrokenScreen,
	validateSearch: Processes,
});
const playground = createRoute({
	getParentRoute: () => shell,
	path: "/playground",
	component: PlaygroundScreen,
	errorComponent: BrokenScreen,
});
const audit = createRoute({
	getParentRoute: () => shell,
	path: "/audit",
	component: AuditScreen,
	errorComponent: BrokenScreen,
});
const people = createRoute({
	getParentRoute: () => shell,
	path: "/people",
	component: PeopleScreen,
	errorComponent: BrokenScreen,
});
const tokens = createRoute({
	getParentRoute: () => shell,
	path: "/tokens",
	component: TokensScreen,
	errorComponent: BrokenScreen,
});
const system = createRoute({
	getParentRoute: () => shell,
	path: "/system",
	component: SystemScreen,
	errorComponent: BrokenScreen,
});

/** Apart from the rest: it draws a QR code and tells browsers from each other, which is rarely asked for. */
const account = createRoute({
	getParentRoute: () => shell,
	path: "/account",
	validateSearch: z.object(BroughtBack),
	component: lazyRouteComponent(() => import("./account/screen.tsx"), "AccountScreen"),
	errorComponent: BrokenScreen,
});

export const router = createRouter({
	routeTree: root.addChildren([
		claim,
		signIn,
		forgot,
		join,
		reset,
		recoveryKit,
		shell.addChildren([home, settings, drift, processes, playground, audit, people, tokens, system, account]),
	]),
	scrollRestoration: true,
	defaultErrorComponent: BrokenEntrance,
	defaultNotFoundComponent: NotFound,
});

declare module "@tanstack/react-router" {
	interface Register {
		router: typeof router;
	}
}

/** A session that ended elsewhere shows in the first refused query: the guard then asks again who this is. */
queryClient.getQueryCache().subscribe((event) => {
	if (event.type !== "updated" || event.action.type !== "error") return;
	const { code } = describe(event.action.error);
	if (code !== "SIGNED_OUT" && code !== "TOKEN_REFUSED") return;
	void queryClient.refetchQueries({ queryKey: trpc.session.me.queryKey() }).then(() => router.invalidate());
});
