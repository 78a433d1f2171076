/**
 * What a setting was: its versions, masked as lists are, and any of them saved again as a new one. Guards the rule that
 * neither tells a secret to someone who may only save.
 */
import { AppError, mask, may } from "@holdfast/contract";
import type { OneSetting, RestoreSetting, SaveResult, VersionView } from "@holdfast/contract/schemas";
import { authorize, type Caller } from "./access.ts";
import { openValue } from "./live.ts";
import { admit, change } from "./save.ts";
import type { VersionRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/**
 * Every version of a setting, newest first. A value that was made a secret later is masked in the plain versions, too. Of a
 * setting that ever was a secret, who may not reveal it sees every version masked: else a mask more or less would tell
 * whoever saves guesses which of them is right.
 */
export async function history(vault: Vault, caller: Caller, input: OneSetting): Promise<VersionView[]> {
	const { environment, owner, name } = input;
	await authorize(vault, caller, { action: "settings.history", target: name, environment });
	const stored = owner === "shared" ? "shared" : caller.userId;
	if (stored === null) return [];
	const { id } = await vault.live.require(environment);
	const rows = await vault.storage.history(id, stored, name);
	const opener = await vault.keys.openerOf(rows.map(({ sealed }) => sealed));
	const mayCompare = owner === "personal" || may(caller.access, "settings.reveal", environment);
	const secrets = secretsOf(rows, mayCompare);
	return rows.map((row, i) => {
		const text = openValue(opener, vault.storage.instance.id, row);
		const shown = text !== null && secrets.has(row) ? mask(text) : text;
		const { version, revision, at, by, secret, message, restoredFrom } = row;
		const change = changeOf(row, rows[i + 1], mayCompare);
		return { version, revision, at, by, change, restoredFrom, removed: change === "removed", secret, shown, message };
	});
}

/**
 * Save the value of an earlier version again, as a new version; also one that was removed since. It is as secret as it was,
 * and no less than what it replaces. Answers as a save does.
 *
 * @throws AppError `VERSION_NOT_FOUND` for a removal, a version that is not there, and one whose value is no longer kept;
 * `VALUE_DAMAGED` when it does not open; `VERSION_CONFLICT` if someone saved it first.
 */
export async function restore(vault: Vault, caller: Caller, input: RestoreSetting): Promise<SaveResult> {
	const { environment, owner, name, version, expectedVersion, message = null } = input;
	const act = { action: "settings.restore", environment } as const;
	const stored = await admit(vault, caller, { ...act, target: name, owner });
	const { id } = await vault.live.require(environment);
	const rows = await vault.storage.history(id, stored, name);
	const row = rows.find((each) => each.version === version);
	if (!row?.sealed) throw new AppError("VERSION_NOT_FOUND", { name, detail: String(version) });
	const value = openValue(await vault.keys.openerOf([row.sealed]), vault.storage.instance.id, row);
	if (value === null) throw new AppError("VALUE_DAMAGED", { name });
	const mayCompare = owner === "personal" || may(caller.access, "settings.reveal", environment);
	const secret = secretsOf(rows, mayCompare).has(row);
	const intents = [{ name, value, secret, expectedVersion, restoredFrom: version }];
	return change(vault, caller, { ...act, id, owner, intents, message });
}

/**
 * Those versions whose value is a secret in them, or was entered as one again later. To bring a secret back is not to enter
 * it: else whoever did that after they saved guesses would see which of those is right. For those who may not compare, all
 * versions when any is a secret.
 */
function secretsOf(rows: readonly VersionRow[], mayCompare: boolean): ReadonlySet<VersionRow> {
	if (!mayCompare && rows.some(({ secret }) => secret)) return new Set(rows);
	const known = new Map(rows.map((row) => [row.version, row]));
	const enteredIn = ({ version, restoredFrom }: VersionRow): number => {
		const from = restoredFrom !== null && restoredFrom < version ? known.get(restoredFrom) : undefined;
		return from ? enteredIn(from) : version;
	};
	const lastEntered = new Map<string | null, number>();
	for (const row of rows.filter(({ secret }) => secret))
		lastEntered.set(row.fingerprint, Math.max(lastEntered.get(row.fingerprint) ?? 0, enteredIn(row)));
	return new Set(
		rows.filter(({ secret, fingerprint, version }) => secret || version <= (lastEntered.get(fingerprint) ?? 0)),
	);
}

/** That a secret is what was there before is told only to who may read it: it would tell anyone else that a guess is right. */
function changeOf(row: VersionRow, before: VersionRow | undefined, mayCompare: boolean): VersionView["change"] {
	if (row.fingerprint === null) return "removed";
	if (!before || before.fingerprint === null) return "created";
	return before.fingerprint === row.fingerprint && (mayCompare || !(before.secret || row.secret)) ? "kept" : "changed";
}
