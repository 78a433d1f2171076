/** The part of the storage suite about what is erased for good. */
import { expect, test } from "vitest";
import { type Subject, withKey, write } from "./conformance.ts";
import type { Kept, VersionPlace } from "./storage.ts";

const shared = { environment: "default", owner: "shared" } as const;
const place = (name: string, version: number): VersionPlace => ({ ...shared, name, version });

export function eraseConformance(made: () => Promise<Subject>): void {
	/** A: versions 1 to 3 at the times 1 to 3. B: a version, and its removal. */
	async function filled(): Promise<Subject> {
		const subject = await withKey(made);
		for (const version of [1, 2, 3])
			await subject.storage.commit({ writes: [{ ...write("A", version), at: version }], audit: [] });
		for (const [version, text] of [[1, "B 1"] as const, [2, null] as const])
			await subject.storage.commit({ writes: [{ ...write("B", version, text), at: version }], audit: [] });
		return subject;
	}

	test("what is not kept any more is found by number, by time, or by either, in order and from a place on", async () => {
		await using s = await filled();
		const found = async (kept: Kept, after: VersionPlace | null = null, limit = 10) =>
			(await s.storage.prunable(kept, after, limit)).map(({ name, version }) => `${name}${version}`);
		expect(await found({ versions: null, since: null })).toEqual([]);
		expect(await found({ versions: 1, since: null })).toEqual(["A1", "A2", "B1"]);
		expect(await found({ versions: 2, since: null })).toEqual(["A1"]);
		expect(await found({ versions: null, since: 3 })).toEqual(["A1", "B1"]);
		expect(await found({ versions: 2, since: 3 })).toEqual(["A1", "B1"]);
		expect(await found({ versions: 1, since: null }, null, 2)).toEqual(["A1", "A2"]);
		expect(await found({ versions: 1, since: null }, place("A", 2), 2)).toEqual(["B1"]);
	});

	test("a value that goes leaves its row; a current one does not go, and neither does anything with it", async () => {
		await using s = await filled();
		const revision = await s.storage.revision();
		const prune = (...places: VersionPlace[]) => s.storage.commit({ prune: places, audit: [] });
		expect(await prune(place("A", 1), place("A", 3))).toEqual({ done: false, conflict: "A" });
		expect(await prune(place("B", 2))).toEqual({ done: false, conflict: "B" });
		expect(await prune(place("A", 1), place("B", 1))).toEqual({ done: true, revision });
		expect(await prune(place("A", 1))).toMatchObject({ done: false });
		const rows = await s.storage.history("default", "shared", "A");
		expect(rows.map(({ sealed, fingerprint, at }) => [sealed === null, fingerprint, at])).toEqual([
			[false, "A 3", 3],
			[false, "A 2", 2],
			[true, "A 1", 1],
		]);
		expect(await s.storage.countSealed("value")).toBe(2);
		expect(await s.storage.eraseTraces({ whole: false })).toBe(true);
		expect(await s.storage.eraseTraces({ whole: true })).toBe(true);
		expect(await s.storage.history("default", "shared", "A")).toEqual(rows);
	});

	test("nobody who has no account is listed, removed or gone while there is no account at all", async () => {
		await using s = await filled();
		expect(await s.storage.people()).toEqual([]);
		expect(await s.storage.isGone("ann")).toBe(false);
		const removePerson = { id: "ann", role: "editor", at: 0 };
		expect(await s.storage.commit({ removePerson, audit: [] })).toEqual({ done: false, conflict: "ann" });
	});
}
