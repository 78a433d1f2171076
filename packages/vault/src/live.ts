/**
 * Every environment's shared values in this process's memory, current as of each read: the revision is asked before, and
 * only what moved is opened again. Rows are the truth; a row that does not open is known as damaged and harms no other.
 */
import type { SealContext } from "@holdfast/crypto";
import { open } from "@holdfast/crypto";
import type { KeyRing } from "./keyring.ts";
import { openSnapshot, type SnapshotValue } from "./snapshot.ts";
import type { EnvironmentRow, Storage, VersionRow } from "./storage/storage.ts";

export interface LiveEnvironment {
	readonly name: string;
	readonly revision: number;
	readonly edition: number;
	readonly values: ReadonlyMap<string, SnapshotValue>;
	/** Settings whose stored row does not open, by name, with their version. */
	readonly damaged: ReadonlyMap<string, number>;
}

export class Live {
	readonly #storage: Storage;
	readonly #keys: KeyRing;
	#environments = new Map<string, LiveEnvironment>();
	#revision = -1;

	constructor(storage: Storage, keys: KeyRing) {
		this.#storage = storage;
		this.#keys = keys;
	}

	/** Catch up with the database and return its revision. Costs microseconds when nothing moved. */
	async refresh(): Promise<number> {
		const revision = await this.#storage.revision();
		if (revision === this.#revision) return revision;
		const next = new Map<string, LiveEnvironment>();
		for (const row of await this.#storage.environments()) {
			const known = this.#environments.get(row.name);
			next.set(row.name, known?.edition === row.edition ? known : await this.#load(row, known));
		}
		this.#environments = next;
		this.#revision = revision;
		return revision;
	}

	environments(): LiveEnvironment[] {
		return [...this.#environments.values()].sort((a, b) => a.name.localeCompare(b.name));
	}

	find(name: string): LiveEnvironment | undefined {
		return this.#environments.get(name);
	}

	/** Take in what this process has just committed on top of what it knew. */
	committed(environment: LiveEnvironment, previousRevision: number): void {
		this.#environments.set(environment.name, environment);
		if (this.#revision === previousRevision) this.#revision = environment.revision;
	}

	/** Open an environment's snapshot, and each row that changed since it was last opened here. */
	async #load(row: EnvironmentRow, known: LiveEnvironment | undefined): Promise<LiveEnvironment> {
		const key = await this.#keys.find(`environment:${row.name}`);
		const place = { instance: this.#storage.instance.id, environment: row.name, edition: row.edition };
		const snapshot = key && openSnapshot(key, place, row.snapshot);
		const rows = await this.#storage.current(row.name, "shared", snapshot ? known?.revision : undefined);
		const damaged = new Map(snapshot ? known?.damaged : undefined);
		const values = new Map<string, SnapshotValue>(snapshot ?? undefined);
		for (const setting of rows) {
			damaged.delete(setting.name);
			if (setting.sealed === null) continue;
			const value =
				key && open(key, valueContext(this.#storage.instance.id, setting), setting.sealed)?.toString("utf8");
			if (value === undefined || value === null) damaged.set(setting.name, setting.version);
			else if (!snapshot) values.set(setting.name, { value, secret: setting.secret, version: setting.version });
		}
		return { name: row.name, revision: row.revision, edition: row.edition, values, damaged };
	}
}

/** The place a version's value is sealed for. */
export function valueContext(
	instance: string,
	row: Pick<VersionRow, "environment" | "owner" | "name" | "version">,
): SealContext {
	const owner = row.owner === "shared" ? `environment:${row.environment}` : `user:${row.owner}`;
	return { purpose: "value", instance, owner, environment: row.environment, name: row.name, version: row.version };
}
