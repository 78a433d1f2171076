/** A vault in a folder of its own, for tests. `await using v = await testVault()` cleans up after itself. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Narrowed, Role } from "@holdfast/contract";
import type { SaveResult } from "@holdfast/contract/schemas";
import type { Caller, Vault, VaultOptions } from "../src/index.ts";
import { localCaller, openVault, settings, userCaller } from "../src/index.ts";
import * as authTables from "../src/storage/auth-tables.ts";

export { authTables };

import type { SqliteDatabase } from "../src/storage/connect.ts";
import { newDatabase } from "./new-database.ts";

export const admin: Caller = localCaller("tester", "here");

export function person(id: string, role = "editor", narrowed: Narrowed | null = null): Caller {
	return userCaller({ id, name: id, role, narrowed, provenAt: Date.now(), sessionId: null }, "127.0.0.1");
}

/** A server for the tests that run on PostgreSQL as well; see postgres/server.ts. */
const POSTGRES = process.env.TEST_STORAGE === "postgres" ? process.env.TEST_POSTGRES_URL : undefined;
/** The databases on it, by the folders of their vaults. */
const databases = new Map<string, string>();

/** One whose database is a file, for what a test does behind its back. */
export interface SqliteVault extends Vault {
	readonly database: SqliteDatabase;
}

export function onSqlite(vault: Vault): SqliteVault {
	if (vault.accounts.provider !== "sqlite") throw new Error("this vault is not in SQLite");
	return vault as SqliteVault;
}

/** Run SQL that both databases understand, behind the vault's back. */
export async function behindItsBack({ database: { $client } }: Vault, sql: string): Promise<void> {
	await ("exec" in $client ? $client.exec(sql) : $client.query(sql));
}

/** Give someone an account and a session, as if they had been invited. Their email address is `<id>@people.example`. */
export function addPerson({ database }: SqliteVault, id: string, role: Role = "editor"): Caller {
	const { user, account, session } = authTables;
	// One after the other, whatever the clock says: they are listed in this order.
	const createdAt = new Date(1_700_000_000_000 + database.select().from(user).all().length);
	const updatedAt = createdAt;
	const email = `${id}@people.example`;
	const row = { id, name: id, email, emailVerified: false, role, claimed: false, createdAt, updatedAt };
	database.insert(user).values(row).run();
	const own = { id: `${id}-1`, userId: id, createdAt, updatedAt };
	database
		.insert(account)
		.values({ ...own, accountId: id, providerId: "credential", password: "a digest" })
		.run();
	database
		.insert(session)
		.values({ ...own, token: `session of ${id}`, expiresAt: new Date(Date.now() + 1e9) })
		.run();
	return person(id, role);
}

/** SQL for what a column has, with its 41st byte changed, whatever that was; as text, as a careless hand would leave it. */
export function damaged(column: string): string {
	const byte = `CASE substr(${column}, 41, 1) WHEN x'00' THEN x'01' ELSE x'00' END`;
	return `substr(${column}, 1, 40) || ${byte} || substr(${column}, 42)`;
}

/** The owners of data keys that are no longer current and are still there. */
export function replacedKeys({ database }: SqliteVault): unknown[] {
	return database.$client.prepare("SELECT owner FROM data_key WHERE current = 0").pluck().all();
}

export function testFolder(): { path: string; [Symbol.dispose](): void } {
	const path = mkdtempSync(join(tmpdir(), "holdfast-"));
	return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function optionsIn(folder: string, more: Partial<VaultOptions> = {}): VaultOptions {
	const dataDir = join(folder, ".holdfast");
	mkdirSync(folder, { recursive: true });
	return {
		dataDir,
		databaseUrl: databases.get(folder) ?? null,
		projectDir: folder,
		rootKey: { text: null, file: join(dataDir, "root.key") },
		backupDir: join(dataDir, "backups"),
		processEnv: new Map(),
		precedence: "saved",
		serves: true,
		schedule: false,
		warn: (message) => {
			throw new Error(`unexpected warning: ${message}`);
		},
		...more,
	};
}

export interface TestVault<V extends Vault = SqliteVault> {
	vault: V;
	folder: string;
	envFile: () => string;
	save: (writes: Record<string, string>, environment?: string) => Promise<SaveResult>;
	[Symbol.asyncDispose](): Promise<void>;
}

export function testVault(more: Partial<VaultOptions> = {}): Promise<TestVault> {
	return testVaultOf(async (folder) => {
		if (!POSTGRES) return onSqlite(await openVault(optionsIn(folder, more)));
		databases.set(folder, await newDatabase(POSTGRES));
		// What asks it for SQLite is in no file that runs on PostgreSQL.
		return (await openVault(optionsIn(folder, more))) as SqliteVault;
	});
}

/** A vault in the PostgreSQL database at an address. */
export function postgresVault(databaseUrl: string, more: Partial<VaultOptions> = {}): Promise<TestVault<Vault>> {
	return testVaultOf((folder) => openVault(optionsIn(folder, { databaseUrl, ...more })));
}

async function testVaultOf<V extends Vault>(open: (folder: string) => Promise<V>): Promise<TestVault<V>> {
	const folder = testFolder();
	const vault = await open(folder.path);
	return {
		vault,
		folder: folder.path,
		envFile: () => readFileSync(join(folder.path, ".env"), "utf8"),
		save: (writes, environment = "default") =>
			settings.save(vault, admin, {
				environment,
				owner: "shared",
				writes: Object.entries(writes).map(([name, value]) => ({ name, value })),
			}),
		async [Symbol.asyncDispose]() {
			await vault[Symbol.asyncDispose]();
			folder[Symbol.dispose]();
		},
	};
}
