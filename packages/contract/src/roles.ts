/**
 * What a role comes to in each environment. A person has one role, which is the most they may do; where an environment asks
 * for less, their role is narrowed there by its name.
 */
import { INSTANCE_WIDE, type Permission, ROLES, type Role } from "./permissions.ts";

/** A role, or nothing at all. */
export type Narrowing = Role | "none";

/** Stands for every environment that is not named. No environment can be called so. */
export const ELSEWHERE = "*";

/** Roles by the names of environments. */
export type Narrowed = Readonly<Record<string, Narrowing>>;

/** What someone may do: `usual` in every environment but those told apart. */
export interface Access {
	readonly usual: ReadonlySet<Permission>;
	readonly apart: ReadonlyMap<string, ReadonlySet<Permission>>;
}

const NOTHING: ReadonlySet<Permission> = new Set();
const SETS = Object.fromEntries(
	Object.entries(ROLES).map(([role, permissions]) => [role, new Set<Permission>(permissions)]),
) as unknown as Record<Role, ReadonlySet<Permission>>;

/** From the most to the least. */
const ORDER: readonly string[] = [...Object.keys(ROLES), "none"];

/** The lesser of two roles. A word that is no role is the least there is. */
export function lesser(a: string, b: string): Narrowing {
	const rank = (role: string) => (ORDER.includes(role) ? ORDER.indexOf(role) : ORDER.length - 1);
	return ORDER[Math.max(rank(a), rank(b))] as Narrowing;
}

/** The role of a person in an environment. */
export function roleIn(role: string, narrowed: Narrowed | null, environment: string): Narrowing {
	const there = Object.hasOwn(narrowed ?? {}, environment) ? narrowed?.[environment] : narrowed?.[ELSEWHERE];
	return lesser(role, there ?? role);
}

/** What a person of a role may do. */
export function accessOf(role: string, narrowed: Narrowed | null): Access {
	const setOf = (environment: string) => {
		const there = roleIn(role, narrowed, environment);
		return there === "none" ? NOTHING : SETS[there];
	};
	const named = Object.keys(narrowed ?? {}).filter((name) => name !== ELSEWHERE);
	return { usual: setOf(ELSEWHERE), apart: new Map(named.map((name) => [name, setOf(name)])) };
}

/** The same permissions everywhere, or only in some environments. */
export function accessIn(permissions: Iterable<Permission>, environments: readonly string[] | null): Access {
	const set = new Set(permissions);
	if (environments === null) return { usual: set, apart: new Map() };
	return { usual: NOTHING, apart: new Map(environments.map((name) => [name, set])) };
}

/**
 * Whether something may be done in an environment. With `null`, what is of the whole instance has to be permitted in every
 * environment, and the rest in any: it shows then only what is in those.
 */
export function may(access: Access, permission: Permission, environment: string | null): boolean {
	const { usual, apart } = access;
	if (environment !== null) return (apart.get(environment) ?? usual).has(permission);
	if (INSTANCE_WIDE.has(permission)) return mayEverywhere(access, permission);
	return usual.has(permission) || [...apart.values()].some((set) => set.has(permission));
}

/** Whether something may be done in every environment, also in those to come. */
export function mayEverywhere({ usual, apart }: Access, permission: Permission): boolean {
	return usual.has(permission) && [...apart.values()].every((set) => set.has(permission));
}

/** Whether something may be done everywhere that an access reaches to: in these environments, or in all. */
export function mayWithin(access: Access, permission: Permission, environments: readonly string[] | null): boolean {
	return environments?.every((name) => may(access, permission, name)) ?? mayEverywhere(access, permission);
}

/** Whether one access has all that another has, in every environment. */
export function covers(outer: Access, inner: Access): boolean {
	const has = (all: ReadonlySet<Permission>, some: ReadonlySet<Permission>) => [...some].every((each) => all.has(each));
	const named = new Set([...outer.apart.keys(), ...inner.apart.keys()]);
	const isThere = (name: string) => has(outer.apart.get(name) ?? outer.usual, inner.apart.get(name) ?? inner.usual);
	return has(outer.usual, inner.usual) && [...named].every(isThere);
}
