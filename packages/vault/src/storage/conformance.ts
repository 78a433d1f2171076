/**
 * What every Storage must do, whatever the database: called by each implementation's tests with a way to open one. Values
 * are opaque bytes here; nothing below knows a key.
 */
import { expect, test, vi } from "vitest";
import type { AuditRow, Change, Storage, TokenRow, VersionWrite, WorkerRow } from "./storage.ts";

/** The id of the root key that the subject's instance was made with. */
export const ROOT = "00000000000000a1";
/** The id of the data key that values are sealed under here. */
export const KEY = "00000000000000b1";

export interface Subject {
	/** Of an instance with the root key ROOT, as the database gives it back. */
	storage: Storage;
	/** Another connection to the same data. */
	again: () => Promise<Storage>;
	/** Write what is better-auth's to write. */
	run: (statement: string) => unknown;
	[Symbol.asyncDispose](): Promise<void>;
}

export const at = 1_700_000_000_000;

/** Bytes with an envelope's header, and a text in place of ciphertext. */
export function sealedUnder(keyId: string, text: string): Buffer {
	return Buffer.concat([Buffer.from([1]), Buffer.from(keyId, "hex"), Buffer.alloc(44), Buffer.from(text)]);
}

export const textIn = (sealed: Uint8Array | null | undefined) =>
	Buffer.from(sealed ?? "")
		.toString()
		.slice(53);
const shared = { environment: "default", owner: "shared" } as const;

export function write(name: string, version: number, text: string | null = `${name} ${version}`): VersionWrite {
	const sealed = text === null ? null : sealedUnder(KEY, text);
	const by = { at, by: "tester", message: null };
	return { ...shared, name, version, secret: true, sealed, fingerprint: text, restoredFrom: null, ...by };
}

function entry(action: string, target: string | null = null): Change["audit"][number] {
	const act = { action, target, environment: "default", outcome: "done" } as const;
	return {
		at,
		actor: "cli:tester",
		actorLabel: "tester",
		address: null,
		details: { note: "x" },
		...act,
	} satisfies Omit<AuditRow, "index" | "revision">;
}

const snapshot = (edition: number, environment = "default") => ({
	environment,
	edition,
	sealed: sealedUnder(KEY, `edition ${edition}`),
});

const create = (id: string, name = id) => ({ create: { id, name }, snapshot: snapshot(1, id), audit: [] });

const TOKEN: TokenRow = {
	id: "t1",
	hash: "digest",
	label: "ci",
	environments: ["production"],
	permissions: ["settings.see"],
	addresses: null,
	previousHash: null,
	previousUntil: null,
	createdAt: at,
	createdBy: "tester",
	creator: null,
	expiresAt: null,
	revokedAt: null,
	lastUsedAt: null,
};

/** A subject with the data key KEY. */
export async function withKey(made: () => Promise<Subject>): Promise<Subject> {
	const subject = await made();
	const key = { id: KEY, owner: "environment:default", sealed: sealedUnder(ROOT, "key") } as const;
	await subject.storage.commit({ keys: [key], audit: [] });
	return subject;
}

