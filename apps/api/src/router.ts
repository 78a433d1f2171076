/** Every procedure, by noun. Each has its row in the contract's procedures table, or this module does not load. */

import { type Access, accessIn, type Role } from "@holdfast/contract";
import {
	ConfigureMirror,
	ConfigureSystem,
	ConfirmKit,
	CreateEnvironment,
	CreateToken,
	DrillBackup,
	type Health,
	InvitePerson,
	ListAudit,
	ListWorkers,
	type Me,
	OneMirror,
	OnePerson,
	OneSession,
	OpenLink,
	RemoveEnvironment,
	RemoveWorker,
	RenameEnvironment,
	ReportWorker,
	ResolveDrift,
	RevokeLink,
	RevokeToken,
	RotateKeys,
	RotateToken,
	UpdatePerson,
} from "@holdfast/contract/schemas";
import {
	audit,
	backups,
	environments,
	keys,
	links,
	mirrors,
	passkeys,
	people,
	sessions,
	system,
	tokens,
	workers,
} from "@holdfast/vault";
import { chatRouter } from "./routers/chat.ts";
import { providersRouter } from "./routers/providers.ts";
import { settingsRouter } from "./routers/settings.ts";
import { authed, listed, open, router } from "./trpc.ts";
import { VERSION } from "./version.ts";

