/** The one transaction of the vault: a change as data, compared with what is stored, and written whole or not at all. */
import { eq } from "drizzle-orm";
import type { SqliteDatabase } from "./connect.ts";
import type { Queries } from "./queries.ts";
import { dataKeys, tokens } from "./schema.ts";
import type { Change, Committed } from "./storage.ts";

export function committer(db: SqliteDatabase, queries: Queries): (change: Change) => Committed {
	const transaction = db.$client.transaction((change: Change): Committed => {
		const conflict = findConflict(queries, change);
		if (conflict !== null) return { done: false, conflict };
		const raises = (change.writes?.length ?? 0) > 0 || change.snapshot !== undefined;
		const revision = (raises ? queries.raiseRevision : queries.instance).get()?.revision ?? 0;
		writeSettings(queries, change, revision);
		writeAccess(db, change);
		for (const entry of change.audit) queries.insertAudit.run({ ...entry, revision: raises ? revision : null });
		for (const mirror of change.mirrored ?? []) queries.putMirror.run({ ...mirror });
		if (change.worker && raises) queries.advanceWorker.run({ id: change.worker, revision, seenAt: Date.now() });
		return { done: true, revision };
	});
	return (change) => transaction.immediate(change);
}

function findConflict(queries: Queries, change: Change): string | null {
	const compared = new Set<string>();
	for (const { environment, owner, name, version } of change.writes ?? []) {
		const place = `${environment} ${owner} ${name}`;
		// Two writes of one setting in one change build on each other: only the first meets the stored row.
		if (compared.has(place)) continue;
		compared.add(place);
		if (version !== (queries.setting.get({ environment, owner, name })?.version ?? 0) + 1) return name;
	}
	if (change.snapshot) {
		const { environment, edition } = change.snapshot;
		if (edition !== (queries.edition.get({ name: environment })?.edition ?? 0) + 1) return environment;
	}
	return (change.keys ?? []).find(({ owner }) => queries.dataKey.get({ owner }))?.owner ?? null;
}

function writeSettings(queries: Queries, change: Change, revision: number): void {
	for (const row of change.writes ?? []) {
		queries.retire.run({ environment: row.environment, owner: row.owner, name: row.name });
		queries.insertVersion.run({ ...row, revision });
	}
	if (!change.snapshot) return;
	const { environment, edition, sealed } = change.snapshot;
	queries.putSnapshot.run({ name: environment, revision, edition, snapshot: sealed });
}

function writeAccess(db: SqliteDatabase, { keys = [], token, revokeToken }: Change): void {
	for (const { id, owner, sealed } of keys) {
		db.insert(dataKeys)
			.values({ id, owner, sealed: Buffer.from(sealed) })
			.run();
	}
	if (token) db.insert(tokens).values(token).run();
	if (!revokeToken) return;
	db.update(tokens).set({ revokedAt: revokeToken.at }).where(eq(tokens.id, revokeToken.id)).run();
}
