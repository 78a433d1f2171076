/** The keys above the values, as people handle them: the recovery kit on paper, and rotation. */
import { AppError } from "@holdfast/contract";
import type {
	ConfirmKit,
	RecoveryKit,
	RootKeyKind,
	RootKeyView,
	RotateKeys,
	RotationView,
} from "@holdfast/contract/schemas";
import { deriveRootKey, fingerprintOf, newDerivation, newRootKey, recoveryKit } from "@holdfast/crypto";
import { authorize, type Caller, deny, entry } from "./access.ts";
import type { MadeKey } from "./root-key-place.ts";
import type { RootKeySource } from "./root-key-source.ts";
import { type Advance, advance, beginData, beginRoot } from "./rotation.ts";
import type { RootKeyRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/**
 * The root key as text for paper. Until someone confirms that it is stored; after that only to whoever is on the machine
 * itself, and could read the key anyway.
 *
 * @throws AppError `KIT_STORED`
 */
export async function kit(vault: Vault, caller: Caller): Promise<RecoveryKit> {
	const row = await currentRow(vault);
	const { current } = vault.keys.roots;
	const act = { action: "keys.kit", target: current.fingerprint, environment: null } as const;
	await authorize(vault, caller, act);
	if (row.kitStoredAt !== null && !isLocal(caller))
		return deny(vault, caller, act, new AppError("KIT_STORED", { name: current.fingerprint }));
	await vault.storage.commit({ audit: [entry(caller, { ...act, outcome: "done" })] });
	const { id: instance } = vault.storage.instance;
	return { kit: recoveryKit(current), fingerprint: current.fingerprint, instance, createdAt: row.createdAt };
}

/**
 * Say that the recovery kit of the current root key is stored.
 *
 * @throws AppError `KIT_WRONG` when it is another key's, or the key has been replaced meanwhile.
 */
export async function confirmKit(vault: Vault, caller: Caller, { fingerprint }: ConfirmKit): Promise<RootKeyView> {
	const { id } = await currentRow(vault);
	const act = { action: "keys.confirmKit", target: fingerprint, environment: null } as const;
	await authorize(vault, caller, act);
	const { current } = vault.keys.roots;
	const wrong = new AppError("KIT_WRONG", { name: fingerprint, detail: current.fingerprint });
	if (fingerprint !== current.fingerprint) throw wrong;
	const { done } = await vault.storage.commit({
		keyring: { step: "kit-stored", id, at: Date.now() },
		audit: [entry(caller, { ...act, outcome: "done" })],
	});
	if (!done) throw wrong;
	return rootKeyView(vault);
}

/**
 * Begin to replace the root key or the data keys, or go on with it when it is under way. Everything stays usable meanwhile.
 *
 * @throws AppError `ROTATION_UNDER_WAY` when the other kind is being replaced, or a passphrase is given for a key that there is
 * already; `ROTATION_NEEDS_PASSPHRASE`, `ROOT_KEY_PASSPHRASE_SHORT`.
 */
export async function rotate(vault: Vault, caller: Caller, input: RotateKeys): Promise<RotationView> {
	await authorize(vault, caller, { action: "keys.rotate", target: input.what, environment: null });
	if (!(await goesOn(vault, input))) {
		const { done } = await (input.what === "data"
			? beginData(vault, caller)
			: beginRoot(vault, caller, newKey(vault, input)));
		if (!done) await adoptOther(vault, input);
	}
	return resumed(vault, await advance(vault));
}

/** Someone else was first. If it was to replace the same keys, theirs is the rotation to go on with. */
async function adoptOther({ storage }: Vault, { what, passphrase }: RotateKeys): Promise<void> {
	const { rotation } = await storage.state();
	if (rotation?.kind !== what || passphrase !== undefined)
		throw new AppError("ROTATION_UNDER_WAY", { name: rotation?.kind ?? what });
}

/** Go on with a rotation for a moment, and say how far it is; `null` when there never was one. */
export async function resume(vault: Vault, caller: Caller): Promise<RotationView | null> {
	await authorize(vault, caller, { action: "keys.resume", target: null, environment: null });
	const how = await advance(vault);
	return (await vault.storage.state()).rotation && resumed(vault, how);
}

function newKey({ keys }: Vault, { passphrase }: RotateKeys): MadeKey {
	if (passphrase !== undefined) {
		const derivation = newDerivation();
		return { key: deriveRootKey(passphrase, derivation), derivation };
	}
	if (keys.roots.source.kind === "passphrase") throw new AppError("ROTATION_NEEDS_PASSPHRASE");
	return { key: newRootKey(), derivation: null };
}

/** Whether a rotation is under way that is the one asked for. One that has its key takes no other from a passphrase. */
async function goesOn({ storage }: Vault, { what, passphrase }: RotateKeys): Promise<boolean> {
	const { rotation } = await storage.state();
	if (rotation?.finishedAt !== null) return false;
	if (rotation.kind !== what || passphrase !== undefined)
		throw new AppError("ROTATION_UNDER_WAY", { name: rotation.kind });
	return true;
}

async function currentRow({ storage, keys }: Vault): Promise<RootKeyRow> {
	const rows = await storage.rootKeys();
	keys.roots.adopt(rows);
	const row = rows.find(({ state }) => state === "current");
	if (!row) throw new AppError("VALUE_DAMAGED", { name: "the list of root keys" });
	return row;
}

/** Whoever is on the machine and reads the data folder. */
function isLocal({ actor }: Caller): boolean {
	return actor.startsWith("cli:");
}

async function resumed(vault: Vault, how: Advance): Promise<RotationView> {
	const view = await rotationView(vault);
	if (!view) throw new AppError("VALUE_DAMAGED", { name: "the record of the rotation" });
	if (how !== "stuck") return view;
	const wanted = "Some keys do not open, so that the old root key is still needed. `holdfast doctor` names them.";
	return { ...view, stage: "waiting", wanted };
}

/** The rotation under way, or the last one; `null` when there never was one. */
export async function rotationView({ storage, keys }: Vault): Promise<RotationView | null> {
	const { rotation } = await storage.state();
	if (!rotation) return null;
	const { finishedAt, from, to, ...shown } = rotation;
	// Not by the count: what was to be sealed anew may have been removed instead.
	const isSealed = async () => (await storage.sealed("dataKey", { after: null, limit: 1, stale: true })).length === 0;
	const stage = finishedAt !== null ? "done" : rotation.kind === "root" && (await isSealed()) ? "waiting" : "resealing";
	const rows = await storage.rootKeys();
	const isDerived = rows.some(({ id, derivation }) => id === to && derivation !== null);
	const { source } = keys.roots;
	const todo = isDerived ? wantedOfPassphrase(source) : WANTED[source.kind](source.place);
	const wanted = stage === "waiting" ? todo : null;
	return { ...shown, stage, wanted, from: from && fingerprintOf(from), to: to && fingerprintOf(to) };
}

/** What a person has to do for the new root key to be where it is read from. */
const WANTED: Record<RootKeyKind, (place: string) => string> = {
	variable: (place) => `Set ${place} to the new key, which is in its recovery kit, and restart.`,
	command: (place) => `Let ${place} print the new key, which is in its recovery kit, and restart.`,
	passphrase: (place) => `Set ${place} to the new passphrase, and restart.`,
	file: (place) => `Write the new key, which is in its recovery kit, to ${place}, and restart.`,
};

/** The same where the new key is derived from a passphrase: a variable or a command would come first, with the old key. */
function wantedOfPassphrase({ kind, place }: RootKeySource): string {
	const unset = kind === "variable" || kind === "command" ? `Unset ${place}, set` : "Set";
	return `${unset} HOLDFAST_ROOT_KEY_PASSPHRASE to the new passphrase, and restart.`;
}

/** The root key, without anything of it. */
export async function rootKeyView(vault: Vault): Promise<RootKeyView> {
	const { createdAt, kitStoredAt } = await currentRow(vault);
	const { source, current } = vault.keys.roots;
	const retired = (await vault.storage.rootKeys())
		.filter(({ state }) => state === "retired")
		.map(({ id, retiredAt }) => ({ fingerprint: fingerprintOf(id), retiredAt }))
		.sort((a, b) => (b.retiredAt ?? 0) - (a.retiredAt ?? 0));
	const { fingerprint } = current;
	return { fingerprint, source: source.kind, place: source.place, createdAt, kitStoredAt, retired };
}
