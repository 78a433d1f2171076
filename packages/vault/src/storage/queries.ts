/** The prepared statements on a SQLite vault. Preparing costs ten times what running does, so each is prepared once. */
import { and, desc, eq, getTableColumns, gt, gte, isNotNull, lt, lte, ne, sql } from "drizzle-orm";
import { account, user } from "./auth-tables.ts";
import type { SqliteDatabase } from "./connect.ts";
import { audit, dataKeys, environments, instances, mirrors, rootKeys, tokens, versions, workers } from "./schema.ts";
import type { TokenRow } from "./storage.ts";

const p = sql.placeholder;

export type Queries = ReturnType<typeof prepareQueries>;

export function prepareQueries(db: SqliteDatabase) {
	const place = and(
		eq(versions.environment, p("environment")),
		eq(versions.owner, p("owner")),
		eq(versions.name, p("name")),
	);
	/** In the words of the partial index: SQLite uses that for a literal, and reads every version there is for a parameter. */
	const isCurrent = sql`${versions.current} = 1`;
	const placeCurrent = and(place, isCurrent);
	/** The version that was current at a revision. Looked for from the newest back: it is one of the last. */
	const currentThen = db
		.select({ version: versions.version })
		.from(versions)
		.where(and(place, lte(versions.revision, p("since"))))
		.orderBy(desc(versions.version))
		.limit(1);
	return {
		instance: db.select().from(instances).prepare(),
		environments: db.select().from(environments).prepare(),
		dataKey: db
			.select()
			.from(dataKeys)
			.where(and(eq(dataKeys.owner, p("owner")), sql`${dataKeys.current} = 1`))
			.prepare(),
		dataKeyById: db
			.select()
			.from(dataKeys)
			.where(eq(dataKeys.id, p("id")))
			.prepare(),
		isDataKey: db
			.select({ id: dataKeys.id })
			.from(dataKeys)
			.where(eq(dataKeys.id, p("id")))
			.prepare(),
		isRootKey: db
			.select({ id: rootKeys.id })
			.from(rootKeys)
			.where(and(eq(rootKeys.id, p("id")), ne(rootKeys.state, "retired")))
			.prepare(),
		current: db
			.select()
			.from(versions)
			.where(
				and(
					eq(versions.environment, p("environment")),
					eq(versions.owner, p("owner")),
					isCurrent,
					gt(versions.revision, p("since")),
				),
			)
			.orderBy(versions.name)
			.prepare(),
		present: db
			.select()
			.from(versions)
			.where(and(eq(versions.environment, p("environment")), isCurrent, isNotNull(versions.sealed)))
			.prepare(),
		setting: db.select().from(versions).where(placeCurrent).prepare(),
		history: db
			.select()
			.from(versions)
			.where(and(place, gte(versions.version, sql`coalesce((${currentThen}), 0)`)))
			.orderBy(desc(versions.version))
			.prepare(),
		mirror: db
			.select()
			.from(mirrors)
			.where(and(eq(mirrors.environment, p("environment")), eq(mirrors.folder, p("folder"))))
			.prepare(),
		lastFolder: db
			.select()
			.from(mirrors)
			.where(sql`${mirrors.base} <> 'null'`)
			.orderBy(desc(mirrors.revision))
			.limit(1)
			.prepare(),
		audit: db
			.select()
			.from(audit)
			.where(
				and(
					lt(audit.index, p("before")),
					sql`(${p("environments")} is null or ${audit.environment} in (select value from json_each(${p("environments")})))`,
				),
			)
			.orderBy(desc(audit.index))
			.limit(p("limit"))
			.prepare(),
		lastTest: db
			.select()
			.from(audit)
			.where(
				and(
					sql`${audit.action} = 'providers.test'`,
					eq(audit.target, p("provider")),
					eq(audit.environment, p("environment")),
					eq(audit.outcome, "done"),
				),
			)
			.orderBy(desc(audit.index))
			.limit(1)
			.prepare(),
		tokens: db.select().from(tokens).orderBy(desc(tokens.createdAt)).prepare(),
		tokenById: tokenQuery(db),
		workers: db.select().from(workers).prepare(),
		/** Until someone has an account, there is nobody to be gone. */
		isGone: db
			.select({ id: account.id })
			.from(account)
			.where(sql`not exists (select 1 from ${user} where ${user.id} = ${p("userId")})`)
			.limit(1)
			.prepare(),
		anyAccount: db.select({ id: account.id }).from(account).limit(1).prepare(),
		raiseRevision: db
			.update(instances)
			.set({ revision: sql`${instances.revision} + 1` })
			.returning({ revision: instances.revision })
			.prepare(),
		retire: db
			.update(versions)
			.set({ current: false })
			.where(and(placeCurrent, eq(versions.version, p("before"))))
			.prepare(),
		insertVersion: db
			.insert(versions)
			.values({
				environment: p("environment"),
				owner: p("owner"),
				name: p("name"),
				version: p("version"),
				current: true,
				secret: p("secret"),
				sealed: p("sealed"),
				fingerprint: p("fingerprint"),
				restoredFrom: p("restoredFrom"),
				revision: p("revision"),
				at: p("at"),
				by: p("by"),
				message: p("message"),
			})
			.prepare(),
		dropValue: db
			.update(versions)
			.set({ sealed: null })
			.where(and(place, eq(versions.version, p("version")), sql`${versions.current} = 0`, isNotNull(versions.sealed)))
			.prepare(),
		putSnapshot: db
			.update(environments)
			.set({
				revision: sql`${p("revision")}`,
				edition: sql`${p("edition")}`,
				snapshot: sql`${p("snapshot")}`,
			})
			.where(and(eq(environments.id, p("environment")), eq(environments.edition, sql`${p("edition")} - 1`)))
			.prepare(),
		isRemoved: db
			.select({ id: environments.id })
			.from(environments)
			.where(and(eq(environments.id, p("environment")), eq(environments.removed, true)))
			.prepare(),
		putRemoved: db
			.update(environments)
			.set({ removed: sql`${p("removed")}` })
			.where(eq(environments.id, p("environment")))
			.prepare(),
		insertAudit: db
			.insert(audit)
			.values({
				at: p("at"),
				actor: p("actor"),
				actorLabel: p("actorLabel"),
				action: p("action"),
				target: p("target"),
				environment: p("environment"),
				outcome: p("outcome"),
				address: p("address"),
				revision: p("revision"),
				details: p("details"),
			})
			.prepare(),
		putMirror: db
			.insert(mirrors)
			.values({ environment: p("environment"), folder: p("folder"), revision: p("revision"), base: p("base") })
			.onConflictDoUpdate({
				target: [mirrors.environment, mirrors.folder],
				set: { revision: sql`excluded.revision`, base: sql`excluded.base` },
				setWhere: sql`${mirrors.revision} <= excluded.revision`,
			})
			.prepare(),
	};
}

/** Asked with every request that has a token: drizzle's own way from a row to an object takes longer than the query. */
function tokenQuery({ $client }: SqliteDatabase): (id: string) => TokenRow | null {
	const inSql = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
	const columns = Object.keys(getTableColumns(tokens)).map((key) => `${inSql(key)} AS "${key}"`);
	const statement = $client.prepare(`SELECT ${columns.join(", ")} FROM token WHERE id = ?`);
	const parsed = (json: unknown) => (json === null ? null : JSON.parse(json as string));
	return (id) => {
		const row = statement.get(id) as Record<keyof TokenRow, unknown> | undefined;
		if (row === undefined) return null;
		const { environments, permissions, addresses } = row;
		row.environments = parsed(environments);
		row.permissions = parsed(permissions);
		row.addresses = parsed(addresses);
		return row as TokenRow;
	};
}
