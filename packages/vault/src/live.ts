/**
 * Every environment's shared values in this process's memory, current as of each read: the revision is asked before, and
 * only what moved is opened again. Rows are the truth; a row that does not open is known as damaged and harms no other.
 */
import { AppError } from "@holdfast/contract";
import type { KeyOwner, SealContext } from "@holdfast/crypto";
import type { KeyRing, Opener } from "./keyring.ts";
import { openSnapshot, type Snapshot } from "./snapshot.ts";
import type { StoredMirror } from "./storage/schema.ts";
import type { EnvironmentRow, Storage, VersionRow } from "./storage/storage.ts";

/** Of a current version, what is shown beside its value. */
type SavedBy = Pick<VersionRow, "version" | "at" | "by">;

export interface LiveEnvironment {
	/** What its values are stored and sealed under. */
	readonly id: string;
	/** What people call it. */
	readonly name: string;
	readonly revision: number;
	readonly edition: number;
	/** Everything that is saved; the value is `null` where neither row nor snapshot opens. */
	readonly values: Snapshot;
	/** When each of them was saved, and by whom. */
	readonly saved: ReadonlyMap<string, SavedBy>;
	/** Settings whose stored row does not open. The snapshot may still have their value. */
	readonly damaged: ReadonlySet<string>;
	/** Whether the stored snapshot is not what the rows say, so that applications cannot hydrate from it. */
	readonly torn: boolean;
	/** How its file is kept. */
	readonly mirror: StoredMirror;
	/** Removed: of no use any more but to take its lines out of its file. */
	readonly removed: boolean;
}

/** `elsewhere`: not only this process's own saves. */
type Listener = (revision: number, elsewhere: boolean) => void;

export class Live {
	readonly #storage: Storage;
	readonly #keys: KeyRing;
	readonly #warn: (message: string) => void;
	readonly #listeners = new Set<Listener>();
	#environments = new Map<string, LiveEnvironment>();
	#revision = -1;
	#unwatch: () => void = () => {};
	/** Whether the listeners are about to be told, and whether of anything that another process did. */
	#telling = { soon: false, elsewhere: false };

	constructor(storage: Storage, keys: KeyRing, warn: (message: string) => void) {
		this.#storage = storage;
		this.#keys = keys;
		this.#warn = warn;
	}

