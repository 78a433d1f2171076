/** Links as rows: written, ended once, and forgotten. */
import { and, desc, eq, gt, isNull, lt } from "drizzle-orm";
import { BY_MAIL, backerOf } from "../giving.ts";
import { user } from "./auth-tables.ts";
import { refuseUnbacked, renamedNarrowing } from "./change.ts";
import { Conflict } from "./conflict.ts";
import type { SqliteDatabase } from "./connect.ts";
import { links, tokens } from "./schema.ts";
import type { Change, LinkRow } from "./storage.ts";

/** How long one that is too old stays listed, in milliseconds. */
export const LINK_KEPT = 30 * 24 * 60 * 60 * 1000;

export function allLinks(db: SqliteDatabase): LinkRow[] {
	return db.select().from(links).orderBy(desc(links.createdAt), links.id).all();
}

export function linkByHash(db: SqliteDatabase, hash: string): LinkRow | null {
	return db.select().from(links).where(eq(links.hash, hash)).get() ?? null;
}

export function writeLinks(db: SqliteDatabase, { link, endLink, password }: Change): void {
	const isOpen = (at: number) => and(isNull(links.usedAt), isNull(links.revokedAt), gt(links.expiresAt, at));
	if (link) {
		const { kind, email, creator, createdAt: at } = link;
		// Anybody may ask for one by mail, which ends none that was given by hand.
		const alike = creator === BY_MAIL ? eq(links.creator, BY_MAIL) : undefined;
		const before = and(eq(links.kind, kind), eq(links.email, email), alike, isOpen(at));
		db.update(links).set({ revokedAt: at }).where(before).run();
		db.delete(links)
			.where(lt(links.expiresAt, at - LINK_KEPT))
			.run();
		refuseUnbackedNow(db, db.insert(links).values(link).returning().get());
	}
	if (endLink) {
		const { id, as, at } = endLink;
		const next = as === "used" ? { usedAt: at } : { revokedAt: at };
		const open = and(eq(links.id, id), isOpen(at));
		const ended = db.update(links).set(next).where(open).returning().get();
		if (!ended) throw new Conflict(id);
		if (as === "used") refuseUnbackedNow(db, ended);
	}
	if (!password) return;
	const { userId, at } = password;
	const theirs = and(eq(links.userId, userId), isOpen(at));
	db.update(links).set({ revokedAt: at }).where(theirs).run();
}

function refuseUnbackedNow(db: SqliteDatabase, link: LinkRow): void {
	const backer = backerOf(link);
	const person = db
		.select()
		.from(user)
		.where(eq(user.id, backer.person ?? ""))
		.get();
	const token = db
		.select()
		.from(tokens)
		.where(eq(tokens.id, backer.token ?? ""))
		.get();
	const target = db
		.select()
		.from(user)
		.where(eq(user.id, link.userId ?? ""))
		.get();
	refuseUnbacked(link, { person, token, target });
}

/** Invitations that are less in an environment go along when it is renamed. */
export function renameInLinks(db: SqliteDatabase, rename: NonNullable<Change["rename"]>): void {
	for (const { id, narrowed } of allLinks(db)) {
		const renamed = renamedNarrowing(narrowed && JSON.stringify(narrowed), rename);
		if (renamed)
			db.update(links)
				.set({ narrowed: JSON.parse(renamed) })
				.where(eq(links.id, id))
				.run();
	}
}

/** With a person goes what was sent to them. */
export function forgetLinksOf(db: SqliteDatabase, id: string): void {
	const person = db.select({ email: user.email }).from(user).where(eq(user.id, id)).get();
	if (person) db.delete(links).where(eq(links.email, person.email)).run();
}
