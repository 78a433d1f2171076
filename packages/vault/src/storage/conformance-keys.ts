/** The part of the storage suite about keys: which are gone, which are replaced, and what is sealed under them. */
import { expect, test } from "vitest";
import { at, KEY, ROOT, type Subject, sealedUnder, textIn, withKey, write } from "./conformance.ts";
import type { SealedRow } from "./sealed.ts";
import type { RootKeyRow } from "./storage.ts";

const NEXT_ROOT = "00000000000000a2";

export function keysConformance(made: () => Promise<Subject>): void {
	const open = () => withKey(made);

	test("nothing is written under a key that is gone, and no key goes while anything is sealed under it", async () => {
		await using s = await open();
		const gone = { ...write("A", 1), sealed: sealedUnder("00000000000000ff", "x") };
		expect(await s.storage.commit({ writes: [gone], audit: [] })).toEqual({
			done: false,
			conflict: "the key 00000000000000ff",
		});
		await s.storage.commit({ writes: [write("A", 1)], audit: [] });
		const next = { id: "00000000000000b2", owner: "environment:default", sealed: sealedUnder(ROOT, "next") } as const;
		const replaced = { keyring: { step: "replaced", keys: [{ before: KEY, key: next }] }, audit: [] } as const;
		expect(await s.storage.commit(replaced)).toMatchObject({ done: true });
		expect(await s.storage.commit(replaced)).toMatchObject({ done: false });
		expect(await s.storage.dataKey("environment:default")).toMatchObject({ id: next.id });
		const finish = (leaving: boolean) =>
			s.storage.commit({ keyring: { step: "finished-data", at, leaving }, audit: [] });
		expect(await finish(false)).toEqual({ done: false, conflict: `the key ${KEY}` });
		expect(await finish(true)).toMatchObject({ done: true });
		expect(await s.storage.dataKeyById(KEY)).toMatchObject({ id: KEY });

		const [row] = await s.storage.sealed("value", { after: null, limit: 10 });
		const rows = row ? [{ ...row, before: row.sealed, sealed: sealedUnder(next.id, "A 1") }] : [];
		await s.storage.commit({ keyring: { step: "resealed", place: "value", rows }, audit: [] });
		await s.storage.commit({ keyring: { step: "resealed", place: "value", rows }, audit: [] });
		expect((await s.storage.sealed("value", { after: null, limit: 10 })).map(({ sealed }) => sealed)).toEqual([
			sealedUnder(next.id, "A 1"),
		]);
		expect(await finish(false)).toMatchObject({ done: true });
		expect(await s.storage.dataKeyById(KEY)).toBeNull();
		expect(await s.storage.dataKey("environment:default")).toMatchObject({ id: next.id });
	});

	test("places are read in the order of their keys, from a row on", async () => {
		await using s = await open();
		await s.storage.commit({ writes: [write("B", 1), write("A", 1)], audit: [] });
		await s.storage.commit({ writes: [write("A", 2), write("B", 2, null)], audit: [] });
		expect(await s.storage.countSealed("value")).toBe(3);
		const seen: unknown[] = [];
		for (let last = null as SealedRow | null; ; ) {
			const [row] = await s.storage.sealed("value", { after: last, limit: 1 });
			if (!row) break;
			seen.push([row.columns.name, row.columns.version, textIn(row.sealed)]);
			last = row;
		}
		expect(seen).toEqual([
			["A", 1, "A 1"],
			["A", 2, "A 2"],
			["B", 1, "B 1"],
		]);
	});

	test("a new root key takes the place of one, once, which is retired when nothing is sealed under it", async () => {
		await using s = await open();
		const unused = { derivation: null, canary: "c", createdAt: at, retiredAt: null, kitStoredAt: null };
		const key: RootKeyRow = { id: NEXT_ROOT, state: "current", bridge: sealedUnder(ROOT, "new"), ...unused };
		const started = { total: 1, done: 0, startedAt: at, startedBy: "tester", finishedAt: null };
		const rotation = { kind: "root", from: ROOT, to: NEXT_ROOT, ...started } as const;
		const bridges = [{ id: ROOT, bridge: sealedUnder(NEXT_ROOT, "old") }];
		const begin = { keyring: { step: "began-root", before: ROOT, key, bridges, rotation }, audit: [] } as const;
		expect(await s.storage.commit(begin)).toMatchObject({ done: true });
		expect(await s.storage.commit(begin)).toMatchObject({ done: false });
		const data = { step: "began-data", generation: 1, rotation: { ...rotation, kind: "data" } } as const;
		expect(await s.storage.commit({ keyring: data, audit: [] }), "not over the other kind").toMatchObject({
			done: false,
		});
		expect((await s.storage.state()).rotation).toMatchObject({ kind: "root", to: NEXT_ROOT });
		const retire = { keyring: { step: "retired-root", id: ROOT, at }, audit: [] } as const;
		expect(await s.storage.commit(retire)).toEqual({ done: false, conflict: `the key ${ROOT}` });

		const rows = (await s.storage.sealed("dataKey", { after: null, limit: 10 })).map((row) => ({
			...row,
			before: row.sealed,
			sealed: sealedUnder(NEXT_ROOT, "key"),
		}));
		await s.storage.commit({ keyring: { step: "resealed", place: "dataKey", rows }, audit: [] });
		expect((await s.storage.state()).rotation).toMatchObject({ done: 1, finishedAt: null });
		// The new key's own bridge is under the old one, and goes with it.
		expect(await s.storage.commit(retire)).toMatchObject({ done: true });
		const states = (await s.storage.rootKeys()).map(({ id, state, bridge }) => [id, state, textIn(bridge)]);
		expect(states).toEqual([
			[ROOT, "retired", "old"],
			[NEXT_ROOT, "current", ""],
		]);
		const late = { id: "00000000000000b3", owner: "user:ann", sealed: sealedUnder(ROOT, "late") } as const;
		expect(await s.storage.commit({ keys: [late], audit: [] })).toEqual({ done: false, conflict: `the key ${ROOT}` });
	});
}
