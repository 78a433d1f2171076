/**
 * The people who have an account. Guards what is promised to them: with a person goes the key to what was theirs alone, so
 * that nothing which is read from this database later, a backup included, opens it.
 */
import {
	ABOVE,
	AppError,
	accessIn,
	accessOf,
	covers,
	isAbove,
	type Narrowed,
	type Permission,
	type Role,
	refusalToGive,
} from "@holdfast/contract";
import type {
	OnePerson,
	PersonView,
	RemovedPerson,
	SignsInBy,
	UpdatedPerson,
	UpdatePerson,
} from "@holdfast/contract/schemas";
import {
	type Actor,
	authorize,
	authorizePerson,
	type Caller,
	type Denied,
	deny,
	entry,
	readNarrowed,
} from "./access.ts";
import { requireKnown, requireManaged } from "./giving.ts";
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
export async function remove(vault: Vault, caller: Caller, { id }: OnePerson): Promise<RemovedPerson> {
	const act = { action: "people.remove", target: id, environment: null } as const;
	await authorize(vault, caller, act);
	return end(vault, id, { caller, act });
}

/**
 * Leave: the caller's own account goes, with all that goes with a person who is removed.
 *
 * @throws AppError `PEOPLE_ONLY`; `LAST_OWNER`.
 */
export async function leave(vault: Vault, caller: Caller): Promise<RemovedPerson> {
	const act = { action: "people.leave", target: caller.userId, environment: null } as const;
	return end(vault, await authorizePerson(vault, caller, act), { caller, act });
}

interface By {
	caller: Caller;
	act: Denied;
}

async function end(vault: Vault, id: string, { caller, act }: By): Promise<RemovedPerson> {
	for (let attempt = 1; attempt <= TRIES; attempt++) {
		const everyone = await vault.storage.people();
		const person = everyone.find((each) => each.id === id);
		if (!person) throw new AppError("PERSON_NOT_FOUND", { name: id });
		if (act.action !== "people.leave" && !isAbove(caller.access, person.role))
			return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail: ABOVE }));
		const { role } = person;
		if (isLastOwner(everyone, id)) throw new AppError("LAST_OWNER", { name: person.name });
		const made = (await vault.storage.tokens()).filter((row) => row.creator === `user:${id}` && row.revokedAt === null);
		const audit = [entry(caller, { ...act, outcome: "done", details: { role, tokens: made.length } })];
		const committed = await vault.storage.commit({ removePerson: { id, role, at: Date.now() }, audit });
		if (!committed.done) continue;
		await eraseTraces(vault, { whole: true });
		return { ...toView(person), tokens: made.map(({ label }) => label) };
	}
	throw new AppError("DATABASE_BUSY");
}

/** What someone can sign in with. */
export async function signsInBy({ storage }: Vault, { id }: { id: string }): Promise<SignsInBy> {
	const person = (await storage.people()).find((each) => each.id === id);
	const { password = false, oidc = false, twoFactor = false, passkeys = 0 } = person ?? {};
	return { password, oidc, twoFactor, passkeys };
}

/** End all sessions of someone. @throws AppError as `requireManaged` */
export async function signOut(vault: Vault, caller: Caller, { id }: OnePerson): Promise<PersonView> {
	const act = { action: "people.signOut", target: id, environment: null } as const;
	const person = await requireManaged(vault, caller, act);
	const audit = [entry(caller, { ...act, outcome: "done", details: { sessions: person.sessions } })];
	await vault.storage.commit({ endSessions: { userId: id }, audit });
	return toView({ ...person, sessions: 0 });
}

/**
 * Take away the second factor, the recovery codes and the passkeys of someone who lost them, and end their sessions. Their
 * password signs them in again.
 *
 * @throws AppError as `requireManaged`
 */
export async function resetTwoFactor(vault: Vault, caller: Caller, { id }: OnePerson): Promise<PersonView> {
	const act = { action: "people.resetTwoFactor", target: id, environment: null } as const;
	const person = await requireManaged(vault, caller, act);
	const { twoFactor, passkeys } = person;
	const audit = [entry(caller, { ...act, outcome: "done", details: { twoFactor, passkeys } })];
	const change = { forgetFactors: { userId: id }, endSessions: { userId: id }, audit };
	const committed = await vault.storage.commit(change);
	if (!committed.done) throw new AppError("PERSON_NOT_FOUND", { name: id });
	return toView({ ...person, twoFactor: false, passkeys: 0, sessions: 0 });
}

