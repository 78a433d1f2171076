/** Import and export: part of the settings' procedures, in a file of their own as the vault has them. */
import { ExportSettings, ImportSettings, PreviewImport } from "@holdfast/contract/schemas";
import { transfer } from "@holdfast/vault";
import { authed } from "../trpc.ts";

export const transferProcedures = {
	previewImport: authed
		.input(PreviewImport)
		.mutation(({ ctx, input }) => transfer.previewImport(ctx.vault, ctx.caller, input)),
	import: authed
		.input(ImportSettings)
		.mutation(({ ctx, input }) => transfer.importSettings(ctx.vault, ctx.caller, input)),
	export: authed
		.input(ExportSettings)
		.mutation(({ ctx, input }) => transfer.exportSettings(ctx.vault, ctx.caller, input)),
};
