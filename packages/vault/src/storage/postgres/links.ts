/** Links, on PostgreSQL: the rules of `../links.ts`. */
import { and, desc, eq, gt, isNull, lt } from "drizzle-orm";
import { BY_MAIL, backerOf } from "../../giving.ts";
import { refuseUnbacked, renamedNarrowing } from "../change.ts";
import { Conflict } from "../conflict.ts";
import { LINK_KEPT } from "../links.ts";
import type { Change, LinkRow } from "../storage.ts";
import { user } from "./auth-tables.ts";
import type { Executor } from "./connect.ts";
import { links, tokens } from "./schema.ts";

export async function allLinks(db: Executor): Promise<LinkRow[]> {
	return await db.select().from(links).orderBy(desc(links.createdAt), links.id);
}

export async function linkByHash(db: Executor, hash: string): Promise<LinkRow | null> {
	const [row] = await db.select().from(links).where(eq(links.hash, hash));
	return row ?? null;
}

export async function writeLinks(db: Executor, { link, endLink, password }: Change): Promise<void> {
	const isOpen = (at: number) => and(isNull(links.usedAt), isNull(links.revokedAt), gt(links.expiresAt, at));
	if (link) {
		const { kind, email, creator, createdAt: at } = link;
		// Anybody may ask for one by mail, which ends none that was given by hand.
		const alike = creator === BY_MAIL ? eq(links.creator, BY_MAIL) : undefined;
		const before = and(eq(links.kind, kind), eq(links.email, email), alike, isOpen(at));
		await db.update(links).set({ revokedAt: at }).where(before);
		await db.delete(links).where(lt(links.expiresAt, at - LINK_KEPT));
		await db.insert(links).values(link);
		await refuseUnbackedNow(db, link);
	}
	if (endLink) {
		const { id, as, at } = endLink;
		const next = as === "used" ? { usedAt: at } : { revokedAt: at };
		const open = and(eq(links.id, id), isOpen(at));
		const [ended] = await db.update(links).set(next).where(open).returning();
		if (!ended) throw new Conflict(id);
		if (as === "used") await refuseUnbackedNow(db, ended);
	}
	if (!password) return;
	const { userId, at } = password;
	const theirs = and(eq(links.userId, userId), isOpen(at));
	await db.update(links).set({ revokedAt: at }).where(theirs);
}

async function refuseUnbackedNow(db: Executor, link: LinkRow): Promise<void> {
	const backer = backerOf(link);
	const [person] = await db
		.select()
		.from(user)
		.where(eq(user.id, backer.person ?? ""));
	const [token] = await db
		.select()
		.from(tokens)
		.where(eq(tokens.id, backer.token ?? ""));
	const [target] = await db
		.select()
		.from(user)
		.where(eq(user.id, link.userId ?? ""));
	refuseUnbacked(link, { person, token, target });
}

/** Invitations that are less in an environment go along when it is renamed. */
export async function renameInLinks(db: Executor, rename: NonNullable<Change["rename"]>): Promise<void> {
	for (const { id, narrowed } of await allLinks(db)) {
		const renamed = renamedNarrowing(narrowed && JSON.stringify(narrowed), rename);
		if (renamed)
			await db
				.update(links)
				.set({ narrowed: JSON.parse(renamed) })
				.where(eq(links.id, id));
	}
}

/** With a person goes what was sent to them. */
export async function forgetLinksOf(db: Executor, id: string): Promise<void> {
	const [person] = await db.select({ email: user.email }).from(user).where(eq(user.id, id));
	if (person) await db.delete(links).where(eq(links.email, person.email));
}
