/**
 * The statements on a PostgreSQL vault, by the names that `../queries.ts` has for them. They are made at each use and sent
 * without a name: a statement that the server keeps under a name is lost to a pooler's next connection.
 */
import { and, asc, desc, eq, exists, gt, gte, isNotNull, lt, lte, ne, notExists, sql } from "drizzle-orm";
import { asBuffer } from "../sealed.ts";
import type { VersionPlace, VersionRow, VersionWrite } from "../storage.ts";
import { account, user } from "./auth-tables.ts";
import type { Executor } from "./connect.ts";
import { audit, dataKeys, environments, instances, mirrors, rootKeys, tokens, versions, workers } from "./schema.ts";

type Place = Pick<VersionRow, "environment" | "owner" | "name">;

export type Queries = ReturnType<typeof queriesOn>;

export function queriesOn(db: Executor) {
	const place = ({ environment, owner, name }: Place) =>
		and(eq(versions.environment, environment), eq(versions.owner, owner), eq(versions.name, name));
	/** In the words of the partial index, as in SQLite. */
	const isCurrent = sql`${versions.current} = 1`;
	return {
		instance: () => db.select().from(instances),
		environments: () => db.select().from(environments).orderBy(environments.id),
		dataKey: (owner: string) =>
			db
				.select()
				.from(dataKeys)
				.where(and(eq(dataKeys.owner, owner), sql`${dataKeys.current} = 1`)),
		dataKeyById: (id: string) => db.select().from(dataKeys).where(eq(dataKeys.id, id)),
		isRootKey: (id: string) =>
			db
				.select({ id: rootKeys.id })
				.from(rootKeys)
				.where(and(eq(rootKeys.id, id), ne(rootKeys.state, "retired"))),
		current: (environment: string, owner: string, since: number) =>
			db
				.select()
				.from(versions)
				.where(
					and(
						eq(versions.environment, environment),
						eq(versions.owner, owner),
						isCurrent,
						gt(versions.revision, since),
					),
				)
				.orderBy(versions.name),
		present: (environment: string) =>
			db
				.select()
				.from(versions)
				.where(and(eq(versions.environment, environment), isCurrent, isNotNull(versions.sealed))),
		setting: (which: Place) =>
			db
				.select()
				.from(versions)
				.where(and(place(which), isCurrent)),
		history: (which: Place, since: number) => {
			/** The version that was current at a revision. */
			const currentThen = db
				.select({ version: versions.version })
				.from(versions)
				.where(and(place(which), lte(versions.revision, since)))
				.orderBy(desc(versions.version))
				.limit(1);
			return db
				.select()
				.from(versions)
				.where(and(place(which), gte(versions.version, sql`coalesce((${currentThen}), 0)`)))
				.orderBy(desc(versions.version));
		},
		mirror: (environment: string, folder: string) =>
			db
				.select()
				.from(mirrors)
				.where(and(eq(mirrors.environment, environment), eq(mirrors.folder, folder))),
		lastFolder: (machine: string) =>
			db
				.select({ folder: mirrors.folder })
				.from(mirrors)
				.where(and(sql`starts_with(${mirrors.folder}, ${machine})`, sql`${mirrors.base} <> 'null'`))
				.orderBy(desc(mirrors.revision))
				.limit(1),
		audit: (before: number, limit: number, only: readonly string[] | null) =>
			db
				.select()
				.from(audit)
				.where(
					and(
						lt(audit.index, before),
						only === null
							? undefined
							: sql`${audit.environment} in (select json_array_elements_text(${JSON.stringify(only)}::json))`,
					),
				)
				.orderBy(desc(audit.index))
				.limit(limit),
		lastTest: (provider: string, environment: string) =>
			db
				.select()
				.from(audit)
				.where(
					and(
						sql`${audit.action} = 'providers.test'`,
						eq(audit.target, provider),
						eq(audit.environment, environment),
						eq(audit.outcome, "done"),
					),
				)
				.orderBy(desc(audit.index))
				.limit(1),
		tokens: () => db.select().from(tokens).orderBy(desc(tokens.createdAt)),
		tokenById: (id: string) => db.select().from(tokens).where(eq(tokens.id, id)),
		workers: () => db.select().from(workers),
		/** Until someone has an account, there is nobody to be gone. */
		isGone: (userId: string) =>
			db
				.select({ id: account.id })
				.from(account)
				.where(notExists(db.select({ id: user.id }).from(user).where(eq(user.id, userId))))
				.limit(1),
		anyAccount: () => db.select({ id: account.id }).from(account).limit(1),
		/** People who have an account. Who has none was about to claim the instance, and did not. */
		people: () => {
			const { id, name, email, role, narrowed, createdAt, twoFactorEnabled: twoFactor } = user;
			const hasAccount = exists(db.select({ id: account.id }).from(account).where(eq(account.userId, user.id)));
			return db
				.select({ id, name, email, role, narrowed, createdAt, twoFactor })
				.from(user)
				.where(hasAccount)
				.orderBy(asc(createdAt), asc(id));
		},
		raiseRevision: () =>
			db
				.update(instances)
				.set({ revision: sql`${instances.revision} + 1` })
				.returning({ revision: instances.revision }),
		/** Nobody else commits from here until the transaction ends. */
		lockInstance: () => db.select({ revision: instances.revision }).from(instances).for("update"),
		retire: (row: VersionPlace) =>
			db
				.update(versions)
				.set({ current: false })
				.where(and(place(row), isCurrent, eq(versions.version, row.version - 1))),
		insertVersion: (row: VersionWrite, revision: number) =>
			db.insert(versions).values({ ...row, sealed: row.sealed && asBuffer(row.sealed), current: true, revision }),
		dropValue: (row: VersionPlace) =>
			db
				.update(versions)
				.set({ sealed: null })
				.where(
					and(place(row), eq(versions.version, row.version), sql`${versions.current} = 0`, isNotNull(versions.sealed)),
				),
		isRemoved: (environment: string) =>
			db
				.select({ id: environments.id })
				.from(environments)
				.where(and(eq(environments.id, environment), eq(environments.removed, true))),
	};
}
