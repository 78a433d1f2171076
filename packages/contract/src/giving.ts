/** Who may make somebody what, for people and for invitations alike: nobody gives more than they have. */
import { type Permission, ROLES, type Role } from "./permissions.ts";
import { type Access, accessOf, covers, mayEverywhere, type Narrowed } from "./roles.ts";

/** What someone lacks who may not manage a person. */
export const ABOVE = "the role of an owner";

/** Whether an access suffices to manage people of a role: whoever may manage people is managed by an owner alone. */
export function isAbove(access: Access, role: string): boolean {
	const held: readonly Permission[] = ROLES[role as Role] ?? [];
	const needed = held.includes("members.write") ? ROLES.owner : held;
	return needed.every((permission) => mayEverywhere(access, permission));
}

/** What an access lacks to make someone that; `null` when nothing. */
export function refusalToGive(access: Access, given: { role: string; narrowed: Narrowed | null }): string | null {
	if (!isAbove(access, given.role)) return ABOVE;
	return covers(access, accessOf(given.role, given.narrowed)) ? null : "all that they would be allowed";
}
