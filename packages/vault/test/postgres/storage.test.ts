import { getTableColumns } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as sqliteAuth from "../../src/storage/auth-tables.ts";
import { conformance, ROOT, write } from "../../src/storage/conformance.ts";
import { eraseConformance } from "../../src/storage/conformance-erase.ts";
import { keysConformance } from "../../src/storage/conformance-keys.ts";
import { linkConformance } from "../../src/storage/conformance-links.ts";
import { signInConformance } from "../../src/storage/conformance-sign-in.ts";
import * as postgresAuth from "../../src/storage/postgres/auth-tables.ts";
import * as postgres from "../../src/storage/postgres/schema.ts";
import { openPostgres } from "../../src/storage/postgres/storage.ts";
import * as sqlite from "../../src/storage/schema.ts";
import type { Storage } from "../../src/storage/storage.ts";
import { testFolder } from "../harness.ts";
import { type TestServer, testPostgres } from "../postgres.ts";

const instance = { id: "i1", rootKeyId: ROOT };
const unknown = { derivation: null, canary: null, createdAt: null, retiredAt: null, kitStoredAt: null };
const rootKey = { id: ROOT, state: "current", ...unknown } as const;

let server: TestServer;
beforeAll(async () => {
	server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Of an instance that has its row and its root key, and nothing else. */
async function opened(url: string, folder: string): Promise<Storage> {
	return await openPostgres(
		{ url, folder },
		async ({ storage, create }) => storage ?? (await create(instance, rootKey, { audit: [] })),
	);
}

async function subject() {
	const folder = testFolder();
	const url = await server.database();
	const storage = await opened(url, folder.path);
	return {
		storage,
		url,
		run: (statement: string) => server.query(url, statement),
		again: () => opened(url, folder.path),
		async [Symbol.asyncDispose]() {
			await storage.close();
			folder[Symbol.dispose]();
		},
	};
}

describe("PostgreSQL storage", () => {
	for (const suite of [conformance, keysConformance, eraseConformance, linkConformance, signInConformance])
		suite(subject);

	test("has the tables and columns that SQLite has, so that rows are copied as they are", () => {
		const columns = (tables: object) =>
			Object.entries(tables).flatMap(([name, table]) =>
				typeof table === "object" && name !== "commitIds"
					? [[name, Object.keys(getTableColumns(table)).sort()] as const]
					: [],
			);
		expect(Object.fromEntries(columns(postgres))).toEqual(Object.fromEntries(columns(sqlite)));
		expect(Object.fromEntries(columns(postgresAuth))).toEqual(Object.fromEntries(columns(sqliteAuth)));
	});

	test("FAULTS 23: when the audit entry cannot be written, the change is not made", async () => {
		await using s = await subject();
		await server.query(s.url, "alter table audit add constraint refuse check (action <> 'settings.save')");
		const act = { action: "settings.save", target: "A", environment: "default", outcome: "done" } as const;
		const entry = { at: 0, actor: "t", actorLabel: "t", address: null, details: {}, ...act };
		await expect(s.storage.commit({ writes: [write("A", 1, null)], audit: [entry] })).rejects.toMatchObject({
			code: "DATABASE_UNREADABLE",
			message: expect.not.stringContaining("settings.save"),
		});
		expect(await s.storage.setting("default", "shared", "A")).toBeNull();
		expect(await s.storage.revision()).toBe(0);
	});

	test("commits at once from many connections come one after the other, each with a revision of its own", async () => {
		await using s = await subject();
		const other = await s.again();
		const commits = Array.from({ length: 20 }, (_, i) =>
			(i % 2 ? s.storage : other).commit({ writes: [write(`N${i}`, 1, null)], audit: [] }),
		);
		const revisions = (await Promise.all(commits)).map((committed) => committed.done && committed.revision);
		expect(revisions.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
		await other.close();
	});

	test("ten that write the same version at once: one does, and the others are told of the conflict", async () => {
		await using s = await subject();
		const commits = Array.from({ length: 10 }, () => s.storage.commit({ writes: [write("A", 1, null)], audit: [] }));
		const done = (await Promise.all(commits)).filter((committed) => committed.done);
		expect(done).toHaveLength(1);
		expect(await s.storage.history("default", "shared", "A")).toHaveLength(1);
	});

	test("waits for the disk, also where the server was told not to", async () => {
		await using s = await subject();
		await server.query(
			s.url,
			`alter database ${new URL(s.url).pathname.slice(1)} set synchronous_commit = off;
			create function refuse() returns trigger language plpgsql as $$ begin
				if current_setting('synchronous_commit') = 'off' then raise 'it does not wait'; end if;
				return new;
			end $$;
			create trigger refuse before insert on commit_id for each row execute function refuse()`,
		);
		const again = await s.again();
		expect(await again.commit({ writes: [write("A", 1, null)], audit: [] })).toMatchObject({ done: true });
		await again.close();
	});

	test("text that PostgreSQL has no room for is kept without it", async () => {
		await using s = await subject();
		const row = { ...write("A", 1, null), message: "a\0b" };
		expect(await s.storage.commit({ writes: [row], audit: [] })).toMatchObject({ done: true });
		expect(await s.storage.setting("default", "shared", "A")).toMatchObject({ message: "a\uFFFDb" });
	});
});
