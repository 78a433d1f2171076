/**
 * Where a key may be sent. Guards the rule that a changed base URL never receives a key that was saved for another origin:
 * else whoever may save and not reveal could have the key sent to a server of their own.
 */
import { AppError, DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { Source } from "@holdfast/contract/schemas";
import { open } from "@holdfast/crypto";
import type { Caller } from "./access.ts";
import { valueContext } from "./live.ts";
import type { Resolved } from "./settings.ts";
import { chain, gather } from "./sources.ts";
import type { Vault } from "./vault.ts";

export interface Destination {
	environment: string;
	/** The names of the settings with the base URL and with the key. */
	url: string;
	key: string;
	/** What applies for both, as it is about to be used. */
	resolved: ReadonlyMap<string, Resolved>;
}

/** Where each kind of saved value is kept, strongest first. */
const SAVED: readonly Source[] = ["personal", "environment", "default"];

/**
 * Let a key be used with a saved base URL only if that URL's origin applied where and when the key was saved. The
 * catalogue's own address, and what the machine's process and `.env` files say, need no such leave.
 *
 * @throws AppError `KEY_FOR_OTHER_URL`
 */
export async function requireOwnUrl(vault: Vault, caller: Caller, destination: Destination): Promise<void> {
	const { environment, url, key, resolved } = destination;
	const [address, credential] = [resolved.get(url), resolved.get(key)];
	if (!address || !credential || !SAVED.includes(address.layer.source)) return;
	const places = chain(await gather(vault, caller, environment), url);
	const trusted = [
		...places.filter(({ source }) => !SAVED.includes(source)).map(({ value }) => value),
		await urlAtSave(vault, caller, { environment, url, key, layer: credential.layer }),
	];
	const origin = originOf(address.value.reveal());
	if (!trusted.some((value) => originOf(value) === origin)) throw new AppError("KEY_FOR_OTHER_URL", { name: key });
}

/** The base URL that applied when the key was saved, to whoever saved it there; `null` when none was saved. */
async function urlAtSave(
	vault: Vault,
	caller: Caller,
	{ environment, url, key, layer }: Omit<Destination, "resolved"> & Pick<Resolved, "layer">,
): Promise<string | null> {
	const places = [
		{ environment, owner: caller.userId },
		{ environment, owner: "shared" },
		{ environment: DEFAULT_ENVIRONMENT, owner: "shared" },
	];
	const rank = SAVED.indexOf(layer.source);
	const [own, ...weaker] = rank === -1 ? [] : places.slice(rank);
	if (!own || own.owner === null) return null;
	const keys = await vault.storage.history(own.environment, own.owner, key);
	const since = keys.find(({ version }) => version === layer.version)?.revision ?? 0;
	for (const place of [own, ...weaker]) {
		const owner = place.owner ?? "shared";
		const rows = await vault.storage.history(place.environment, owner, url);
		const row = rows.find(({ revision }) => revision <= since);
		if (!row?.sealed) continue;
		const dataKey = await vault.keys.find(owner === "shared" ? `environment:${place.environment}` : `user:${owner}`);
		return (
			(dataKey && open(dataKey, valueContext(vault.storage.instance.id, row), row.sealed))?.toString("utf8") ?? null
		);
	}
	return null;
}

function originOf(url: string | null): string | null {
	return url === null ? null : (URL.parse(url.trim())?.origin ?? url);
}
