/**
 * The part of a commit that is about keys. Guards three rules: nothing is written under a key that is gone, no key goes
 * while anything is sealed under it, and nobody who is gone gets one.
 */
import { and, eq, ne, sql } from "drizzle-orm";
import { finished, keyPeople, keysUsed, progressed, refuseUnderWay } from "./change.ts";
import { Conflict, unlessTaken } from "./conflict.ts";
import type { SqliteDatabase } from "./connect.ts";
import type { Queries } from "./queries.ts";
import { dataKeys, instances, rootKeys, type StoredRotation } from "./schema.ts";
import { countUnder, deleteUnused, putSealed, SQLITE } from "./sealed.ts";
import type { Change, KeyringStep } from "./storage.ts";

type Step<name extends KeyringStep["step"]> = Extract<KeyringStep, { step: name }>;

export function writeKeys(db: SqliteDatabase, { keys = [], keyring }: Change): void {
	for (const { id, owner, sealed } of keys) {
		const generation = sql`(select ${instances.generation} from ${instances})`;
		const key = db.insert(dataKeys).values({ id, owner, sealed: Buffer.from(sealed), generation });
		unlessTaken(owner, () => key.run());
	}
	if (keyring) (STEPS[keyring.step] as (db: SqliteDatabase, step: KeyringStep) => void)(db, keyring);
}

/** After the keys of the change itself are written. */
export function refuseGoneKeys(queries: Queries, change: Change): void {
	const isThere = { data: queries.isDataKey, root: queries.isRootKey };
	const used = keysUsed(change);
	for (const kind of ["data", "root"] as const)
		for (const id of used[kind]) if (id === null || !isThere[kind].get({ id })) throw new Conflict(`the key ${id}`);
}

/** Whoever was signed in when they were removed begins nothing of their own again. */
export function refuseGonePeople(queries: Queries, change: Change): void {
	for (const { owner, userId } of keyPeople(change)) if (queries.isGone.get({ userId })) throw new Conflict(owner);
}

const STEPS: { [name in KeyringStep["step"]]: (db: SqliteDatabase, step: Step<name>) => void } = {
	marked(db, { id, canary }) {
		db.update(rootKeys).set({ canary }).where(eq(rootKeys.id, id)).run();
	},

	"began-root"(db, { before, key, bridges, rotation }) {
		refuseUnderWay(rotationIn(db));
		const { changes } = db
			.update(instances)
			.set({ rootKeyId: key.id, rotation })
			.where(eq(instances.rootKeyId, before))
			.run();
		if (changes !== 1 || previousKey(db)) throw new Conflict("the root key");
		db.update(rootKeys).set({ state: "previous" }).where(eq(rootKeys.id, before)).run();
		const row = db.insert(rootKeys).values({ ...key, bridge: key.bridge && Buffer.from(key.bridge) });
		unlessTaken("the root key", () => row.run());
		for (const { id, bridge } of bridges)
			db.update(rootKeys)
				.set({ bridge: Buffer.from(bridge) })
				.where(eq(rootKeys.id, id))
				.run();
	},

	"began-data"(db, { generation, rotation }) {
		refuseUnderWay(rotationIn(db));
		const before = eq(instances.generation, generation - 1);
		const { changes } = db.update(instances).set({ generation, rotation }).where(before).run();
		if (changes !== 1) throw new Conflict("the data keys");
	},

	replaced(db, { keys }) {
		for (const { before, key } of keys) {
			const known = and(eq(dataKeys.id, before), eq(dataKeys.current, true));
			const { changes } = db.update(dataKeys).set({ current: false }).where(known).run();
			if (changes !== 1) throw new Conflict(key.owner);
		}
		writeKeys(db, { keys: keys.map(({ key }) => key), audit: [] });
		progress(db, keys.length);
	},

	resealed(db, { place, rows }) {
		let done = 0;
		for (const row of rows) done += db.run(putSealed(place, row)).changes;
		progress(db, done);
	},

	"retired-root"(db, { id, at }) {
		// Of the bridge from the old key to the new one there is no more need, and it is under the old one.
		db.update(rootKeys).set({ bridge: null }).where(eq(rootKeys.state, "current")).run();
		refuseReferred(db, id);
		const previous = and(eq(rootKeys.id, id), eq(rootKeys.state, "previous"));
		const { changes } = db.update(rootKeys).set({ state: "retired", retiredAt: at }).where(previous).run();
		if (changes !== 1) throw new Conflict("the root key");
		finish(db, at);
	},

	"finished-data"(db, { at, leaving }) {
		db.run(deleteUnused(SQLITE));
		const left = db.select({ id: dataKeys.id }).from(dataKeys).where(eq(dataKeys.current, false)).get();
		if (left && !leaving) throw new Conflict(`the key ${left.id}`);
		finish(db, at);
	},

	"kit-stored"(db, { id, at }) {
		const { changes } = db
			.update(rootKeys)
			.set({ kitStoredAt: at })
			.where(and(eq(rootKeys.id, id), ne(rootKeys.state, "retired")))
			.run();
		if (changes !== 1) throw new Conflict("the root key");
	},
};

function previousKey(db: SqliteDatabase): string | undefined {
	return db.select({ id: rootKeys.id }).from(rootKeys).where(eq(rootKeys.state, "previous")).get()?.id;
}

function refuseReferred(db: SqliteDatabase, id: string): void {
	if ((db.get<{ n: number }>(countUnder(id))?.n ?? 1) !== 0) throw new Conflict(`the key ${id}`);
}

function progress(db: SqliteDatabase, done: number): void {
	setRotation(db, (rotation) => progressed(rotation, done));
}

function finish(db: SqliteDatabase, at: number): void {
	setRotation(db, (rotation) => finished(rotation, at));
}

function rotationIn(db: SqliteDatabase): StoredRotation | null {
	return db.select({ rotation: instances.rotation }).from(instances).get()?.rotation ?? null;
}

function setRotation(db: SqliteDatabase, next: (rotation: StoredRotation) => StoredRotation): void {
	const rotation = rotationIn(db);
	if (rotation)
		db.update(instances)
			.set({ rotation: next(rotation) })
			.run();
}
