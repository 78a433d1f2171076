/**
 * The people who have an account. Guards what is promised to them: with a person goes the key to what was theirs alone, so
 * that nothing which is read from this database later, a backup included, opens it.
 */
import { AppError, mayEverywhere, type Permission, ROLES, type Role } from "@holdfast/contract";
import type { PersonView, RemovedPerson, RemovePerson } from "@holdfast/contract/schemas";
import { authorize, type Caller, deny, entry } from "./access.ts";
import type { PersonRow } from "./storage/storage.ts";
import { eraseTraces } from "./traces.ts";
import type { Vault } from "./vault.ts";

const TRIES = 20;

/** Everyone who has an account, the first one first. */
export async function list(vault: Vault, caller: Caller): Promise<PersonView[]> {
	await authorize(vault, caller, { action: "people.list", target: null, environment: null });
	return (await vault.storage.people()).map(toView);
}

/**
 * Remove someone, with their sessions, the tokens they made, their personal settings and the key that those are sealed
 * under. What they did stays in the audit log and in the history of what is shared.
 *
 * @throws AppError `PERSON_NOT_FOUND`; `LAST_OWNER`; `NOT_ALLOWED` for an owner or an administrator, unless by an owner.
 */
export async function remove(vault: Vault, caller: Caller, { id }: RemovePerson): Promise<RemovedPerson> {
	const act = { action: "people.remove", target: id, environment: null } as const;
	await authorize(vault, caller, act);
	for (let attempt = 1; attempt <= TRIES; attempt++) {
		const everyone = await vault.storage.people();
		const person = everyone.find((each) => each.id === id);
		if (!person) throw new AppError("PERSON_NOT_FOUND", { name: id });
		const isAbove = neededFor(person).every((permission) => mayEverywhere(caller.access, permission));
		if (!isAbove) return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail: "the role of an owner" }));
		const { role } = person;
		if (role === "owner" && everyone.every((each) => each.id === id || each.role !== "owner"))
			throw new AppError("LAST_OWNER", { name: person.name });
		const made = (await vault.storage.tokens()).filter((row) => row.creator === `user:${id}` && row.revokedAt === null);
		const audit = [entry(caller, { ...act, outcome: "done", details: { role, tokens: made.length } })];
		const committed = await vault.storage.commit({ removePerson: { id, role, at: Date.now() }, audit });
		if (!committed.done) continue;
		await eraseTraces(vault, { whole: true });
		return { ...toView(person), tokens: made.map(({ label }) => label) };
	}
	throw new AppError("DATABASE_BUSY");
}

/** Whoever may remove others is removed by an owner alone. */
function neededFor(person: PersonRow): readonly Permission[] {
	const held: readonly Permission[] = ROLES[person.role as Role] ?? [];
	return held.includes("members.write") ? ROLES.owner : held;
}

function toView({ role, ...row }: PersonRow): PersonView {
	return { ...row, role: role as Role };
}
