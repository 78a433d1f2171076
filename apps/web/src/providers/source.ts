/** Where a value comes from and how to change that, in words. The order of sources is the contract's precedence. */
import { DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { Layer, Owner, SettingView } from "@holdfast/contract/schemas";

/** "Saved in production", "From the shell", "From .env": as seen from `environment`. */
export function sourceWords({ source, place }: Pick<Layer, "source" | "place">, environment: string): string {
	switch (source) {
		case "personal":
			return "Yours alone";
		case "environment":
			return `Saved in ${place ?? environment}`;
		case "default":
			return environment === DEFAULT_ENVIRONMENT ? "Saved in default" : "Inherited from default";
		case "process":
			return "From the shell";
		case "file":
			return `From ${place ?? ".env"}`;
		case "catalogue":
			return "Built-in default";
	}
}

/** How many values that somebody set are hidden. The catalogue's default is nobody's: hiding it is nothing to warn of. */
export function hiddenCount({ shadows }: Pick<SettingView, "shadows">): number {
	return shadows.filter(({ source }) => source !== "catalogue").length;
}

/** Every place that has a value, the one that applies first. */
export function chain({ effective, shadows }: Pick<SettingView, "effective" | "shadows">): Layer[] {
	return effective ? [effective, ...shadows] : [...shadows];
}

/** What one owner has of a setting. */
export interface OwnValue {
	/** For `shared`, what applies for everyone without a value of their own; for `personal`, the person's own. */
	layer: Layer | null;
	/** Saved by this owner in the view's own environment; 0 for none. */
	version: number;
	/** Saved, and does not open. */
	damaged: boolean;
}

export function valueFor(view: SettingView, owner: Owner): OwnValue {
	const layer = chain(view).find(({ source }) => (source === "personal") === (owner === "personal")) ?? null;
	const unopened = layer !== null && layer.shown === null;
	if (owner === "personal") return { layer, version: view.personalVersion, damaged: unopened };
	const personalUnopened = view.effective?.source === "personal" && view.effective.shown === null;
	return { layer, version: view.version, damaged: unopened || (view.problem !== null && !personalUnopened) };
}

/** The layer that would apply if what this owner saved in the view's own environment were removed; `null` for none. */
export function afterRemoval(view: SettingView, owner: Owner = "shared"): Layer | null {
	const goes = ({ source }: Layer) =>
		owner === "personal" ? source === "personal" : isSavedHere({ source }, view.environment);
	return chain(view).find((layer) => !goes(layer)) ?? null;
}

function isSavedHere({ source }: Pick<Layer, "source">, environment: string): boolean {
	return source === "environment" || (source === "default" && environment === DEFAULT_ENVIRONMENT);
}

/** One or two sentences: why this layer applies, and what to do to have another. */
export function changeAdvice(view: SettingView): string {
	const { effective, environment } = view;
	if (!effective) return "No place has a value. Save one here.";
	if (isSavedHere(effective, environment)) {
		const next = afterRemoval(view);
		if (!next) return "It is the only value. To change it, save another one.";
		return `A saved value comes before what it hides. Remove it to use the next one: ${sourceWords(next, environment)}.`;
	}
	switch (effective.source) {
		case "personal":
			return "It applies to you alone and comes before the shared value. Others use what it hides.";
		case "process":
			return view.version > 0
				? "The server runs with HOLDFAST_PRECEDENCE=process, so its shell comes first. Unset that to use the saved value."
				: "It came with the process that runs Holdfast. Save a value here and it applies instead, also after a restart.";
		case "file":
			return "It is a hand-written line of that file. Save a value here and Holdfast keeps it.";
		case "catalogue":
			return "It applies because no other place has a value. Save one here to replace it.";
		default:
			return `Save a value here to use another one in ${environment} alone.`;
	}
}