	/**
	 * Be told, within milliseconds, of what any process commits, once this one has taken it in; also when someone's access was
	 * ended. Told once of several, and now and then of nothing. Gives what ends it.
	 */
	onChange(listener: Listener): () => void {
		// Each of its own, so that the same function may listen twice.
		const own: Listener = (...news) => listener(...news);
		if (this.#listeners.size === 0) this.#unwatch = this.#storage.onRevision(() => void this.#wake());
		this.#listeners.add(own);
		return () => {
			if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#unwatch();
		};
	}

	async #wake(): Promise<void> {
		try {
			await this.refresh();
			this.#tell(false);
		} catch (error) {
			// Whoever waited has gone, and may have closed the database: who reads next is told what is wrong.
			if (this.#listeners.size === 0) return;
			this.#warn(`What was saved elsewhere could not be taken in: ${(error as Error).message}`);
		}
	}

	/** Once whoever commits at this moment has gone on with it. */
	#tell(elsewhere: boolean): void {
		this.#telling.elsewhere ||= elsewhere;
		if (this.#telling.soon || this.#listeners.size === 0) return;
		this.#telling.soon = true;
		setImmediate(() => {
			const news = [this.#revision, this.#telling.elsewhere] as const;
			this.#telling = { soon: false, elsewhere: false };
			for (const listener of [...this.#listeners]) listener(...news);
		});
	}

	/** Catch up with the database and return its revision. Costs microseconds when nothing moved. */
	async refresh(): Promise<number> {
		const revision = await this.#storage.revision();
		if (revision === this.#revision) return revision;
		const next = new Map<string, LiveEnvironment>();
		for (const row of await this.#storage.environments()) {
			const known = this.#environments.get(row.id);
			const isKnown = known?.edition === row.edition && known.revision === row.revision;
			next.set(row.id, isKnown ? known : await this.#load(row, known));
		}
		// What was asked for before another reader took in more is older than what that one may count on.
		if (revision < this.#revision) return this.#revision;
		this.#environments = next;
		this.#revision = revision;
		this.#tell(true);
		return revision;
	}

	/** The revision that is held. */
	get revision(): number {
		return this.#revision;
	}

	environments(): LiveEnvironment[] {
		return this.withRemoved().filter(({ removed }) => !removed);
	}

	withRemoved(): LiveEnvironment[] {
		return [...this.#environments.values()].sort((a, b) => a.name.localeCompare(b.name));
	}

	find(name: string): LiveEnvironment | undefined {
		for (const each of this.#environments.values()) if (each.name === name && !each.removed) return each;
		return undefined;
	}

	/**
	 * An environment as of now.
	 *
	 * @throws AppError `ENVIRONMENT_NOT_FOUND`
	 */
	async require(name: string): Promise<LiveEnvironment> {
		await this.refresh();
		return this.named(name);
	}

	/**
	 * An environment as it was last taken in. What else is asked in the same breath is of the same moment.
	 *
	 * @throws AppError `ENVIRONMENT_NOT_FOUND`
	 */
	named(name: string): LiveEnvironment {
		const environment = this.find(name);
		if (!environment) throw new AppError("ENVIRONMENT_NOT_FOUND", { name });
		return environment;
	}

	/** An environment by its id, or what is left of a removed one. */
	get(id: string): LiveEnvironment | undefined {
		return this.#environments.get(id);
	}

	/**
	 * Take in what this process has just committed on top of what it knew. Where it did not know all, the next `refresh`
	 * does: the environment may have been renamed, or its file moved, since the commit was planned.
	 */
	committed(environment: LiveEnvironment, previousRevision: number): void {
		const known = this.#environments.get(environment.id);
		if (!known || this.#revision !== previousRevision) return;
		const { name, mirror } = known;
		this.#environments.set(environment.id, { ...environment, name, mirror });
		this.#revision = environment.revision;
		this.#tell(false);
	}

	/** Open an environment's snapshot, and each row that changed since it was last opened here. */
	async #load(stored: EnvironmentRow, known: LiveEnvironment | undefined): Promise<LiveEnvironment> {
		const { id, name, revision, edition, removed } = stored;
		const instance = this.#storage.instance.id;
		const key = await this.#keys.of(stored.snapshot);
		const snapshot = key && openSnapshot(key, { instance, environment: id, edition }, stored.snapshot);
		const values = new Map(snapshot);
		const saved = new Map(snapshot ? known?.saved : undefined);
		const damaged = new Set(snapshot ? known?.damaged : undefined);
		let torn = snapshot === null;
		const rows = await this.#storage.current(id, "shared", snapshot ? known?.revision : undefined);
		const opener = await this.#keys.openerOf(rows.map(({ sealed }) => sealed));
		for (const row of rows) {
			damaged.delete(row.name);
			const { secret, version } = row;
			const inSnapshot = values.get(row.name);
			if (row.sealed === null) {
				saved.delete(row.name);
				torn ||= inSnapshot !== undefined;
				values.delete(row.name);
				continue;
			}
			saved.set(row.name, { version, at: row.at, by: row.by });
			const value = openValue(opener, instance, row);
			if (value === null) damaged.add(row.name);
			if (inSnapshot?.version === version) continue;
			torn = true;
			values.set(row.name, { value, secret, version });
		}
		return { id, name, revision, edition, values, saved, damaged, torn, mirror: stored.mirror ?? {}, removed };
	}
}

/** A version's value; `null` for a removal, and for a value that is no longer kept or does not open in its place. */
export function openValue(open: Opener, instance: string, row: VersionRow): string | null {
	if (row.sealed === null) return null;
	return open(valueContext(instance, row), row.sealed)?.toString("utf8") ?? null;
}

/** The place a version's value is sealed for. */
export function valueContext(
	instance: string,
	row: Pick<VersionRow, "environment" | "owner" | "name" | "version">,
): SealContext {
	const { environment, name, version } = row;
	return { purpose: "value", instance, owner: keyOwner(row), environment, name, version };
}

/** Whose data key a setting's values are sealed under. */
export function keyOwner({ environment, owner }: Pick<VersionRow, "environment" | "owner">): KeyOwner {
	return owner === "shared" ? `environment:${environment}` : `user:${owner}`;
}
