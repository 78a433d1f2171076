/**
 * Saving what someone wrote into a `.env` file by hand, where the file's policy is to take it in: an edit that conflicts
 * with nothing is a save, and a line that was taken out a removal. Both are new versions, recorded as done by the file.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { AppError, accessIn } from "@holdfast/contract";
import type { Caller } from "./access.ts";
import { isTakeable, type Line } from "./drift.ts";
import type { LiveEnvironment } from "./live.ts";
import type { Look } from "./mirror-files.ts";
import { mirrorOptions } from "./mirror-options.ts";
import { change } from "./save.ts";
import type { Vault } from "./vault.ts";

/** How often edits are looked at again because someone saved one of the names, or wrote to the file, in the same moment. */
const TRIES = 20;
/** How long a file must stay as it is before it counts as written to its end, in milliseconds. */
const SETTLED_AFTER = 100;

/**
 * Bring an environment's file up to date, and take in what was edited there. For whoever waits for no answer: what goes
 * wrong goes to the log, and is tried again as long as a retry can help, or the file is changed.
 */
export async function keepFile(vault: Vault, environment: LiveEnvironment): Promise<void> {
	await vault.mirrors.sync(environment.id);
	try {
		await takeIn(vault, environment.id);
	} catch (error) {
		const { message, retryable } = error instanceof AppError ? error : new AppError("INTERNAL", {}, { cause: error });
		vault.options.warn(`What was edited in ${mirrorOptions(environment).file} could not be saved: ${message}`);
		if (retryable) return;
	}
	// What is left to say goes to the log once all is done that can be.
	await vault.mirrors.syncAloud(environment.id);
	vault.mirrors.seen(environment);
}

/**
 * Save the edits that an environment's file has and that conflict with nothing. The names that were saved or removed; none
 * when the file's policy is to ask.
 *
 * @throws AppError `DATABASE_BUSY` when others never stop saving the same names, or writing to the file.
 */
export async function takeIn(vault: Vault, id: string): Promise<string[]> {
	let settled: string | null = null;
	for (let attempt = 1; attempt <= TRIES; attempt++) {
		await vault.live.refresh();
		const environment = vault.live.get(id);
		if (!environment || environment.removed) return [];
		const { edits, stamp } = await lookForEdits(vault, environment);
		if (edits.length === 0) return [];
		if (stamp !== settled) {
			// It may be half of what is still being written.
			settled = stamp;
			await sleep(SETTLED_AFTER);
			continue;
		}
		try {
			await saveEdits(vault, environment, edits);
			return edits.map(({ name }) => name);
		} catch (error) {
			// Someone saved one of them first, and looked at again, it is a conflict, and the others can still be taken in; or
			// the environment has another name by now.
			const code = error instanceof AppError ? error.code : null;
			if (code !== "VERSION_CONFLICT" && code !== "ENVIRONMENT_NOT_FOUND") throw error;
		}
	}
	throw new AppError("DATABASE_BUSY");
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

interface Edits {
	edits: Line[];
	/** The state of the file that has them. */
	stamp: string | null;
}

async function lookForEdits(vault: Vault, environment: LiveEnvironment): Promise<Edits> {
	const { enabled, onEdit } = mirrorOptions(environment);
	const none = { edits: [], stamp: null };
	if (!enabled || onEdit === "ask") return none;
	let look: Look;
	try {
		look = await vault.mirrors.look(environment);
	} catch (error) {
		// The sync before has said already that the file cannot be read.
		if (error instanceof AppError) return none;
		throw error;
	}
	if (isCut(look)) return none;
	const deleted = look.lines.filter(({ state }) => state === "deleted");
	const removed = (await isOlderCopy(vault, environment, { deleted, lines: look.lines })) ? [] : deleted;
	const edited: Line[] = [];
	for (const line of look.lines.filter(isTakeable)) {
		if (!(await isFormer(vault, environment, line))) edited.push(line);
	}
	return { edits: [...edited, ...removed], stamp: look.file.state?.stamp ?? null };
}

/** Whether a file seems to end in the middle of a value: whatever wrote it was not done, or had no room. */
function isCut({ lines, file }: Look): boolean {
	const text = file.state?.text ?? "";
	if (text === "" || text.endsWith("\n")) return false;
	return lines.some(
		(line) =>
			line.file !== null &&
			text.endsWith(line.file) &&
			line.saved?.startsWith(line.file) === true &&
			line.file !== line.saved,
	);
}

/** Whether a line says what an earlier version said: whoever put an older file back did not mean to give up a newer key. */
async function isFormer(vault: Vault, { id }: LiveEnvironment, { name, file }: Line): Promise<boolean> {
	const mark = vault.fingerprint(name, file ?? "");
	return (await vault.storage.history(id, "shared", name)).some(({ fingerprint }) => fingerprint === mark);
}

/**
 * Whether a file seems to have been set back or cut short rather than edited: nothing that is left was first saved after
 * what is gone. An editor that was open since before leaves such a file, and so do a copy that is put back and a write that
 * ended early. That removes nothing; someone has to say that it was meant.
 */
async function isOlderCopy(
	vault: Vault,
	{ id }: LiveEnvironment,
	{ deleted, lines }: { deleted: readonly Line[]; lines: readonly Line[] },
): Promise<boolean> {
	const since = async ({ name }: Line) => {
		const versions = await vault.storage.history(id, "shared", name);
		const gone = versions.findIndex(({ fingerprint }) => fingerprint === null);
		return versions.at(gone === -1 ? -1 : gone - 1)?.revision ?? 0;
	};
	if (deleted.length === 0) return false;
	const left = lines.filter(({ file }) => file !== null && file !== "");
	const [goneSince, leftSince] = await Promise.all([deleted, left].map((some) => Promise.all(some.map(since))));
	return Math.min(...(goneSince ?? [])) >= Math.max(...(leftSince ?? []));
}

/** Whoever edits a file of the project: known by the file alone. */
function fileCaller(file: string, environment: string): Caller {
	return {
		actor: `file:${file}`,
		label: file,
		access: accessIn(["settings.write", "settings.remove"], [environment]),
		userId: null,
		sessionId: null,
		expiresAt: null,
		provenAt: null,
		address: null,
	};
}