export function conformance(made: () => Promise<Subject>): void {
	const open = () => withKey(made);

	test("a commit is whole: rows, snapshot, audit entries and the revision", async () => {
		await using s = await open();
		const before = await s.storage.revision();
		const change = {
			writes: [write("A", 1), write("B", 1)],
			create: { id: "default", name: "default" },
			snapshot: snapshot(1),
			audit: [entry("settings.save", "A")],
		};
		expect(await s.storage.commit(change)).toEqual({ done: true, revision: before + 1 });
		expect(await s.storage.revision()).toBe(before + 1);
		expect((await s.storage.current("default", "shared")).map(({ name, revision }) => [name, revision])).toEqual([
			["A", before + 1],
			["B", before + 1],
		]);
		expect(textIn((await s.storage.setting("default", "shared", "A"))?.sealed)).toBe("A 1");
		const row = (await s.storage.environments()).find(({ name }) => name === "default");
		expect(row).toMatchObject({ edition: 1, revision: before + 1 });
		expect(await s.storage.audit(Number.MAX_SAFE_INTEGER, 10)).toMatchObject([
			{ index: 1, action: "settings.save", revision: before + 1, details: { note: "x" } },
		]);
	});

	test("a stale version, edition or data key is a conflict by name, and then nothing is written", async () => {
		await using s = await open();
		const key = { id: "00000000000000b2", owner: "user:ann", sealed: sealedUnder(ROOT, "k") } as const;
		await s.storage.commit({
			writes: [write("A", 1)],
			create: { id: "default", name: "default" },
			snapshot: snapshot(1),
			keys: [key],
			audit: [entry("settings.save")],
		});
		const revision = await s.storage.revision();
		const stale: [string, Change][] = [
			["A", { writes: [write("B", 1), write("A", 1)], audit: [entry("x")] }],
			["A", { writes: [write("B", 1), write("A", 3)], audit: [entry("x")] }],
			["default", { writes: [write("B", 1)], snapshot: snapshot(1), audit: [entry("x")] }],
			["user:ann", { writes: [write("B", 1)], keys: [{ ...key, id: "k2" }], audit: [entry("x")] }],
		];
		for (const [conflict, change] of stale) expect(await s.storage.commit(change)).toEqual({ done: false, conflict });
		expect(await s.storage.revision()).toBe(revision);
		expect(await s.storage.setting("default", "shared", "B")).toBeNull();
		expect(await s.storage.audit(Number.MAX_SAFE_INTEGER, 10)).toHaveLength(1);
		expect(await s.storage.dataKey("user:ann")).toMatchObject({ id: key.id });
	});

	test("two versions of one setting in one commit build on each other", async () => {
		await using s = await open();
		await s.storage.commit({ writes: [write("A", 1, "found"), write("A", 2, "saved")], audit: [] });
		expect(await s.storage.setting("default", "shared", "A")).toMatchObject({ version: 2, fingerprint: "saved" });
	});

	test("versions stay, a removal among them, and are read from a revision on", async () => {
		await using s = await open();
		const revisions: number[] = [];
		for (const text of ["one", "two", null, "four"]) {
			const committed = await s.storage.commit({ writes: [write("A", revisions.length + 1, text)], audit: [] });
			if (committed.done) revisions.push(committed.revision);
		}
		const versions = async (since?: number) =>
			(await s.storage.history("default", "shared", "A", since)).map(({ version }) => version);
		expect(await versions()).toEqual([4, 3, 2, 1]);
		expect(await versions(revisions[1])).toEqual([4, 3, 2]);
		expect(await versions(revisions[3])).toEqual([4]);
		expect(await versions(0)).toEqual([4, 3, 2, 1]);
		expect((await s.storage.history("default", "shared", "A"))[1]?.sealed).toBeNull();
		expect(await s.storage.current("default", "shared", revisions[3])).toEqual([]);
	});

	test("an entry without a change raises no revision; indexes have no gaps", async () => {
		await using s = await open();
		const before = await s.storage.revision();
		for (const action of ["settings.reveal", "providers.test", "settings.reveal"]) {
			await s.storage.commit({ audit: [entry(action, "A")] });
		}
		await s.storage.commit({ writes: [write("A", 9)], audit: [entry("never")] });
		await s.storage.commit({ audit: [entry("chat.send", "A")] });
		expect(await s.storage.revision()).toBe(before);
		const page = await s.storage.audit(4, 2);
		expect(page.map(({ index, revision }) => [index, revision])).toEqual([
			[3, null],
			[2, null],
		]);
		expect((await s.storage.audit(Number.MAX_SAFE_INTEGER, 1))[0]?.index).toBe(4);
		expect(await s.storage.audit(4, 9, ["production"])).toEqual([]);
		expect(await s.storage.audit(4, 9, ["production", "default"])).toHaveLength(3);
		expect(await s.storage.lastTest("A", "default")).toMatchObject({ index: 2 });
		expect(await s.storage.lastTest("B", "default")).toBeNull();
	});

	test("another connection sees a commit at its next read", async () => {
		await using s = await open();
		const other = await s.again();
		const before = await other.revision();
		await s.storage.commit({ writes: [write("A", 1)], audit: [] });
		expect(await other.revision()).toBe(before + 1);
		await other.commit({ writes: [write("A", 2)], audit: [] });
		expect(await s.storage.revision()).toBe(before + 2);
		await other.close();
	});

	test("who waits is told of commits of this connection and of others, and can read them by then", async () => {
		await using s = await open();
		const other = await s.again();
		const seen: number[] = [];
		const end = other.onRevision(async () => void seen.push(await other.revision()));
		await s.storage.commit({ writes: [write("A", 1)], audit: [] });
		const first = await s.storage.revision();
		await vi.waitFor(() => expect(seen).toContain(first));
		await other.commit({ writes: [write("A", 2)], audit: [] });
		await vi.waitFor(() => expect(seen).toContain(first + 1));
		const told = seen.length;
		await s.storage.commit({ token: TOKEN, audit: [entry("tokens.create")] });
		await s.storage.commit({ revokeToken: { id: "t1", at }, audit: [entry("tokens.revoke")] });
		await vi.waitFor(() => expect(seen.length).toBeGreaterThan(told));
		const revoked = seen.length;
		await other.commit({ sessionEnded: true, audit: [entry("session.signOut")] });
		await vi.waitFor(() => expect(seen.length).toBeGreaterThan(revoked));
		end();
		await s.storage.commit({ writes: [write("A", 3)], audit: [] });
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(seen).not.toContain(first + 2);
		await other.close();
	});

	test("tokens are found by their id, rotated by who knew them, revoked, and remember their last use", async () => {
		await using s = await open();
		const token = TOKEN;
		await s.storage.commit({ token, audit: [entry("tokens.create")] });
		expect(await s.storage.tokenById("t1")).toEqual(token);
		expect(await s.storage.tokenById("t2")).toBeNull();
		const next = { hash: "new", previousHash: "digest", previousUntil: at + 9, creator: "cli:ops@here" };
		const rotate = (before: string) => s.storage.commit({ rotateToken: { id: "t1", before, ...next }, audit: [] });
		expect(await rotate("digest")).toMatchObject({ done: true });
		expect(await rotate("digest")).toEqual({ done: false, conflict: "t1" });
		await s.storage.touchTokens(new Map([["t1", at + 1]]));
		await s.storage.commit({ revokeToken: { id: "t1", at: at + 2 }, audit: [entry("tokens.revoke")] });
		expect(await s.storage.tokens()).toEqual([{ ...token, ...next, lastUsedAt: at + 1, revokedAt: at + 2 }]);
		expect(await rotate("new")).toEqual({ done: false, conflict: "t1" });
	});

	test("workers come, advance, and are forgotten; an id stays with its kind and environment", async () => {
		await using s = await open();
		const where = { environment: "default", inherited: ["A"], remote: true };
		const own = { id: "w1", host: "here", pid: 1, program: "app.js", kind: "application", revision: 0, seenAt: at };
		const worker: WorkerRow = { ...own, kind: "application", ...where };
		expect(await s.storage.reportWorker(worker, 0)).toBe(true);
		const advanced = { ...worker, inherited: ["B"], revision: 3, seenAt: at + 1 };
		expect(await s.storage.reportWorker(advanced, 0)).toBe(true);
		for (const other of [{ environment: "production" }, { environment: null }, { kind: "server" }] as const)
			expect(await s.storage.reportWorker({ ...worker, ...other }, 0)).toBe(false);
		const { inherited: _, ...silent } = advanced;
		expect(await s.storage.reportWorker(silent, 0)).toBe(true);
		expect(await s.storage.workers()).toEqual([advanced]);
		const server = { ...worker, id: "w2", kind: "server", environment: null, seenAt: at + 2 } as const;
		await s.storage.reportWorker(server, at + 2);
		expect(await s.storage.workers()).toEqual([server]);
		expect(await s.storage.reportWorker({ ...server, seenAt: at + 3 }, 0)).toBe(true);
		await s.storage.removeWorker("w2");
		expect(await s.storage.workers()).toEqual([]);
	});

	test("an environment keeps its id whatever it is called, and comes back with it", async () => {
		await using s = await open();
		const named = async () => (await s.storage.environments()).map(({ id, name, removed }) => [id, name, removed]);
		await s.storage.commit(create("staging"));
		const token = { ...TOKEN, environments: ["staging", "default"] };
		await s.storage.commit({ token, audit: [] });
		const rename = { environment: "staging", from: "staging", to: "live", moved: false };
		expect(await s.storage.commit({ rename, audit: [] })).toMatchObject({ done: true });
		expect((await s.storage.tokens())[0]?.environments).toEqual(["live", "default"]);
		await s.storage.commit({ ...create("staging.2", "staging") });
		expect(await named()).toEqual([
			["staging", "live", false],
			["staging.2", "staging", false],
		]);
		await s.storage.commit({ snapshot: { ...snapshot(2, "staging.2"), removed: true }, audit: [] });
		await s.storage.commit({
			rename: { environment: "staging", from: "live", to: "staging", moved: false },
			audit: [],
		});
		expect(await named()).toEqual([
			["staging", "staging", false],
			["staging.2", "staging", true],
		]);
	});

	test("a name is given once: to create, rename or bring back is a conflict when it is taken, or has changed", async () => {
		await using s = await open();
		await s.storage.commit(create("a"));
		await s.storage.commit(create("b"));
		await s.storage.commit(create("c"));
		await s.storage.commit({ snapshot: { ...snapshot(2, "c"), removed: true }, audit: [] });
		await s.storage.commit(create("d", "c"));
		const revision = await s.storage.revision();
		const stale: [string, Change][] = [
			["a", create("other", "a")],
			["other", create("b", "other")],
			["b", { rename: { environment: "a", from: "a", to: "b", moved: false }, audit: [] }],
			["b", { rename: { environment: "a", from: "b", to: "e", moved: false }, audit: [] }],
			["c", { rename: { environment: "c", from: "c", to: "e", moved: false }, audit: [] }],
			["c", { snapshot: { ...snapshot(3, "c"), removed: false }, audit: [] }],
			["c", { writes: [{ ...write("A", 1), environment: "c", owner: "ann" }], audit: [] }],
		];
		for (const [conflict, change] of stale) expect(await s.storage.commit(change)).toEqual({ done: false, conflict });
		expect(await s.storage.revision()).toBe(revision);
	});

	test("how a file is kept is stored, and a file that moved holds nothing that is known", async () => {
		await using s = await open();
		await s.storage.commit(create("default"));
		const row = { environment: "default", folder: "..", revision: 1, base: {} };
		await s.storage.commit({ mirrored: [row], audit: [] });
		const options = { onEdit: "ask" } as const;
		const keep = { environment: "default", before: null, options, moved: false };
		await s.storage.commit({ mirror: keep, audit: [] });
		const stale = await s.storage.commit({ mirror: { ...keep, options: null }, audit: [] });
		expect(stale, "not what it was kept like before").toEqual({ done: false, conflict: "default" });
		expect(await s.storage.environments()).toMatchObject([{ mirror: options, revision: await s.storage.revision() }]);
		expect(await s.storage.mirror("default", "..")).toEqual(row);
		await s.storage.commit({ mirror: { ...keep, before: options, options: null, moved: true }, audit: [] });
		expect(await s.storage.environments()).toMatchObject([{ mirror: null }]);
		const forgotten = { ...row, revision: await s.storage.revision(), base: null };
		expect(await s.storage.mirror("default", "..")).toEqual(forgotten);
		await s.storage.commit({ mirrored: [{ ...row, revision: forgotten.revision - 1 }], audit: [] });
		expect(await s.storage.mirror("default", ".."), "also when another process says later what it held").toEqual(
			forgotten,
		);
	});

	test("what every owner has in an environment is found, without what was removed", async () => {
		await using s = await open();
		const personal = { ...write("A", 1), owner: "ann" };
		await s.storage.commit({ writes: [write("A", 1), write("B", 1), personal], audit: [] });
		await s.storage.commit({ writes: [write("B", 2, null)], audit: [] });
		const found = (await s.storage.present("default")).map(({ owner, name }) => [owner, name]);
		expect(found.sort()).toEqual([
			["ann", "A"],
			["shared", "A"],
		]);
	});

	test("a mirror's revision never goes back", async () => {
		await using s = await open();
		const row = { environment: "default", folder: "..", revision: 7, base: { KEY: "mark", GONE: null } };
		await s.storage.commit({ mirrored: [row], audit: [] });
		await s.storage.commit({ mirrored: [{ ...row, revision: 5 }], audit: [] });
		expect(await s.storage.mirror("default", "..")).toEqual(row);
		expect(await s.storage.mirror("default", "../there")).toBeNull();
		await s.storage.commit({ mirrored: [{ ...row, folder: "../there", revision: 8 }], audit: [] });
		expect(await s.storage.lastFolder()).toBe("../there");
	});

	test("what is done exclusively is done one at a time, also between connections", async () => {
		await using s = await open();
		const other = await s.again();
		const events: string[] = [];
		const act = (name: string) => async () => {
			events.push(`${name} in`);
			await new Promise((resolve) => setTimeout(resolve, 5));
			events.push(`${name} out`);
		};
		await Promise.all([s.storage.exclusive(act("a")), other.exclusive(act("b")), s.storage.exclusive(act("c"))]);
		for (let i = 0; i < events.length; i += 2) expect(events[i + 1]).toBe(events[i]?.replace("in", "out"));
		await expect(s.storage.exclusive(() => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
		expect(await other.exclusive(async () => "after")).toBe("after");
		await other.close();
	});
}
