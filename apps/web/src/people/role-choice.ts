/** Which role someone is to have, and where less: as it is chosen in a form, and as the server takes it. */
import {
	type Access,
	ELSEWHERE,
	lesser,
	type Narrowed,
	type Narrowing,
	ROLES,
	type Role,
	refusalToGive,
	roleIn,
} from "@holdfast/contract";

const ROLE_NAMES = Object.keys(ROLES) as Role[];

export interface RoleChoice {
	role: Role;
	/** Whether it is to be less anywhere; what `less` says counts only then. */
	isLess: boolean;
	/** By environment, `*` for those made later; where it has none, it is the role. */
	less: Readonly<Record<string, Narrowing>>;
}

/** The roles that whoever chooses may give. */
export function givableRoles(access: Access): Role[] {
	return ROLE_NAMES.filter((role) => refusalToGive(access, { role, narrowed: null }) === null);
}

/** What a role can be in an environment: itself, and all that is less. */
export function narrowingsOf(role: Role): Narrowing[] {
	return [...ROLE_NAMES.slice(ROLE_NAMES.indexOf(role)), "none"];
}

/** What someone has, as a choice. */
export function choiceOf(role: Role, narrowed: Narrowed | null, environments: readonly string[]): RoleChoice {
	const places = [...environments, ELSEWHERE].map((name) => [name, roleIn(role, narrowed, name)] as const);
	const less = Object.fromEntries(places.filter(([, there]) => there !== role));
	return { role, isLess: Object.keys(less).length > 0, less };
}

/** The role that is chosen for an environment. It is never more than the role that is chosen for all. */
export function chosenIn({ role, less }: RoleChoice, environment: string): Narrowing {
	return lesser(role, (Object.hasOwn(less, environment) && less[environment]) || role);
}

/** The same choice, with another role in one environment. */
export function withRoleIn(choice: RoleChoice, environment: string, there: Narrowing): RoleChoice {
	const { [environment]: _, ...others } = choice.less;
	return { ...choice, less: there === choice.role ? others : { ...others, [environment]: there } };
}

/** As the server takes it: only what differs from what is said of all others. An owner is one everywhere. */
export function narrowedOf(choice: RoleChoice, environments: readonly string[]): Record<string, Narrowing> | null {
	const { role, isLess } = choice;
	if (!isLess || role === "owner") return null;
	const elsewhere = chosenIn(choice, ELSEWHERE);
	const places = environments.map((name) => [name, chosenIn(choice, name)] as const);
	const differing = places.filter(([, there]) => there !== elsewhere);
	const narrowed = Object.fromEntries(elsewhere === role ? differing : [...differing, [ELSEWHERE, elsewhere]]);
	return Object.keys(narrowed).length > 0 ? narrowed : null;
}
