/** Reading settings: masked for all who may see them, in the clear only through `reveal`, which is recorded first. */
import { AppError, Secret } from "@holdfast/contract";
import type {
	ExplainSetting,
	Explanation,
	Layer,
	ListSettings,
	OneSetting,
	RevealResult,
	SettingsList,
} from "@holdfast/contract/schemas";
import { PROVIDERS } from "@holdfast/providers";
import { authorize, type Caller, entry } from "./access.ts";
import { chain, gather, knownNames, toLayer, toView } from "./sources.ts";
import type { Vault } from "./vault.ts";

export { requireOwnUrl } from "./destination.ts";
export { history, restore } from "./history.ts";
export { hydrate } from "./hydrate.ts";
export { remove, save } from "./save.ts";
export { type Watching, watch } from "./watch.ts";

/** Every setting of an environment, masked: what is saved, what the catalogue knows, and what `.env` files have. */
export async function list(vault: Vault, caller: Caller, { environment }: ListSettings): Promise<SettingsList> {
	await authorize(vault, caller, { action: "settings.list", target: null, environment });
	const places = await gather(vault, caller, environment);
	const catalogue = PROVIDERS.flatMap(({ settings }) => settings.map(({ name }) => name));
	const names = [...new Set([...knownNames(places), ...catalogue])].sort();
	const settings = names.map((name) => toView(places, name));
	return { environment, revision: places.revision, settings };
}

/**
 * The value that applies, in the clear; with owner `personal`, the caller's own. The audit entry is on the disk before the
 * value is given.
 *
 * @throws AppError `SETTING_NOT_FOUND`, also for someone else's personal value; `VALUE_DAMAGED`.
 */
export async function reveal(vault: Vault, caller: Caller, input: OneSetting): Promise<RevealResult> {
	const { environment, owner, name } = input;
	const act = { action: "settings.reveal", target: name, environment } as const;
	await authorize(vault, caller, { ...act, ...(owner === "personal" && { permission: "settings.see" }) });
	const places = await gather(vault, caller, environment);
	const found = chain(places, name).find(({ source }) => (source === "personal") === (owner === "personal"));
	if (!found) throw new AppError("SETTING_NOT_FOUND", { name });
	const { source, value, version } = found;
	const details = { source, version, owner };
	await vault.storage.commit({
		audit: [entry(caller, { ...act, outcome: value === null ? "failed" : "done", details })],
	});
	if (value === null) throw new AppError("VALUE_DAMAGED", { name });
	return { name, value, version, source };
}

/** The whole chain of places that have a value for a name, and which one applies. */
export async function explain(vault: Vault, caller: Caller, input: ExplainSetting): Promise<Explanation> {
	const { environment, name } = input;
	await authorize(vault, caller, { action: "settings.explain", target: name, environment });
	const places = await gather(vault, caller, environment);
	const layers = chain(places, name).map((candidate) => toLayer(places, name, candidate));
	return { name, environment, chain: layers, sentence: sentenceOf(name, layers) };
}

function sentenceOf(name: string, [first, ...rest]: Layer[]): string {
	if (!first) return `${name} has no value anywhere.`;
	const hidden = rest.length > 0 ? `, ahead of ${rest.map(describeLayer).join(", ")}` : "";
	return `${name} comes from ${describeLayer(first)}${hidden}.`;
}

const SOURCE_WORDS: Record<Layer["source"], (layer: Layer) => string> = {
	personal: () => "your personal setting",
	environment: ({ place, version }) => `${place} (saved, version ${version})`,
	default: ({ version }) => `default (saved, version ${version})`,
	process: () => "the process environment at start",
	file: ({ place }) => `a hand-written line in ${place}`,
	catalogue: () => "the catalogue's default",
};

function describeLayer(layer: Layer): string {
	return SOURCE_WORDS[layer.source](layer);
}

/** A name's effective value with the place it came from. */
export interface Resolved {
	value: Secret;
	layer: Layer;
}

interface Wanted {
	environment: string;
	names: readonly string[];
}

/**
 * The values that apply for names, for use inside this process on the caller's behalf: to call a provider, not to be shown.
 * Names without a value are left out, and so are the catalogue's own defaults; those whose value does not open are named
 * apart, and harm no other.
 */
export async function resolveEach(
	vault: Vault,
	caller: Caller,
	{ environment, names }: Wanted,
): Promise<{ values: ReadonlyMap<string, Resolved>; damaged: ReadonlySet<string> }> {
	const places = await gather(vault, caller, environment);
	const values = new Map<string, Resolved>();
	const damaged = new Set<string>();
	for (const name of names) {
		const [first] = chain(places, name);
		if (!first || first.source === "catalogue") continue;
		if (first.value === null) damaged.add(name);
		else values.set(name, { value: new Secret(first.value), layer: toLayer(places, name, first) });
	}
	return { values, damaged };
}

/**
 * The values that apply for names, as `resolveEach` finds them, where each of them is needed.
 *
 * @throws AppError `VALUE_DAMAGED` for the first that does not open.
 */
export async function resolve(vault: Vault, caller: Caller, wanted: Wanted): Promise<ReadonlyMap<string, Resolved>> {
	const { values, damaged } = await resolveEach(vault, caller, wanted);
	const [name] = damaged;
	if (name !== undefined) throw new AppError("VALUE_DAMAGED", { name });
	return values;
}
