/**
 * Saving and removing settings. Guards the promise of the product: when `save` answers, the value is durable, live, and
 * recorded; and nothing that was there before is lost, not even a hand-written line that the save replaces in `.env`.
 */

import { AppError, forbiddenBecause, NAME_PATTERN, valueProblem } from "@holdfast/contract";
import type { MirrorStatus, Owner, RemoveSetting, SaveResult, SaveSettings } from "@holdfast/contract/schemas";
import { type Act, authorize, type Caller, deny } from "./access.ts";
import type { Intent, Request } from "./save-plan.ts";
import type { Saved } from "./save-queue.ts";
import { gather, toView } from "./sources.ts";
import type { Vault } from "./vault.ts";
import { count } from "./workers.ts";

export type { Intent } from "./save-plan.ts";

/**
 * Save settings and record who did it.
 *
 * Values are sealed before the transaction opens, so no plaintext waits on a lock. Rows, snapshot and audit entries commit
 * together or not at all. The `.env` file follows; when it cannot be written, the save stands and the answer says so.
 *
 * @throws AppError `NAME_INVALID`, `NAME_FORBIDDEN`, `DUPLICATE_NAME` or `VALUE_…` before anything is written;
 * `VERSION_CONFLICT` if someone saved one of these first.
 */
export async function save(vault: Vault, caller: Caller, input: SaveSettings): Promise<SaveResult> {
	const { environment, owner, writes, message = null } = input;
	return change(vault, caller, { action: "settings.save", environment, owner, intents: writes, message });
}

/**
 * Remove a setting. Its versions stay, sealed and restorable.
 *
 * @throws AppError `SETTING_NOT_FOUND` when it is not saved there, `VERSION_CONFLICT` if someone saved it first.
 */
export async function remove(vault: Vault, caller: Caller, input: RemoveSetting): Promise<SaveResult> {
	const { environment, owner, name, expectedVersion, message = null } = input;
	const intents = [{ name, value: null, expectedVersion }];
	return change(vault, caller, { action: "settings.remove", environment, owner, intents, message });
}

/**
 * Write settings and remove settings in one commit, and answer what came of it.
 *
 * @throws AppError as `save` and `remove` do.
 */
export async function change(vault: Vault, caller: Caller, request: Request): Promise<SaveResult> {
	const { action, environment, intents } = request;
	const target = intents
		.map(({ name }) => name)
		.join(", ")
		.slice(0, 500);
	const act = { action, target, environment };
	const owner = await admit(vault, caller, { ...act, owner: request.owner });
	refuseBadInput(intents);
	const { committed, mirrors } = await vault.saves.run(vault, { caller, request, owner });
	return answer(vault, caller, { request, committed, mirrors: await mirrors });
}

/**
 * Let the caller go on with settings of an owner, and say what those are stored under.
 *
 * @throws AppError as `authorize` does; `NOT_ALLOWED` for personal settings of who is no person.
 */
export async function admit(vault: Vault, caller: Caller, { owner, ...act }: Act & { owner: Owner }): Promise<string> {
	await authorize(vault, caller, act);
	if (owner === "shared") return "shared";
	const detail = "a signed-in person, to have personal settings";
	return caller.userId ?? deny(vault, caller, act, new AppError("NOT_ALLOWED", { detail }));
}

function refuseBadInput(intents: readonly Intent[]): void {
	const seen = new Set<string>();
	for (const { name, value } of intents) {
		const because = NAME_PATTERN.test(name.toUpperCase()) ? forbiddenBecause(name) : null;
		if (because !== null) throw new AppError("NAME_FORBIDDEN", { name, detail: because });
		if (!NAME_PATTERN.test(name)) throw new AppError("NAME_INVALID", { name: JSON.stringify(name.slice(0, 128)) });
		if (seen.has(name)) throw new AppError("DUPLICATE_NAME", { name });
		seen.add(name);
		const problem = value === null ? null : valueProblem(value);
		if (problem !== null) throw new AppError(problem, { name });
	}
}

interface Done {
	request: Request;
	committed: Saved;
	mirrors: MirrorStatus[];
}

/** What the save came to. It is committed by now: whatever fails here makes the answer poorer, and never a refusal. */
async function answer(vault: Vault, caller: Caller, { request, committed, mirrors }: Done): Promise<SaveResult> {
	const { environment, intents } = request;
	const { id, revision } = committed;
	try {
		const places = await gather(vault, caller, environment);
		const settings = intents.map(({ name }) => toView(places, name));
		return { revision, settings, mirrors, workers: await count(vault, id) };
	} catch (error) {
		vault.options.warn(`Saved as revision ${revision}, but it could not be read back: ${(error as Error).message}`);
		return { revision, settings: [], mirrors, workers: { live: 0, converged: 0 } };
	}
}
