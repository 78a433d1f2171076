/**
 * Where a key may be sent. Guards the rule that a changed base URL never receives a key that was saved for another origin:
 * else whoever may save and not reveal could have the key sent to a server of their own.
 */
import { AppError, DEFAULT_ENVIRONMENT } from "@holdfast/contract";
import type { Source } from "@holdfast/contract/schemas";
import type { Caller } from "./access.ts";
import { openValue } from "./live.ts";
import type { Resolved } from "./settings.ts";
import { chain, gather } from "./sources.ts";
import type { VersionRow } from "./storage/storage.ts";
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
 * Let a key be used with a base URL only if that URL's origin applied where and when the key was saved. The catalogue's own
 * address, and what the machine's process and hand-written lines say, need no such leave.
 *
 * @throws AppError `KEY_FOR_OTHER_URL`
 */
export async function requireOwnUrl(vault: Vault, caller: Caller, destination: Destination): Promise<void> {
	const { environment, url, key, resolved } = destination;
	const [address, credential] = [resolved.get(url), resolved.get(key)];
	if (!address || !credential) return;
	const text = address.value.reveal();
	const origin = originOf(text);
	const { layer } = credential;
	const entered = await entryOf(vault, caller, { environment, key, layer });
	const trusted = [entered && (await urlAtSave(vault, entered, { url, address: text }))];
	const places = await gather(vault, caller, environment);
	// Of a line that was there when a backup was restored nobody knows any more whether it was saved or written by hand.
	const restoredAt = await vault.storage.restoredAt();
	const isKnown = restoredAt === null || (entered?.since ?? 0) > restoredAt;
	for (const { source, value } of chain(places, url)) {
		const byMachine = source === "process" || source === "catalogue";
		if (byMachine || (source === "file" && isKnown && !(await wasSaved(vault, url, value)))) trusted.push(value);
	}
	if (!trusted.some((value) => originOf(value) === origin)) throw new AppError("KEY_FOR_OTHER_URL", { name: key });
}

/**
 * Whether a line's value was once saved: then it may be a mirror that is behind, and says no more than whoever saved it. The
 * moment between a removal and the write of the file would otherwise lend anyone the trust of a hand-written line.
 */
async function wasSaved(vault: Vault, url: string, value: string | null): Promise<boolean> {
	const mark = vault.fingerprint(url, value ?? "");
	// Also elsewhere: a file stays behind when its environment is renamed or removed, and may become another's.
	for (const { id } of vault.live.withRemoved()) {
		const versions = await vault.storage.history(id, "shared", url);
		if (versions.some(({ fingerprint }) => fingerprint === mark)) return true;
	}
	return false;
}

interface Place {
	environment: string;
	owner: string;
}

/** How a saved key was entered: the revision, the place, and the places whose URLs applied there, strongest first. */
interface Entry {
	since: number;
	places: readonly Place[];
}

/** `null` for a key that was not saved. */
async function entryOf(
	vault: Vault,
	caller: Caller,
	{ environment, key, layer }: Pick<Destination, "environment" | "key"> & Pick<Resolved, "layer">,
): Promise<Entry | null> {
	const { id } = await vault.live.require(environment);
	const all = [
		{ environment: id, owner: caller.userId },
		{ environment: id, owner: "shared" },
		{ environment: DEFAULT_ENVIRONMENT, owner: "shared" },
	];
	const rank = SAVED.indexOf(layer.source);
	const places = (rank === -1 ? [] : all.slice(rank)).flatMap(({ owner, ...place }) =>
		owner ? [{ ...place, owner }] : [],
	);
	const [own] = places;
	if (!own) return null;
	const keys = await vault.storage.history(own.environment, own.owner, key);
	return { since: enteredAt(keys, layer.version), places };
}

/**
 * The base URL that applied when the key was saved, to whoever saved it there; `null` when none was saved.
 */
async function urlAtSave(
	vault: Vault,
	{ since, places }: Entry,
	{ url, address }: { url: string; address: string },
): Promise<string | null> {
	const mark = vault.fingerprint(url, address);
	for (const { environment, owner } of places) {
		const rows = await vault.storage.history(environment, owner, url);
		const row = rows.find(({ revision }) => revision <= since);
		if (!row || row.fingerprint === null) continue;
		// Of a value that is no longer kept it is only known whether this is it.
		if (row.sealed === null) return row.fingerprint === mark ? address : null;
		return openValue(await vault.keys.openerOf([row.sealed]), vault.storage.instance.id, row);
	}
	return null;
}

/**
 * The revision at which someone entered a version's value, of versions newest first; 0 when that is not known. Neither who
 * brings back an earlier version need know its value, nor who keeps what is saved against a hand edit. The latter writes two
 * versions at once, the edit's and the one there was: the edit was entered by whoever wrote the line, and that is not known
 * either of a line that a first save takes into the history.
 */
function enteredAt(versions: readonly VersionRow[], version: number | null): number {
	const find = (wanted: number | null) => versions.findIndex((row) => row.version === wanted);
	let at = find(version);
	for (let row = versions[at]; row; row = versions[at]) {
		const from = row.restoredFrom === null ? at : find(row.restoredFrom);
		if (from < at || versions[at - 1]?.revision === row.revision) return 0;
		const wasKept = versions[at + 2] !== undefined && versions[at + 1]?.revision === row.revision;
		if (from === at && !wasKept) return row.revision;
		at = from === at ? at + 2 : from;
	}
	return 0;
}

function originOf(url: string | null): string | null {
	return url === null ? null : (URL.parse(url.trim())?.origin ?? url);
}
