/** What a database has to forget when it is brought back: that it was in use, by whom, and what the files beside it said. */
import { sql } from "drizzle-orm";
import { session, verification } from "./auth-tables.ts";
import type { SqliteDatabase } from "./connect.ts";
import { audit, instances, links, mirrors, workers } from "./schema.ts";
import type { AuditRow } from "./storage.ts";

/**
 * End every session and every link that may have been used since, forget the workers and what is known of `.env` files, so that lines that differ wait for a decision, and
 * record the restore, in one commit with a revision of its own. Everything is on the disk and in one file when it returns.
 */
export function settleRestored(db: SqliteDatabase, entry: Omit<AuditRow, "index" | "revision">): void {
	const settle = db.$client.transaction(() => {
		const raised = { revision: sql`${instances.revision} + 1` };
		const row = db.update(instances).set(raised).returning({ revision: instances.revision }).get();
		for (const table of [session, verification, links, workers]) db.delete(table).run();
		db.update(mirrors).set({ revision: row.revision, base: sql`'null'` }).run();
		db.insert(audit)
			.values({ ...entry, revision: row.revision })
			.run();
	});
	settle.immediate();
	db.$client.pragma("wal_checkpoint(TRUNCATE)");
}
