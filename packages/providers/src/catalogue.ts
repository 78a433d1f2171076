/**
 * The known AI providers and their settings, as data. The dashboard's cards, `.env.example`, the settings' labels and the
 * calls in `./server` all derive from this table; nothing here does anything.
 */
import type { Model } from "@holdfast/contract/schemas";
import { CLOUD_PROVIDERS } from "./cloud.ts";
import { LOCAL_PROVIDERS } from "./local.ts";

export interface CatalogueSetting {
	/** The variable's name, as the provider's own SDK reads it where there is one. */
	name: string;
	label: string;
	/** `secret` is masked everywhere; `url` and `model` are plain and get their own input. */
	kind: "secret" | "url" | "model" | "text";
	/** Whether the provider cannot be used without it. */
	required: boolean;
	/** The value that applies when no place has one. A required setting has none: it needs a value of its own. */
	fallback?: string;
	/** An example to show in an empty field. It never applies. */
	placeholder?: string;
	/** What belongs here, in one sentence. */
	hint: string;
	/** How a value begins, to warn about a key pasted into the wrong card. Never a reason to refuse. */
	prefix?: string;
}

export interface Provider {
	id: string;
	label: string;
	/** `local` runs on the user's machine or network: it needs a base URL and no key. */
	kind: "cloud" | "local";
	/** Where a person gets a key, or how to start the local server. */
	docs: string;
	/** At most one each of `secret`, `url` and `model`. */
	settings: readonly CatalogueSetting[];
	/** Well-known models, the first of them the default; none for local AI, which has what its user loaded. */
	models: readonly Model[];
}

export const PROVIDERS: readonly Provider[] = [...CLOUD_PROVIDERS, ...LOCAL_PROVIDERS];

export function findProvider(id: string): Provider | undefined {
	return PROVIDERS.find((provider) => provider.id === id);
}

const SETTINGS = new Map(PROVIDERS.flatMap(({ settings }) => settings.map((setting) => [setting.name, setting])));

export function catalogueSetting(name: string): CatalogueSetting | undefined {
	return SETTINGS.get(name);
}

/** The provider's key, base URL or model setting. Local AI may have no key. */
export function settingOfKind(provider: Provider, kind: "secret" | "url" | "model"): CatalogueSetting | undefined {
	return provider.settings.find((setting) => setting.kind === kind);
}

/** What messages call it: the name of that setting, or the provider's label where it has none. */
export function nameOfKind(provider: Provider, kind: "secret" | "url" | "model"): string {
	return settingOfKind(provider, kind)?.name ?? provider.label;
}
