/**
 * Saving what someone wrote into a `.env` file by hand, where the file's policy is to take it in: an edit that conflicts
 * with nothing is a save, and a line that was taken out a removal. Both are new versions, recorded as done by the file.
 */
import { AppError, valueProblem } from "@holdfast/contract";
import type { Caller } from "./access.ts";
import type { Line } from "./drift.ts";
import type { LiveEnvironment } from "./live.ts";
import type { Look } from "./mirror-files.ts";
import { mirrorOptions } from "./mirror-options.ts";
import { change } from "./save.ts";
import type { Vault } from "./vault.ts";

/** How often edits are looked at again because someone saved one of the names in the same moment. */
const TRIES = 20;

/** Bring an environment's file up to date, and take in what was edited there. For whoever waits for no answer. */
export async function keepFile(vault: Vault, environment: LiveEnvironment): Promise<void> {
	await vault.mirrors.sync(environment.id);
	await takeIn(vault, environment.id);
	// What is left to say goes to the log once all is done that can be.
	await vault.mirrors.syncAloud(environment.id);
	vault.mirrors.seen(environment);
}

/**
 * Save the edits that an environment's file has and that conflict with nothing. The names that were saved or removed; none
 * when the file's policy is to ask.
 *
 * @throws AppError `DATABASE_BUSY` when others never stop saving the same names.
 */
export async function takeIn(vault: Vault, id: string): Promise<string[]> {
	for (let attempt = 1; ; attempt++) {
		await vault.live.refresh();
		const environment = vault.live.get(id);
		if (!environment || environment.removed) return [];
		const edits = await takeable(vault, environment);
		if (edits.length === 0) return [];
		try {
			await saveEdits(vault, environment, edits);
			return edits.map(({ name }) => name);
		} catch (error) {
			// Someone saved one of them first, and looked at again, it is a conflict, and the others can still be taken in; or
			// the environment has another name by now.
			const code = error instanceof AppError ? error.code : null;
			if (code !== "VERSION_CONFLICT" && code !== "ENVIRONMENT_NOT_FOUND") throw error;
			if (attempt === TRIES) throw new AppError("DATABASE_BUSY");
		}
	}
}

async function saveEdits(vault: Vault, environment: LiveEnvironment, edits: readonly Line[]): Promise<void> {
	const intents = edits.map(({ name, file }) => ({
		name,
		value: file,
		expectedVersion: environment.values.get(name)?.version ?? 0,
	}));
	const { file } = mirrorOptions(environment);
	await change(vault, fileCaller(file, environment.name), {
		action: "settings.save",
		environment: environment.name,
		id: environment.id,
		owner: "shared",
		intents,
		message: `Edited by hand in ${file}`,
	});
}

async function takeable(vault: Vault, environment: LiveEnvironment): Promise<Line[]> {
	const { enabled, onEdit } = mirrorOptions(environment);
	if (!enabled || onEdit === "ask") return [];
	let look: Look;
	try {
		look = await vault.mirrors.look(environment);
	} catch (error) {
		// The sync before has said already that the file cannot be read.
		if (error instanceof AppError) return [];
		throw error;
	}
	const { lines } = look;
	const isLost = wasLost(look);
	return lines.filter(
		({ state, file }) =>
			(state === "edited" && file !== null && valueProblem(file) === null) || (state === "deleted" && !isLost),
	);
}

/**
 * Whether the file seems emptied, or replaced by another, rather than edited: every line of Holdfast's is gone from it,
 * were it only one. That removes nothing; someone has to say that it was meant.
 */
function wasLost({ lines }: Look): boolean {
	return lines.every(({ file }) => file === null || file === "");
}

/** Whoever edits a file of the project: known by the file alone. */
function fileCaller(file: string, environment: string): Caller {
	return {
		actor: `file:${file}`,
		label: file,
		permissions: new Set(["settings.write"]),
		environments: new Set([environment]),
		userId: null,
		expiresAt: null,
		address: null,
	};
}
