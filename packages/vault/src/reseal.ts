/**
 * An environment sealed for another name: every envelope is bound to the place it is for, so that a rename seals anew each
 * version there is, under a data key of the new name.
 */
import { AppError } from "@holdfast/contract";
import { type SealingKey, seal } from "@holdfast/crypto";
import { type LiveEnvironment, openValue, valueContext } from "./live.ts";
import { sealSnapshot } from "./snapshot.ts";
import type { Change, VersionRow } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/**
 * The change that renames an environment, but for its audit entry.
 *
 * @throws AppError `VALUE_DAMAGED` naming the first version that does not open.
 */
export async function resealEnvironment(
	vault: Vault,
	environment: LiveEnvironment,
	to: string,
): Promise<Omit<Change, "audit">> {
	const instance = vault.storage.instance.id;
	const made = vault.keys.plan(`environment:${to}`);
	const revision = await vault.live.refresh();
	const versions: VersionRow[] = [];
	for (const row of await vault.storage.allVersions(environment.name)) {
		const moved = { ...row, environment: to };
		if (row.sealed === null) {
			versions.push(moved);
			continue;
		}
		const key = await keyOf(vault, row);
		const text = key && openValue(key, instance, row);
		if (key === null || text === null)
			throw new AppError("VALUE_DAMAGED", { name: `${row.name}, version ${row.version},` });
		const sealedUnder = row.owner === "shared" ? made.key : key;
		versions.push({ ...moved, sealed: seal(sealedUnder, valueContext(instance, moved), Buffer.from(text, "utf8")) });
	}
	const edition = environment.edition + 1;
	const sealed = sealSnapshot(made.key, { instance, environment: to, edition }, environment.values);
	return {
		rename: { from: environment.name, to, revision, versions },
		keys: [made.stored],
		snapshot: { environment: to, edition, sealed },
	};
}

function keyOf(vault: Vault, { owner, environment }: VersionRow): Promise<SealingKey | null> {
	return vault.keys.find(owner === "shared" ? `environment:${environment}` : `user:${owner}`);
}
