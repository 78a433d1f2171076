import {
	ExplainSetting,
	HydrateSettings,
	ListSettings,
	OneSetting,
	RemoveSetting,
	RestoreSetting,
	SaveSettings,
	WatchSettings,
} from "@holdfast/contract/schemas";
import { settings } from "@holdfast/vault";
import { authed, router } from "../trpc.ts";
import { watched } from "../watches.ts";
import { transferProcedures } from "./transfer.ts";

export const settingsRouter = router({
	list: authed.input(ListSettings).query(({ ctx, input }) => settings.list(ctx.vault, ctx.caller, input)),
	history: authed.input(OneSetting).query(({ ctx, input }) => settings.history(ctx.vault, ctx.caller, input)),
	explain: authed.input(ExplainSetting).query(({ ctx, input }) => settings.explain(ctx.vault, ctx.caller, input)),
	save: authed.input(SaveSettings).mutation(({ ctx, input }) => settings.save(ctx.vault, ctx.caller, input)),
	remove: authed.input(RemoveSetting).mutation(({ ctx, input }) => settings.remove(ctx.vault, ctx.caller, input)),
	restore: authed.input(RestoreSetting).mutation(({ ctx, input }) => settings.restore(ctx.vault, ctx.caller, input)),
	reveal: authed.input(OneSetting).mutation(({ ctx, input }) => settings.reveal(ctx.vault, ctx.caller, input)),
	hydrate: authed.input(HydrateSettings).mutation(({ ctx, input }) => settings.hydrate(ctx.vault, ctx.caller, input)),
	watch: authed.input(WatchSettings).subscription(({ ctx, input, signal }) => watched(ctx, input, signal)),
	...transferProcedures,
});