export const appRouter = listed(
	router({
		health: open.query(
			async ({ ctx }): Promise<Health> => ({
				status: "ok",
				version: VERSION,
				revision: await ctx.vault.live.refresh(),
			}),
		),
		session: router({
			me: open.query(
				async ({ ctx }): Promise<Me> => ({
					user: ctx.user && {
						...ctx.user,
						role: ctx.user.role as Role,
						...(await people.signsInBy(ctx.vault, ctx.user)),
					},
					access: shown(ctx.caller?.access ?? accessIn([], [])),
					claimed: await ctx.vault.storage.claimed(),
					ways: ctx.ways ?? { oidc: null, mail: false },
				}),
			),
			// A mutation, because its input is a secret.
			openLink: open.input(OpenLink).mutation(({ ctx, input }) => links.open(ctx.vault, input)),
			list: authed.query(({ ctx }) => sessions.list(ctx.vault, ctx.caller)),
			passkeys: authed.query(({ ctx }) => passkeys.list(ctx.vault, ctx.caller)),
			revoke: authed.input(OneSession).mutation(({ ctx, input }) => sessions.revoke(ctx.vault, ctx.caller, input)),
			revokeOthers: authed.mutation(({ ctx }) => sessions.revokeOthers(ctx.vault, ctx.caller)),
			disconnect: authed.mutation(({ ctx }) => sessions.disconnect(ctx.vault, ctx.caller)),
		}),
		settings: settingsRouter,
		environments: router({
			list: authed.query(({ ctx }) => environments.list(ctx.vault, ctx.caller)),
			create: authed
				.input(CreateEnvironment)
				.mutation(({ ctx, input }) => environments.create(ctx.vault, ctx.caller, input)),
			rename: authed
				.input(RenameEnvironment)
				.mutation(({ ctx, input }) => environments.rename(ctx.vault, ctx.caller, input)),
			remove: authed
				.input(RemoveEnvironment)
				.mutation(({ ctx, input }) => environments.remove(ctx.vault, ctx.caller, input)),
		}),
		workers: router({
			list: authed.input(ListWorkers).query(({ ctx, input }) => workers.list(ctx.vault, ctx.caller, input)),
			report: authed.input(ReportWorker).mutation(({ ctx, input }) => workers.report(ctx.vault, ctx.caller, input)),
			remove: authed.input(RemoveWorker).mutation(({ ctx, input }) => workers.remove(ctx.vault, ctx.caller, input)),
		}),
		mirrors: router({
			status: authed.query(({ ctx }) => mirrors.status(ctx.vault, ctx.caller)),
			diff: authed.input(OneMirror).query(({ ctx, input }) => mirrors.diff(ctx.vault, ctx.caller, input)),
			sync: authed.input(OneMirror).mutation(({ ctx, input }) => mirrors.sync(ctx.vault, ctx.caller, input)),
			resolve: authed.input(ResolveDrift).mutation(({ ctx, input }) => mirrors.resolve(ctx.vault, ctx.caller, input)),
			configure: authed
				.input(ConfigureMirror)
				.mutation(({ ctx, input }) => mirrors.configure(ctx.vault, ctx.caller, input)),
		}),
		providers: providersRouter,
		chat: chatRouter,
		audit: router({
			list: authed.input(ListAudit).query(({ ctx, input }) => audit.list(ctx.vault, ctx.caller, input)),
		}),
		backups: router({
			list: authed.query(({ ctx }) => backups.list(ctx.vault, ctx.caller)),
			create: authed.mutation(({ ctx }) => backups.create(ctx.vault, ctx.caller)),
			drill: authed.input(DrillBackup).mutation(({ ctx, input }) => backups.drill(ctx.vault, ctx.caller, input)),
		}),
		tokens: router({
			create: authed.input(CreateToken).mutation(({ ctx, input }) => tokens.create(ctx.vault, ctx.caller, input)),
			list: authed.query(({ ctx }) => tokens.list(ctx.vault, ctx.caller)),
			rotate: authed.input(RotateToken).mutation(({ ctx, input }) => tokens.rotate(ctx.vault, ctx.caller, input)),
			revoke: authed.input(RevokeToken).mutation(({ ctx, input }) => tokens.revoke(ctx.vault, ctx.caller, input)),
		}),
		system: router({
			status: authed.query(({ ctx }) => system.status(ctx.vault, ctx.caller)),
			// A mutation, because it opens everything there is and is recorded.
			doctor: authed.mutation(({ ctx }) => system.doctor(ctx.vault, ctx.caller)),
			configure: authed
				.input(ConfigureSystem)
				.mutation(({ ctx, input }) => system.configure(ctx.vault, ctx.caller, input)),
		}),
		people: router({
			list: authed.query(({ ctx }) => people.list(ctx.vault, ctx.caller)),
			update: authed.input(UpdatePerson).mutation(({ ctx, input }) => people.update(ctx.vault, ctx.caller, input)),
			remove: authed.input(OnePerson).mutation(({ ctx, input }) => people.remove(ctx.vault, ctx.caller, input)),
			invite: authed
				.input(InvitePerson)
				.mutation(({ ctx, input }) => links.invite(ctx.vault, ctx.caller, { ...input, origin: ctx.origin })),
			resetLink: authed
				.input(OnePerson)
				.mutation(({ ctx, input }) => links.resetLink(ctx.vault, ctx.caller, { ...input, origin: ctx.origin })),
			resetTwoFactor: authed
				.input(OnePerson)
				.mutation(({ ctx, input }) => people.resetTwoFactor(ctx.vault, ctx.caller, input)),
			signOut: authed.input(OnePerson).mutation(({ ctx, input }) => people.signOut(ctx.vault, ctx.caller, input)),
			leave: authed.mutation(({ ctx }) => people.leave(ctx.vault, ctx.caller)),
			links: authed.query(({ ctx }) => links.list(ctx.vault, ctx.caller)),
			revokeLink: authed.input(RevokeLink).mutation(({ ctx, input }) => links.revoke(ctx.vault, ctx.caller, input)),
		}),
		keys: router({
			// A mutation, because it gives the root key away and is recorded.
			kit: authed.mutation(({ ctx }) => keys.kit(ctx.vault, ctx.caller)),
			confirmKit: authed.input(ConfirmKit).mutation(({ ctx, input }) => keys.confirmKit(ctx.vault, ctx.caller, input)),
			rotate: authed.input(RotateKeys).mutation(({ ctx, input }) => keys.rotate(ctx.vault, ctx.caller, input)),
			resume: authed.mutation(({ ctx }) => keys.resume(ctx.vault, ctx.caller)),
		}),
	}),
);

function shown({ usual, apart }: Access): Me["access"] {
	return { usual: [...usual], apart: Object.fromEntries([...apart].map(([name, set]) => [name, [...set]])) };
}

export type AppRouter = typeof appRouter;
