/**
 * The known AI providers and their settings, as data. The dashboard's cards, `.env.example`, the settings' labels and the
 * calls in `./server` all derive from this table; nothing here does anything.
 */
import type { Model } from "@holdfast/contract/schemas";

export interface CatalogueSetting {
	/** The variable's name, as the provider's own SDK reads it where there is one. */
	name: string;
	label: string;
	/** `secret` is masked everywhere; `url` and `model` are plain and get their own input. */
	kind: "secret" | "url" | "model" | "text";
	/** Whether the provider cannot be used without it. */
	required: boolean;
	/** The value that applies when no place has one. */
	fallback?: string;
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
	settings: readonly CatalogueSetting[];
	/** Well-known models, the first of them the default. */
	models: readonly Model[];
}

export const PROVIDERS: readonly Provider[] = [];

export function findProvider(id: string): Provider | undefined {
	return PROVIDERS.find((provider) => provider.id === id);
}

export function catalogueSetting(name: string): CatalogueSetting | undefined {
	return PROVIDERS.flatMap((provider) => provider.settings).find((setting) => setting.name === name);
}
