/**
 * Replacing keys while everything goes on. A rotation is a row in the database and is carried on by whoever holds the vault
 * open, in steps that each compare what they replace: it may be cut off anywhere, and two may work on it at once. An old key
 * is gone only when no ciphertext names it, and an old root key only when its source has the new one.
 */
import {
	canaryOf,
	envelopeKeyId,
	type KeyOwner,
	open,
	type SealContext,
	type SealedDataKey,
	seal,
	sealRootKey,
} from "@holdfast/crypto";
import { bySystem, type Caller, entry } from "./access.ts";
import { type MadeKey, replaceRootKey } from "./root-key-place.ts";
import { contextOf } from "./sealed-context.ts";
import type { StoredRotation } from "./storage/schema.ts";
import type { PlaceName, Resealed, SealedRow } from "./storage/sealed.ts";
import type { Change, Committed, RootKeyRow } from "./storage/storage.ts";
import { eraseTraces } from "./traces.ts";
import type { Vault } from "./vault.ts";

/** The moments of a rotation that a test may stop at. */
export type RotationStep = "rotation-begun" | "root-key-placed" | "keys-replaced" | "batch-resealed" | "before-retired";

/** How much is done at a time. */
export interface Pace {
	/** Rows in one commit. */
	batch: number;
	/** Milliseconds after which no further batch is begun. */
	budget: number;
}

/** Short enough that saves wait for no batch, and long enough that the sync of a commit is not most of it. */
const USUAL: Pace = { batch: 500, budget: 200 };

/** What a step of a rotation found. `stuck`: rows that do not open, and so cannot be sealed anew. */
export type Advance = "more" | "waiting" | "stuck" | "done";

/** Begin to replace the root key. Whether nobody else has begun meanwhile is the commit's to say. */
export async function beginRoot(vault: Vault, caller: Caller, { key, derivation }: MadeKey): Promise<Committed> {
	const { storage, keys } = vault;
	const before = keys.roots.current;
	const instance = storage.instance.id;
	const times = { createdAt: Date.now(), retiredAt: null, kitStoredAt: null };
	const bridge = sealRootKey(before, instance, key);
	const row: RootKeyRow = { id: key.id, state: "current", bridge, derivation, canary: canaryOf(key), ...times };
	// Whatever opened with the old key opens with the new one: the old key itself, and the keys before it.
	const bridges = (await storage.rootKeys()).flatMap(({ id }) => {
		const older = keys.roots.get(id);
		return older ? [{ id, bridge: sealRootKey(key, instance, older) }] : [];
	});
	const total = await storage.countSealed("dataKey");
	const rotation = begun(caller, { kind: "root", from: before.id, to: key.id, total });
	return begin(vault, caller, { step: "began-root", before: before.id, key: row, bridges, rotation });
}

/** Begin to replace every data key but the instance's own, which seals nothing. */
export async function beginData(vault: Vault, caller: Caller): Promise<Committed> {
	const { storage } = vault;
	const { generation } = await storage.state();
	// The instance's own key is left out.
	let total = -1;
	for (const place of ["dataKey", "value", "snapshot"] as const) total += await storage.countSealed(place);
	const rotation = begun(caller, { kind: "data", from: null, to: null, total });
	return begin(vault, caller, { step: "began-data", generation: generation + 1, rotation });
}

function begun(caller: Caller, what: Pick<StoredRotation, "kind" | "from" | "to" | "total">): StoredRotation {
	return { ...what, done: 0, startedAt: Date.now(), startedBy: caller.label, finishedAt: null };
}

async function begin(
	vault: Vault,
	caller: Caller,
	keyring: Extract<Change["keyring"], { rotation: StoredRotation }>,
): Promise<Committed> {
	const { kind, from, to } = keyring.rotation;
	const act = { action: "keys.rotate", target: kind, environment: null, outcome: "done" } as const;
	const committed = await vault.storage.commit({ keyring, audit: [entry(caller, { ...act, details: { from, to } })] });
	if (committed.done) vault.options.onStep?.("rotation-begun");
	vault.keys.roots.adopt(await vault.storage.rootKeys());
	vault.keys.renew();
	return committed;
}

/** Carry on with the rotation that is under way, for a while. `done` as well when there is none. */
export async function advance(vault: Vault, pace: Pace = USUAL): Promise<Advance> {
	const { rotation } = await vault.storage.state();
	if (!rotation || rotation.finishedAt !== null) return "done";
	const deadline = performance.now() + pace.budget;
	const more = () => performance.now() < deadline;
	return rotation.kind === "root"
		? advanceRoot(vault, rotation, { ...pace, more })
		: advanceData(vault, { ...pace, more });
}

interface Going extends Pace {
	/** Whether there is time for another batch. */
	more(): boolean;
}

