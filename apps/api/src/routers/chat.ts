/** Chat with a provider through the saved key: the proof that a saved key works, from the dashboard to the model. */

import { AppError } from "@holdfast/contract";
import { type ChatEvent, SendChat } from "@holdfast/contract/schemas";
import { settingOfKind } from "@holdfast/providers";
import { streamChat } from "@holdfast/providers/server";
import { audit, authorize, system } from "@holdfast/vault";
import { asTransport, authed, router } from "../trpc.ts";
import { requireKeysOwnUrl, requireProvider, resolvedOf, valuesOf } from "./providers.ts";

export const chatRouter = router({
	/** Streams a `start`, the answer's text in pieces, and a `finish`. Fails with `NOT_SET`, naming the setting. */
	send: authed.input(SendChat).mutation(async function* ({ ctx, input, signal }): AsyncGenerator<ChatEvent> {
		const { environment, messages } = input;
		const provider = requireProvider(input.provider);
		const use = { action: "chat.send", target: provider.id, environment } as const;
		try {
			await authorize(ctx.vault, ctx.caller, use);
			const resolved = await resolvedOf(ctx.vault, ctx.caller, { environment, provider });
			await requireKeysOwnUrl(ctx.vault, ctx.caller, { use, provider, resolved });
			const values = valuesOf(provider, resolved);
			const modelSetting = settingOfKind(provider, "model");
			const saved = modelSetting && (values.get(modelSetting.name) ?? modelSetting.fallback);
			const model = input.model ?? saved ?? provider.models[0]?.id;
			const keyName = settingOfKind(provider, "secret")?.name;
			const keyLayer = keyName === undefined ? undefined : resolved.get(keyName)?.layer;
			const missing = provider.settings.find(({ required, name }) => required && !values.has(name));
			if (missing) throw new AppError("NOT_SET", { name: missing.name });
			await audit.record(ctx.vault, ctx.caller, { ...use, outcome: "done", details: { model: model ?? null } });

			const localHosts = await system.localHosts(ctx.vault);
			const start = performance.now();
			let firstText: number | null = null;
			const key = keyName !== undefined && keyLayer ? { name: keyName, ...keyLayer } : null;
			yield { type: "start", provider: provider.id, model: model ?? "", key };
			for await (const part of streamChat({ provider, values, model, messages, localHosts, signal })) {
				if (part.type === "text") {
					firstText ??= Math.round(performance.now() - start);
					yield part;
				} else {
					yield { ...part, firstText, total: Math.round(performance.now() - start) };
				}
			}
		} catch (error) {
			throw error instanceof AppError ? asTransport(error) : error;
		}
	}),
});
