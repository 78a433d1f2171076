/** The part of a commit that is about backups: which were made here, and what their drills found. */
import { eq, inArray } from "drizzle-orm";
import type { SqliteDatabase } from "./connect.ts";
import { backups } from "./schema.ts";
import type { Change } from "./storage.ts";

export function writeBackups(db: SqliteDatabase, { backup, forgetBackups = [], drilled }: Change): void {
	if (backup) db.insert(backups).values(backup).run();
	if (forgetBackups.length > 0)
		db.delete(backups)
			.where(inArray(backups.id, [...forgetBackups]))
			.run();
	if (drilled) db.update(backups).set({ drill: drilled.drill }).where(eq(backups.id, drilled.id)).run();
}
