/** The catalogue's providers joined with how each stands in one environment. */
import type { ProviderView } from "@holdfast/contract/schemas";
import { PROVIDERS, type Provider } from "@holdfast/providers";

export interface Entry {
	provider: Provider;
	view: ProviderView;
}

/** In the catalogue's order. A provider that the server does not know is left out. */
export function roster(views: readonly ProviderView[]): Entry[] {
	const byId = new Map(views.map((view) => [view.id, view]));
	return PROVIDERS.flatMap((provider) => {
		const view = byId.get(provider.id);
		return view ? [{ provider, view }] : [];
	});
}
