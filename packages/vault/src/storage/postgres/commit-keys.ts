/** The part of a commit that is about keys, on PostgreSQL: the rules of `../commit-keys.ts`. */
import { and, eq, ne, sql } from "drizzle-orm";
import { finished, keyPeople, keysUsed, progressed, refuseUnderWay } from "../change.ts";
import { Conflict } from "../conflict.ts";
import type { StoredRotation } from "../schema.ts";
import { asBuffer, countUnder, deleteUnused, POSTGRES, putSealed } from "../sealed.ts";
import type { Change, KeyringStep } from "../storage.ts";
import { unlessTaken } from "./conflict.ts";
import type { Executor } from "./connect.ts";
import type { Queries } from "./queries.ts";
import { dataKeys, instances, rootKeys } from "./schema.ts";

type Step<name extends KeyringStep["step"]> = Extract<KeyringStep, { step: name }>;

export async function writeKeys(db: Executor, { keys = [], keyring }: Change): Promise<void> {
	for (const { id, owner, sealed } of keys) {
		const generation = sql`(select ${instances.generation} from ${instances})`;
		await unlessTaken(owner, db.insert(dataKeys).values({ id, owner, sealed: asBuffer(sealed), generation }));
	}
	if (keyring) await (STEPS[keyring.step] as (db: Executor, step: KeyringStep) => Promise<void>)(db, keyring);
}

/** After the keys of the change itself are written. */
export async function refuseGoneKeys(queries: Queries, change: Change): Promise<void> {
	const isThere = { data: queries.dataKeyById, root: queries.isRootKey };
	const used = keysUsed(change);
	for (const kind of ["data", "root"] as const)
		for (const id of used[kind])
			if (id === null || (await isThere[kind](id)).length === 0) throw new Conflict(`the key ${id}`);
}

/** Whoever was signed in when they were removed begins nothing of their own again. */
export async function refuseGonePeople(queries: Queries, change: Change): Promise<void> {
	for (const { owner, userId } of keyPeople(change))
		if ((await queries.isGone(userId)).length > 0) throw new Conflict(owner);
}

const STEPS: { [name in KeyringStep["step"]]: (db: Executor, step: Step<name>) => Promise<void> } = {
	async marked(db, { id, canary }) {
		await db.update(rootKeys).set({ canary }).where(eq(rootKeys.id, id));
	},

	async "began-root"(db, { before, key, bridges, rotation }) {
		refuseUnderWay(await rotationIn(db));
		const isBefore = eq(instances.rootKeyId, before);
		const { rowCount } = await db.update(instances).set({ rootKeyId: key.id, rotation }).where(isBefore);
		const [previous] = await db.select({ id: rootKeys.id }).from(rootKeys).where(eq(rootKeys.state, "previous"));
		if (rowCount !== 1 || previous) throw new Conflict("the root key");
		await db.update(rootKeys).set({ state: "previous" }).where(eq(rootKeys.id, before));
		const row = { ...key, bridge: key.bridge && asBuffer(key.bridge) };
		await unlessTaken("the root key", db.insert(rootKeys).values(row));
		for (const { id, bridge } of bridges)
			await db
				.update(rootKeys)
				.set({ bridge: asBuffer(bridge) })
				.where(eq(rootKeys.id, id));
	},

	async "began-data"(db, { generation, rotation }) {
		refuseUnderWay(await rotationIn(db));
		const before = eq(instances.generation, generation - 1);
		const { rowCount } = await db.update(instances).set({ generation, rotation }).where(before);
		if (rowCount !== 1) throw new Conflict("the data keys");
	},

	async replaced(db, { keys }) {
		for (const { before, key } of keys) {
			const known = and(eq(dataKeys.id, before), eq(dataKeys.current, true));
			const { rowCount } = await db.update(dataKeys).set({ current: false }).where(known);
			if (rowCount !== 1) throw new Conflict(key.owner);
		}
		await writeKeys(db, { keys: keys.map(({ key }) => key), audit: [] });
		await progress(db, keys.length);
	},

	async resealed(db, { place, rows }) {
		let done = 0;
		for (const row of rows) done += (await db.execute(putSealed(place, row))).rowCount ?? 0;
		await progress(db, done);
	},

	async "retired-root"(db, { id, at }) {
		// Of the bridge from the old key to the new one there is no more need, and it is under the old one.
		await db.update(rootKeys).set({ bridge: null }).where(eq(rootKeys.state, "current"));
		const [under] = (await db.execute<{ n: string }>(countUnder(id))).rows;
		if (under?.n !== "0") throw new Conflict(`the key ${id}`);
		const previous = and(eq(rootKeys.id, id), eq(rootKeys.state, "previous"));
		const { rowCount } = await db.update(rootKeys).set({ state: "retired", retiredAt: at }).where(previous);
		if (rowCount !== 1) throw new Conflict("the root key");
		await finish(db, at);
	},

	async "finished-data"(db, { at, leaving }) {
		await db.execute(deleteUnused(POSTGRES));
		const [left] = await db.select({ id: dataKeys.id }).from(dataKeys).where(eq(dataKeys.current, false)).limit(1);
		if (left && !leaving) throw new Conflict(`the key ${left.id}`);
		await finish(db, at);
	},

	async "kit-stored"(db, { id, at }) {
		const { rowCount } = await db
			.update(rootKeys)
			.set({ kitStoredAt: at })
			.where(and(eq(rootKeys.id, id), ne(rootKeys.state, "retired")));
		if (rowCount !== 1) throw new Conflict("the root key");
	},
};

async function progress(db: Executor, done: number): Promise<void> {
	await setRotation(db, (rotation) => progressed(rotation, done));
}

async function finish(db: Executor, at: number): Promise<void> {
	await setRotation(db, (rotation) => finished(rotation, at));
}

async function setRotation(db: Executor, next: (rotation: StoredRotation) => StoredRotation): Promise<void> {
	const rotation = await rotationIn(db);
	if (rotation) await db.update(instances).set({ rotation: next(rotation) });
}

async function rotationIn(db: Executor): Promise<StoredRotation | null> {
	const [row] = await db.select({ rotation: instances.rotation }).from(instances);
	return row?.rotation ?? null;
}
