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

/** Bring an environment's file up to date, and take in what was edited there. For whoever waits for no answer. */
export async function keepFile(vault: Vault, environment: string): Promise<void> {
	await vault.mirrors.sync(environment);
	await takeIn(vault, environment);
	// What is left to say goes to the log once all is done that can be.
	await vault.mirrors.syncAloud(environment);
}

/**
 * Save the edits that an environment's file has and that conflict with nothing. The names that were saved or removed; none
 * when the file's policy is to ask, or someone saved one of them in the same moment: then the next look decides.
 */
export async function takeIn(vault: Vault, name: string): Promise<string[]> {
	await vault.live.refresh();
	const environment = vault.live.find(name);
	if (!environment) return [];
	const edits = await takeable(vault, environment);
	if (edits.length === 0) return [];
	const intents = edits.map(({ name, file }) => ({
		name,
		value: file,
		expectedVersion: environment.values.get(name)?.version ?? 0,
	}));
	const { file } = mirrorOptions(environment);
	try {
		const message = `Edited by hand in ${file}`;
		const request = { action: "settings.save", environment: name, owner: "shared", intents, message } as const;
		await change(vault, fileCaller(file, name), request);
	} catch (error) {
		if (error instanceof AppError && error.code === "VERSION_CONFLICT") return [];
		throw error;
	}
	return edits.map((edit) => edit.name);
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
 * Whether the file seems emptied, or replaced by another, rather than edited: every line of Holdfast's is gone from it.
 * That removes nothing; someone has to say that it was meant.
 */
function wasLost({ lines, file }: Look): boolean {
	const deleted = lines.filter(({ state }) => state === "deleted");
	const left = lines.filter(({ file }) => file !== null && file !== "");
	return file.entries.size === 0 || (deleted.length > 1 && left.length === 0);
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
