/** The part of the storage suite about links, which end once and give nothing that nobody backs. */
import { expect, test } from "vitest";
import { at, type Subject } from "./conformance.ts";
import type { LinkRow } from "./storage.ts";

const LINK: LinkRow = {
	id: "l1",
	kind: "invitation",
	hash: "digest 1",
	email: "ann@people.example",
	userId: null,
	role: "editor",
	narrowed: { staging: "none" },
	createdAt: at,
	createdBy: "tester",
	creator: "cli:tester@host",
	expiresAt: at + 10,
	usedAt: null,
	revokedAt: null,
};

export function linkConformance(made: () => Promise<Subject>): void {
	test("a link is given back as it was written, by its digest too, and ends once and in time", async () => {
		await using s = await made();
		await s.storage.commit({ link: LINK, audit: [] });
		expect(await s.storage.links()).toEqual([LINK]);
		expect(await s.storage.linkByHash("digest 1")).toEqual(LINK);
		expect(await s.storage.linkByHash("digest 2")).toBeNull();
		const end = (as: "used" | "revoked", when: number) =>
			s.storage.commit({ endLink: { id: "l1", as, at: when }, audit: [] });
		expect(await end("used", at + 10)).toEqual({ done: false, conflict: "l1" });
		const tries = await Promise.all([end("used", at + 1), end("used", at + 1), end("revoked", at + 1)]);
		expect(tries.filter(({ done }) => done)).toHaveLength(1);
		const [ended] = await s.storage.links();
		expect([ended?.usedAt, ended?.revokedAt].filter((when) => when !== null)).toEqual([at + 1]);
	});

	test("a newer link ends the one before it, of its kind and address alone, and what is long past goes", async () => {
		await using s = await made();
		await s.storage.commit({ link: { ...LINK, id: "other", hash: "h0", email: "bob@people.example" }, audit: [] });
		await s.storage.commit({ link: LINK, audit: [] });
		await s.storage.commit({ link: { ...LINK, id: "l2", hash: "h2", createdAt: at + 1 }, audit: [] });
		const ended = async () => (await s.storage.links()).map(({ id, revokedAt }) => [id, revokedAt]);
		expect(await ended()).toEqual([
			["l2", null],
			["l1", at + 1],
			["other", null],
		]);
		const later = at + 40 * 24 * 60 * 60 * 1000;
		await s.storage.commit({
			link: { ...LINK, id: "l3", hash: "h3", createdAt: later, expiresAt: later + 1 },
			audit: [],
		});
		expect(await ended()).toEqual([["l3", null]]);
	});

	test("one by mail ends those by mail alone, and a new password all that could set another", async () => {
		await using s = await made();
		const person = "id, name, email, email_verified, created_at, updated_at, role, claimed";
		for (const id of ["ann", "bob"])
			await s.run(
				`insert into "user" (${person}) values ('${id}', '${id}', '${id}@people.example', 0, 0, 0, 'editor', 0)`,
			);
		const reset = { ...LINK, kind: "reset", userId: "ann", role: null, narrowed: null } as const;
		const theirs = { ...reset, id: "other", hash: "h0", email: "bob@people.example", userId: "bob" } as const;
		const mailed = { ...reset, creator: "mail" } as const;
		const all = [theirs, reset, { ...mailed, id: "m1", hash: "h1" }, { ...mailed, id: "m2", hash: "h2" }];
		for (const link of all) expect(await s.storage.commit({ link, audit: [] })).toMatchObject({ done: true });
		const open = async () =>
			(await s.storage.links()).filter(({ revokedAt }) => revokedAt === null).map(({ id }) => id);
		expect(await open()).toEqual(["l1", "m2", "other"]);
		const endLink = { id: "m2", as: "used", at: at + 1 } as const;
		const password = { userId: "ann", id: "a1", hash: "a digest", at: at + 1 };
		expect(await s.storage.commit({ endLink, password, audit: [] })).toMatchObject({ done: true });
		expect(await open()).toEqual(["m2", "other"]);
		expect((await s.storage.links()).find(({ id }) => id === "m2")).toMatchObject({ usedAt: at + 1 });
	});

	test("a link of someone who is not there is a conflict, and then nothing is written", async () => {
		await using s = await made();
		await s.storage.commit({ link: LINK, audit: [] });
		for (const creator of ["user:nobody", "token:nothing"]) {
			const link = { ...LINK, id: "l2", hash: "h2", creator };
			expect(await s.storage.commit({ link, audit: [] })).toEqual({ done: false, conflict: "l2" });
		}
		expect(await s.storage.links()).toEqual([LINK]);
	});

	test("a renamed environment keeps its name's place in links", async () => {
		await using s = await made();
		await s.storage.commit({ create: { id: "e1", name: "staging" }, audit: [] });
		await s.storage.commit({ link: LINK, audit: [] });
		const rename = { environment: "e1", from: "staging", to: "live", moved: false };
		expect(await s.storage.commit({ rename, audit: [] })).toMatchObject({ done: true });
		expect((await s.storage.links())[0]?.narrowed).toEqual({ live: "none" });
	});
}
