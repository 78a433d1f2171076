/** AI providers: what is set, whether it works, which models there are. Testing never saves and saving never tests. */
import { AppError } from "@holdfast/contract";
import {
	ListModels,
	ListProviders,
	type ProviderView,
	TestProvider as TestInput,
	type TestProvider,
} from "@holdfast/contract/schemas";
import { findProvider, PROVIDERS, type Provider, settingOfKind } from "@holdfast/providers";
import { listModels, testProvider, type Values } from "@holdfast/providers/server";
import { audit, type Caller, settings, type Vault } from "@holdfast/vault";
import { authed, router } from "../trpc.ts";

export const providersRouter = router({
	list: authed.input(ListProviders).query(async ({ ctx, input: { environment } }) => {
		const all = await settings.list(ctx.vault, ctx.caller, { environment });
		const byName = new Map(all.settings.map((setting) => [setting.name, setting]));
		return Promise.all(
			PROVIDERS.map(async (provider): Promise<ProviderView> => {
				const views = provider.settings.flatMap(({ name }) => byName.get(name) ?? []);
				const needed = provider.settings.filter(({ required }) => required).map(({ name }) => name);
				const missing = needed.filter((name) => !byName.get(name)?.effective);
				const resolved = await resolvedOf(ctx.vault, ctx.caller, { environment, provider });
				const mark = markOf(ctx.vault, provider, valuesIn(resolved));
				const lastTest = await audit.lastTest(ctx.vault, { provider: provider.id, environment, mark });
				return { id: provider.id, configured: missing.length === 0, missing, settings: views, lastTest };
			}),
		);
	}),

	models: authed.input(ListModels).query(async ({ ctx, input: { environment, provider: id }, signal }) => {
		const provider = requireProvider(id);
		await settings.authorizeUse(ctx.vault, ctx.caller, { action: "providers.models", target: id, environment });
		const resolved = await resolvedOf(ctx.vault, ctx.caller, { environment, provider });
		await requireKeysOwnUrl(ctx.vault, ctx.caller, { environment, provider, resolved });
		return listModels(provider, valuesIn(resolved), signal);
	}),

	test: authed.input(TestInput).mutation(async ({ ctx, input, signal }) => {
		const { environment, draft } = input;
		const provider = requireProvider(input.provider);
		const unsaved = draft.length > 0;
		const use = {
			action: "providers.test",
			target: unsaved ? `${provider.id}, unsaved` : provider.id,
			environment,
		} as const;
		await settings.authorizeUse(ctx.vault, ctx.caller, use);
		const resolved = await resolvedOf(ctx.vault, ctx.caller, { environment, provider });
		const values = withDraft(provider, valuesIn(resolved), draft);
		const keyDrafted = draft.some(({ name }) => name === settingOfKind(provider, "secret")?.name);
		if (!keyDrafted) await requireKeysOwnUrl(ctx.vault, ctx.caller, { environment, provider, resolved });
		const result = await testProvider(provider, values, signal);
		const { outcome, sentence, latency } = result;
		const details = { outcome, sentence, latency, mark: markOf(ctx.vault, provider, values) };
		await audit.record(ctx.vault, ctx.caller, { ...use, outcome: "done", details });
		return result;
	}),
});

/** @throws AppError `PROVIDER_UNKNOWN` */
export function requireProvider(id: string): Provider {
	const provider = findProvider(id);
	if (!provider) throw new AppError("PROVIDER_UNKNOWN", { name: JSON.stringify(id) });
	return provider;
}

type Resolved = Awaited<ReturnType<typeof settings.resolve>>;

/** What applies for a provider's settings, without the catalogue's defaults. */
export function resolvedOf(
	vault: Vault,
	caller: Caller,
	{ environment, provider }: { environment: string; provider: Provider },
): Promise<Resolved> {
	return settings.resolve(vault, caller, { environment, names: provider.settings.map(({ name }) => name) });
}

export function valuesIn(resolved: Resolved): Values {
	return new Map(Array.from(resolved, ([name, { value }]) => [name, value.reveal()]));
}

/** @throws AppError `KEY_FOR_OTHER_URL` when the key that applies was not saved for the base URL that applies. */
export async function requireKeysOwnUrl(
	vault: Vault,
	caller: Caller,
	{ environment, provider, resolved }: { environment: string; provider: Provider; resolved: Resolved },
): Promise<void> {
	const [url, key] = [settingOfKind(provider, "url"), settingOfKind(provider, "secret")];
	if (url && key) await settings.requireOwnUrl(vault, caller, { environment, url: url.name, key: key.name, resolved });
}

/**
 * The saved values with unsaved ones in their place. A saved key is sent to no other address than the one it was saved
 * with: an unsaved base URL needs an unsaved key beside it.
 */
function withDraft(provider: Provider, saved: Values, draft: TestProvider["draft"]): Values {
	const own = new Set(provider.settings.map(({ name }) => name));
	const foreign = draft.find(({ name }) => !own.has(name));
	if (foreign) throw new AppError("SETTING_NOT_FOUND", { name: foreign.name });
	const [url, key] = [settingOfKind(provider, "url"), settingOfKind(provider, "secret")];
	const drafted = new Map(draft.map(({ name, value }) => [name, value]));
	const moved =
		url !== undefined && drafted.has(url.name) && drafted.get(url.name) !== (saved.get(url.name) ?? url.fallback);
	if (moved && key && saved.has(key.name) && !drafted.has(key.name)) {
		throw new AppError("KEY_FOR_OTHER_URL", { name: key.name });
	}
	return new Map([...saved, ...drafted]);
}

/** Tells whether a test was of the values that apply at present. */
function markOf(vault: Vault, provider: Provider, values: Values): string {
	return vault.fingerprint(provider.id, JSON.stringify([...values].sort(([a], [b]) => a.localeCompare(b))));
}
