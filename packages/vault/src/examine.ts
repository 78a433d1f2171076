/**
 * Opening everything that is sealed, to know that it opens: keys, snapshots, and every value with its history. Goes by the
 * registry of places with ciphertext, so that nothing is passed over. Values are let go of at once.
 */
import { setImmediate as otherWork } from "node:timers/promises";
import { envelopeKeyId, open, type SealContext } from "@holdfast/crypto";
import type { KeyRing } from "./keyring.ts";
import { contextOf } from "./sealed-context.ts";
import { type PlaceName, SEALED, type SealedRow } from "./storage/sealed.ts";
import type { Storage } from "./storage/storage.ts";

/** How many envelopes are opened before the process turns to other work. A value has up to 64 KiB. */
const AT_ONCE = 100;

export interface Examined {
	/** The values that opened, history included. */
	values: number;
	/** What does not open, named so that people know what to save again. Of someone's own settings, only the user's id is told. */
	damaged: string[];
}

/** May run while others save: what was written meanwhile counts as it is when it is come to. */
export async function examine(storage: Storage, keys: KeyRing): Promise<Examined> {
	keys.roots.adopt(await storage.rootKeys());
	const names = new Map((await storage.environments()).map(({ id, name }) => [id, name]));
	const damaged: string[] = [];
	let values = 0;
	for (const place of Object.keys(SEALED) as PlaceName[]) {
		const opens = opener(storage, keys, place);
		for await (const rows of batches(storage, place)) {
			for (const { row, before } of rows) {
				if (!(await opens(row)) && !(await opensByNow({ storage, place, before, row }, opens)))
					damaged.push(nameOf(place, row, names));
				else if (place === "value") values += 1;
			}
		}
	}
	return { values, damaged };
}

/** Every envelope of a place with the row before it. */
async function* batches(storage: Storage, place: PlaceName) {
	for (let last: SealedRow | null = null; ; ) {
		const rows: SealedRow[] = await storage.sealed(place, { after: last, limit: AT_ONCE });
		if (rows.length === 0) return;
		const first = last;
		yield rows.map((row, i) => ({ row, before: rows[i - 1] ?? first }));
		last = rows.at(-1) ?? null;
		await otherWork();
	}
}

type Opens = (row: SealedRow) => Promise<boolean>;

function opener(storage: Storage, keys: KeyRing, place: PlaceName): Opens {
	const context = (row: SealedRow): SealContext => contextOf(storage.instance.id, place, row);
	if (SEALED[place].under === "data")
		return async (row) => (await keys.openerOf([row.sealed]))(context(row), row.sealed) !== null;
	return async (row) => {
		const root = keys.roots.active(envelopeKeyId(row.sealed) ?? "");
		return root !== null && open(root, context(row), row.sealed)?.length === 32;
	};
}

/** Whether a row that did not open was sealed anew or removed since it was read, and is not damaged. */
async function opensByNow(
	{ storage, place, before, row }: { storage: Storage; place: PlaceName; before: SealedRow | null; row: SealedRow },
	opens: Opens,
): Promise<boolean> {
	const [now] = await storage.sealed(place, { after: before, limit: 1 });
	const isSame = SEALED[place].key.every((column) => now?.columns[column] === row.columns[column]);
	if (!now || !isSame) return true;
	return Buffer.compare(now.sealed, row.sealed) !== 0 && (await opens(now));
}

function nameOf(place: PlaceName, { columns }: SealedRow, names: ReadonlyMap<string, string>): string {
	const environment = (id: unknown) => names.get(String(id)) ?? String(id);
	const { id, owner, name, version } = columns;
	switch (place) {
		case "rootKey":
			return `the bridge to root key ${id}`;
		case "dataKey":
			return `the data key of ${owner}`;
		case "value": {
			const whose = owner === "shared" ? "shared" : `user ${owner}`;
			return `${name} in ${environment(columns.environment)} (${whose}), version ${version}`;
		}
		case "snapshot":
			return `the snapshot of ${environment(id)}`;
	}
}
