import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testFolder } from "../../test/harness.ts";
import { DATABASE_FILE } from "../snapshot.ts";
import { conformance, ROOT } from "./conformance.ts";
import { eraseConformance } from "./conformance-erase.ts";
import { keysConformance } from "./conformance-keys.ts";
import { linkConformance } from "./conformance-links.ts";
import { signInConformance } from "./conformance-sign-in.ts";
import { connect, createInstance } from "./connect.ts";
import { SqliteStorage } from "./sqlite.ts";

const instance = { id: "i1", rootKeyId: ROOT };
const unknown = { derivation: null, canary: null, createdAt: null, retiredAt: null, kitStoredAt: null };
const rootKey = { id: ROOT, state: "current", ...unknown } as const;

describe("SQLite storage", () => {
	for (const suite of [conformance, keysConformance, eraseConformance, linkConformance, signInConformance])
		suite(async () => {
			const folder = testFolder();
			const database = connect(folder.path);
			createInstance(database, instance.id, rootKey);
			const storage = new SqliteStorage(database, folder.path, instance);
			return {
				storage,
				run: (statement) => database.$client.exec(statement),
				again: async () => new SqliteStorage(connect(folder.path), folder.path, instance),
				async [Symbol.asyncDispose]() {
					await storage.close();
					folder[Symbol.dispose]();
				},
			};
		});

	test("keeps what it acknowledged: WAL with a full sync, and foreign keys", () => {
		using folder = testFolder();
		const { $client } = connect(folder.path);
		const pragma = (name: string) => $client.pragma(name, { simple: true });
		expect([pragma("journal_mode"), pragma("synchronous"), pragma("foreign_keys")]).toEqual(["wal", 2, 1]);
		$client.close();
	});

	test("FAULTS 11: a file that is no database is refused with what is wrong, and left as it is", () => {
		using folder = testFolder();
		writeFileSync(join(folder.path, DATABASE_FILE), "this is no database, but somebody's file".repeat(100));
		expect(() => connect(folder.path)).toThrow(expect.objectContaining({ code: "DATABASE_UNREADABLE" }));
	});

	test("FAULTS 23: when the audit entry cannot be written, the change is not made", async () => {
		using folder = testFolder();
		const database = connect(folder.path);
		createInstance(database, instance.id, rootKey);
		const storage = new SqliteStorage(database, folder.path, instance);
		database.$client.exec("CREATE TRIGGER refuse BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END");
		const write = { environment: "default", owner: "shared", name: "A", version: 1, secret: true };
		const row = { ...write, sealed: null, fingerprint: null, restoredFrom: null, at: 0, by: "t", message: null };
		const act = { action: "settings.save", target: "A", environment: "default", outcome: "done" } as const;
		const entry = { at: 0, actor: "t", actorLabel: "t", address: null, details: {}, ...act };
		expect(() => storage.commit({ writes: [row], audit: [entry] })).toThrow(
			expect.objectContaining({ code: "DATABASE_UNREADABLE" }),
		);
		expect(await storage.setting("default", "shared", "A")).toBeNull();
		expect(await storage.revision()).toBe(0);
		await storage.close();
	});
});