async function advanceRoot(vault: Vault, rotation: StoredRotation, going: Going): Promise<Advance> {
	const { storage, keys } = vault;
	const { roots } = keys;
	roots.adopt(await storage.rootKeys());
	const isPlaced = await place(vault, rotation);
	const walked = await resealAll(vault, "dataKey", {
		going,
		sealAnew: (context, sealed) => {
			const root = roots.active(envelopeKeyId(sealed) ?? "");
			const bytes = root && open(root, context, sealed);
			return bytes && seal(roots.current, context, bytes);
		},
	});
	if (walked !== "done") return walked;
	if (await hasLostBridge(vault, rotation)) return "stuck";
	return isPlaced ? retire(vault, rotation) : "waiting";
}

/** Whether the old key is still needed for a key before it, whose bridge did not open when the rotation was begun. */
async function hasLostBridge({ storage }: Vault, { from, to }: StoredRotation): Promise<boolean> {
	const rows = await storage.rootKeys();
	return rows.some(({ id, bridge }) => id !== to && bridge !== null && envelopeKeyId(bridge) === from);
}

/**
 * See to it that this process's source has the new key, and say whether it does. A key that is derived from a passphrase is
 * put into no file.
 */
async function place({ keys, storage, options }: Vault, { from }: StoredRotation): Promise<boolean> {
	const { current, presented } = keys.roots;
	if (presented.id === current.id) return true;
	const previous = keys.roots.get(from ?? "");
	const isDerived = (await storage.rootKeys()).some(({ id, derivation }) => id === current.id && derivation !== null);
	const isPlaced = previous !== null && !isDerived && (await replaceRootKey(options, previous, current));
	if (isPlaced) options.onStep?.("root-key-placed");
	return isPlaced;
}

/** A data key that was planned under the old key meanwhile makes it a conflict, and the next pass takes that one along. */
async function retire(vault: Vault, { from, to }: StoredRotation): Promise<Advance> {
	const { storage, options } = vault;
	options.onStep?.("before-retired");
	const act = { action: "keys.retire", target: "root", environment: null, outcome: "done" } as const;
	const { done } = await storage.commit({
		keyring: { step: "retired-root", id: from ?? "", at: Date.now() },
		audit: [bySystem({ ...act, details: { from, to } })],
	});
	// What was sealed under the old key is overwritten in the database, and still in its log.
	if (done) await eraseTraces(vault, { whole: false });
	return done ? "done" : "more";
}

async function advanceData(vault: Vault, going: Going): Promise<Advance> {
	const { storage, keys } = vault;
	if (!(await replaceKeys(vault, going))) return "more";
	let leaving = false;
	for (const name of ["value", "snapshot"] as const) {
		const walked = await resealAll(vault, name, {
			going,
			sealAnew: async (context, sealed) => {
				const opener = await keys.openerOf([sealed]);
				const bytes = opener(context, sealed);
				const key = bytes && (await keys.find(context.owner as KeyOwner));
				return key && seal(key, context, bytes);
			},
		});
		if (walked === "more") return walked;
		// What does not open keeps its key, in case that someone mends it.
		leaving ||= walked === "stuck";
	}
	const { done } = await storage.commit({ keyring: { step: "finished-data", at: Date.now(), leaving }, audit: [] });
	if (done) await eraseTraces(vault, { whole: false });
	return done ? "done" : "more";
}

/** Give each owner a new key, at least a batch of them; whether all have one by now. */
async function replaceKeys({ storage, keys, options }: Vault, going: Going): Promise<boolean> {
	for (let isFirst = true; ; isFirst = false) {
		const stale = await storage.staleKeys(going.batch);
		if (stale.length === 0) return true;
		if (!isFirst && !going.more()) return false;
		const planned: Array<{ before: string; key: SealedDataKey }> = [];
		for (const { id, owner } of stale) planned.push({ before: id, key: (await keys.plan(owner)).stored });
		// Refused when one of them is gone by now; those that are still there are asked for again.
		await storage.commit({ keyring: { step: "replaced", keys: planned }, audit: [] });
		keys.renew();
		options.onStep?.("keys-replaced");
	}
}

interface Walk {
	going: Going;
	/** `null` for what does not open. */
	sealAnew(context: SealContext, sealed: Uint8Array): Promise<Uint8Array | null> | Uint8Array | null;
}

/** Seal anew what is stale in a place, a batch at a time, and at least one batch. */
async function resealAll({ storage, options }: Vault, name: PlaceName, walk: Walk): Promise<"more" | "stuck" | "done"> {
	const { going, sealAnew } = walk;
	let isStuck = false;
	for (let after: SealedRow | null = null, isFirst = true; ; isFirst = false) {
		if (!isFirst && !going.more()) return "more";
		const read: SealedRow[] = await storage.sealed(name, { after, limit: going.batch, stale: true });
		after = read.at(-1) ?? null;
		if (after === null) return isStuck ? "stuck" : "done";
		const rows: Resealed[] = [];
		for (const row of read) {
			const sealed = await sealAnew(contextOf(storage.instance.id, name, row), row.sealed);
			if (sealed) rows.push({ ...row, sealed, before: row.sealed });
			else isStuck = true;
		}
		if (rows.length === 0) continue;
		await storage.commit({ keyring: { step: "resealed", place: name, rows }, audit: [] });
		options.onStep?.("batch-resealed");
	}
}
