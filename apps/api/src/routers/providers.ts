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
import { audit, authorize, type Caller, deny, settings, system, type Vault } from "@holdfast/vault";
import { authed, router } from "../trpc.ts";

export const providersRouter = router({
	list: authed.input(ListProviders).query(async ({ ctx, input: { environment } }) => {
		const all = await settings.list(ctx.vault, ctx.caller, { environment });
		const byName = new Map(all.settings.map((setting) => [setting.name, setting]));
		const names = PROVIDERS.flatMap(namesOf);
		const { values, damaged } = await settings.resolveEach(ctx.vault, ctx.caller, { environment, names });
		return Promise.all(
			PROVIDERS.map(async (provider): Promise<ProviderView> => {
				const views = namesOf(provider).flatMap((name) => byName.get(name) ?? []);
				const needed = provider.settings.filter(({ required }) => required).map(({ name }) => name);
				const missing = needed.filter((name) => !byName.get(name)?.effective);
				const mark = markOf(ctx, provider, { resolved: values, values: valuesOf(provider, values) });
				const opens = namesOf(provider).every((name) => !damaged.has(name));
				const lastTest = opens ? await audit.lastTest(ctx.vault, { provider: provider.id, environment, mark }) : null;
				return { id: provider.id, configured: missing.length === 0, missing, settings: views, lastTest };
			}),
		);
	}),

	models: authed.input(ListModels).query(async ({ ctx, input: { environment, provider: id }, signal }) => {
		const provider = requireProvider(id);
		const use = { action: "providers.models", target: id, environment } as const;
		await authorize(ctx.vault, ctx.caller, use);
		const resolved = await resolvedOf(ctx.vault, ctx.caller, { environment, provider });
		await requireKeysOwnUrl(ctx.vault, ctx.caller, { use, provider, resolved });
		await audit.record(ctx.vault, ctx.caller, { ...use, outcome: "done", details: {} });
		return listModels(provider, valuesOf(provider, resolved), {
			signal,
			localHosts: await system.localHosts(ctx.vault),
		});
	}),

	test: authed.input(TestInput).mutation(async ({ ctx: { vault, caller }, input, signal }) => {
		const { environment } = input;
		const provider = requireProvider(input.provider);
		const draft = draftOf(provider, input);
		const target = draft.size > 0 ? `${provider.id}, unsaved` : provider.id;
		const use = { action: "providers.test", target, environment } as const;
		await authorize(vault, caller, use);
		const { values: resolved, damaged } = await settings.resolveEach(vault, caller, {
			environment,
			names: namesOf(provider),
		});
		const broken = [...damaged].find((name) => !draft.has(name));
		if (broken !== undefined) throw new AppError("VALUE_DAMAGED", { name: broken });
		const saved = valuesOf(provider, resolved);
		const key = settingOfKind(provider, "secret")?.name;
		if (key !== undefined && !draft.has(key)) {
			const moved = saved.has(key) && movesUrl(provider, saved, draft);
			if (moved) return deny(vault, caller, use, new AppError("KEY_FOR_OTHER_URL", { name: key }));
			await requireKeysOwnUrl(vault, caller, { use, provider, resolved });
		}
		const values = new Map([...saved, ...draft]);
		const result = await testProvider(provider, values, { signal, localHosts: await system.localHosts(vault) });
		const { outcome, sentence, latency } = result;
		const details = { outcome, sentence, latency, mark: markOf({ vault, caller }, provider, { resolved, values }) };
		await audit.record(vault, caller, { ...use, outcome: "done", details });
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

function namesOf({ settings }: Provider): string[] {
	return settings.map(({ name }) => name);
}

/**
 * What applies for a provider's settings, without the catalogue's defaults.
 *
 * @throws AppError `VALUE_DAMAGED`
 */
export function resolvedOf(
	vault: Vault,
	caller: Caller,
	{ environment, provider }: { environment: string; provider: Provider },
): Promise<Resolved> {
	return settings.resolve(vault, caller, { environment, names: namesOf(provider) });
}

/** Of what applies, a provider's own values in the clear. */
export function valuesOf(provider: Provider, resolved: Resolved): Values {
	return new Map(
		namesOf(provider).flatMap((name): Array<[string, string]> => {
			const found = resolved.get(name);
			return found ? [[name, found.value.reveal()]] : [];
		}),
	);
}

interface Sending {
	use: Pick<audit.Use, "action" | "target" | "environment">;
	provider: Provider;
	resolved: Resolved;
}

/**
 * Let a saved key be sent only where it was saved for, and record it when that is refused.
 *
 * @throws AppError `KEY_FOR_OTHER_URL`
 */
export async function requireKeysOwnUrl(vault: Vault, caller: Caller, sending: Sending): Promise<void> {
	const { use, provider, resolved } = sending;
	const [url, key] = [settingOfKind(provider, "url"), settingOfKind(provider, "secret")];
	if (!url || !key) return;
	try {
		const { environment } = use;
		await settings.requireOwnUrl(vault, caller, { environment, url: url.name, key: key.name, resolved });
	} catch (error) {
		if (error instanceof AppError && error.code === "KEY_FOR_OTHER_URL") await deny(vault, caller, use, error);
		throw error;
	}
}

/** @throws AppError `SETTING_NOT_FOUND` for an unsaved value of something that is no setting of the provider. */
function draftOf(provider: Provider, { draft }: Pick<TestProvider, "draft">): Map<string, string> {
	const foreign = draft.find(({ name }) => !namesOf(provider).includes(name));
	if (foreign) throw new AppError("SETTING_NOT_FOUND", { name: foreign.name });
	return new Map(draft.map(({ name, value }) => [name, value]));
}

/**
 * Whether a draft leads elsewhere than what is saved. A saved key is sent to no other address than the one it was saved
 * with: an unsaved base URL needs an unsaved key beside it.
 */
function movesUrl(provider: Provider, saved: Values, draft: Values): boolean {
	const url = settingOfKind(provider, "url");
	return url !== undefined && draft.has(url.name) && draft.get(url.name) !== (saved.get(url.name) ?? url.fallback);
}

/**
 * Tells whether a test was of the values that apply at present. A personal value counts as its owner's alone: else someone
 * could keep guesses at what others have, and see which of them was tested.
 */
function markOf(
	{ vault, caller }: { vault: Vault; caller: Caller },
	provider: Provider,
	{ resolved, values }: { resolved: Resolved; values: Values },
): string {
	const isOwn = (name: string) => resolved.get(name)?.layer.source === "personal";
	const marked = Array.from(values, ([name, value]) => [name, value, ...(isOwn(name) ? [caller.userId] : [])] as const);
	return vault.fingerprint(provider.id, JSON.stringify(marked.sort(([a], [b]) => a.localeCompare(b))));
}