/**
 * Give someone another role, or make it less in some environments. Nobody gives more than they have, and who may manage
 * people is changed by an owner alone. It counts from the next request on; tokens that they made and that may do more than
 * they now end with it.
 *
 * @throws AppError `PERSON_NOT_FOUND`; `ENVIRONMENT_NOT_FOUND`; `OWNER_NARROWED`; `LAST_OWNER`; `NOT_ALLOWED`.
 */
export async function update(vault: Vault, caller: Caller, input: UpdatePerson): Promise<UpdatedPerson> {
	const { id } = input;
	const act = { action: "people.update", target: id, environment: null } as const;
	await authorize(vault, caller, act);
	await requireKnown(vault, input.narrowed ?? {});
	for (let attempt = 1; attempt <= TRIES; attempt++) {
		const everyone = await vault.storage.people();
		const person = everyone.find((each) => each.id === id);
		if (!person) throw new AppError("PERSON_NOT_FOUND", { name: id });
		const role = input.role ?? (person.role as Role);
		const narrowed = input.narrowed === undefined ? readNarrowed(person.narrowed) : input.narrowed;
		const refusal = isAbove(caller.access, person.role) ? refusalToGive(caller.access, { role, narrowed }) : ABOVE;
		if (refusal !== null) return deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail: refusal }));
		if (role === "owner" && Object.keys(narrowed ?? {}).length > 0) throw new AppError("OWNER_NARROWED");
		if (role !== "owner" && isLastOwner(everyone, id)) throw new AppError("LAST_OWNER", { name: person.name });
		const changed = await write(vault, person, {
			role,
			narrowed,
			entryOf: (details) => entry(caller, { ...act, outcome: "done", details }),
		});
		if (changed) return changed;
	}
	throw new AppError("DATABASE_BUSY");
}

/**
 * Give someone the role that an identity provider says they have. Owners stay what they are, so that no provider's mistake
 * leaves an instance without one.
 */
export async function assign(vault: Vault, { id, role }: { id: string; role: Role }, by: Actor): Promise<void> {
	const act = { action: "people.update", target: id, environment: null, outcome: "done" } as const;
	for (let attempt = 1; attempt <= TRIES; attempt++) {
		const person = (await vault.storage.people()).find((each) => each.id === id);
		if (!person || person.role === role || person.role === "owner") return;
		const narrowed = role === "owner" ? null : readNarrowed(person.narrowed);
		if (await write(vault, person, { role, narrowed, entryOf: (details) => entry(by, { ...act, details }) })) return;
	}
	throw new AppError("DATABASE_BUSY");
}

interface Next {
	role: Role;
	narrowed: Narrowed | null;
	entryOf: (details: { role: Role; narrowed: string | null; tokens: number }) => ReturnType<typeof entry>;
}

/** @returns `null` when the person, or who owns the instance, has changed since they were read. */
async function write(
	{ storage }: Vault,
	person: PersonRow,
	{ role, narrowed, entryOf }: Next,
): Promise<UpdatedPerson | null> {
	const { id } = person;
	const next = accessOf(role, narrowed);
	const made = (await storage.tokens()).filter((row) => row.creator === `user:${id}` && row.revokedAt === null);
	const beyond = made.filter((row) => !covers(next, accessIn(row.permissions as Permission[], row.environments)));
	const stored = narrowed && Object.keys(narrowed).length > 0 ? JSON.stringify(narrowed) : null;
	const before = { role: person.role, narrowed: person.narrowed };
	const revoke = beyond.map((row) => row.id);
	const committed = await storage.commit({
		updatePerson: { id, before, role, narrowed: stored, revoke, at: Date.now() },
		audit: [entryOf({ role, narrowed: stored, tokens: beyond.length })],
	});
	if (!committed.done) return null;
	return { ...toView({ ...person, role, narrowed: stored }), tokens: beyond.map(({ label }) => label) };
}

function isLastOwner(everyone: readonly PersonRow[], id: string): boolean {
	const owners = everyone.filter(({ role }) => role === "owner");
	return owners.length === 1 && owners[0]?.id === id;
}

function toView({ role, narrowed, ...row }: PersonRow): PersonView {
	return { ...row, role: role as Role, narrowed: readNarrowed(narrowed) };
}
