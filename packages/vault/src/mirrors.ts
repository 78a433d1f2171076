/** How the `.env` files stand, and deciding what becomes of lines that someone edited by hand. */
import { realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { AppError, mask, may } from "@holdfast/contract";
import type {
	ConfigureMirror,
	MirrorDiff,
	MirrorLine,
	MirrorView,
	OneMirror,
	ResolveDrift,
	Side,
} from "@holdfast/contract/schemas";
import { authorize, type Caller, entry } from "./access.ts";
import { isDrift, type Line } from "./drift.ts";
import { type LiveEnvironment, openValue } from "./live.ts";
import { mirrorFileProblem, mirrorOptions } from "./mirror-options.ts";
import { describe } from "./mirror-words.ts";
import { change, type Intent } from "./save.ts";
import { secretByCatalogue } from "./sources.ts";
import type { StoredMirror } from "./storage/schema.ts";
import { takeIn } from "./take-in.ts";
import type { Vault } from "./vault.ts";

/** How the file of each environment stands that the caller may see. */
export async function status(vault: Vault, caller: Caller): Promise<MirrorView[]> {
	await authorize(vault, caller, { action: "mirrors.status", target: null, environment: null });
	await vault.live.refresh();
	const visible = vault.live.environments().filter(({ name }) => may(caller.access, "settings.see", name));
	return Promise.all(visible.map((environment) => viewOf(vault, environment)));
}

/**
 * Every line that is Holdfast's to keep, with what was last written, what is saved and what the file says.
 *
 * @throws AppError `ENVIRONMENT_NOT_FOUND`, `FILE_UNSAFE` when the file cannot be read.
 */
export async function diff(vault: Vault, caller: Caller, { environment: name }: OneMirror): Promise<MirrorDiff> {
	await authorize(vault, caller, { action: "mirrors.diff", target: null, environment: name });
	const environment = await vault.live.require(name);
	const { lines, unmanaged, options } = await vault.mirrors.look(environment);
	const sorted = lines.sort((a, b) => Number(isDrift(b)) - Number(isDrift(a)) || a.name.localeCompare(b.name));
	return {
		environment: name,
		target: options.file,
		lines: await Promise.all(sorted.map((line) => lineView(vault, environment, line))),
		unmanaged,
	};
}

/** Bring an environment's file up to date at once, and take in what was edited there if that is the file's policy. */
export async function sync(vault: Vault, caller: Caller, { environment: name }: OneMirror): Promise<MirrorView> {
	const act = { action: "mirrors.sync", target: name, environment: name } as const;
	await authorize(vault, caller, act);
	const { id } = await vault.live.require(name);
	await vault.mirrors.sync(id);
	const taken = await takeIn(vault, id);
	if (taken.length > 0) await vault.mirrors.sync(id);
	const details = { taken: taken.join(", ").slice(0, 500) };
	await vault.storage.commit({ audit: [entry(caller, { ...act, outcome: "done", details })] });
	return viewOf(vault, await vault.live.require(name));
}

/**
 * Let lines take one side. A value that is given up goes into the history first, so that the choice can be undone.
 *
 * To take the file's side needs leave to reveal as well: whoever saves a value chooses, with the base URL, where it may be
 * sent, and the values in the file are others' to give.
 *
 * @throws AppError `LINE_SETTLED` for a line that needs no choice, `LINE_CHANGED` when either side is not what the caller
 * saw; then nothing was done.
 */
export async function resolve(vault: Vault, caller: Caller, input: ResolveDrift): Promise<MirrorView> {
	const { environment: name, choices, message = null } = input;
	const target = choices.map((choice) => choice.name).join(", ");
	const act = { action: "mirrors.resolve", target: target.slice(0, 500), environment: name } as const;
	await authorize(vault, caller, act);
	if (choices.some(({ take }) => take === "file")) {
		await authorize(vault, caller, { ...act, permission: "settings.reveal" });
	}
	const environment = await vault.live.require(name);
	const { lines } = await vault.mirrors.look(environment);
	const found = new Map(lines.map((line) => [line.name, line]));
	const intents: Intent[] = [];
	const again = new Set<string>();
	for (const choice of choices) {
		const line = found.get(choice.name);
		if (!line || !isDrift(line)) throw new AppError("LINE_SETTLED", { name: choice.name });
		const now = {
			saved: sideMark(vault, environment, line, "saved"),
			file: sideMark(vault, environment, line, "file"),
		};
		if (now.saved !== choice.saved || now.file !== choice.file) throw new AppError("LINE_CHANGED", choice);
		const expectedVersion = environment.values.get(line.name)?.version ?? 0;
		const replaced = line.state === "blank" || line.file === null ? undefined : line.file;
		if (choice.take === "file") intents.push({ name: line.name, value: textOf(line), expectedVersion });
		else if (replaced === undefined) again.add(line.name);
		else intents.push({ name: line.name, value: line.saved, expectedVersion, instead: replaced });
	}
	if (intents.length > 0)
		await change(vault, caller, { ...act, id: environment.id, owner: "shared", intents, message });
	else await vault.storage.commit({ audit: [entry(caller, { ...act, outcome: "done" })] });
	await vault.mirrors.sync(environment.id, again);
	return viewOf(vault, await vault.live.require(name));
}

/**
 * Choose how an environment's file is kept. A file that is moved goes to its new place unless one is there already; one
 * that is turned off stays as it is. All but what becomes of edits needs leave to reveal as well.
 *
 * @throws AppError `MIRROR_FILE_INVALID`, `ENVIRONMENT_NOT_FOUND`.
 */
export async function configure(vault: Vault, caller: Caller, input: ConfigureMirror): Promise<MirrorView> {
	const { environment: name, ...chosen } = input;
	const act = { action: "mirrors.configure", target: name, environment: name } as const;
	await authorize(vault, caller, act);
	// Whoever chooses where values are written can have them served, or committed.
	const { onEdit: _, ...form } = chosen;
	if (Object.values(form).some((choice) => choice !== undefined))
		await authorize(vault, caller, { ...act, permission: "settings.reveal" });
	const environment = await vault.live.require(name);
	const before = mirrorOptions(environment);
	const stored = withChosen(environment.mirror, chosen);
	const after = mirrorOptions({ name, mirror: stored });
	const problem = fileProblem(vault, { ...environment, mirror: stored });
	if (problem !== null) throw new AppError("MIRROR_FILE_INVALID", { name: after.file, detail: problem });
	const { enabled, file, format, onEdit } = after;
	const isRead = before.readers.join() === after.readers.join();
	const moved = before.file !== after.file || before.format !== after.format || !isRead;
	// Of a file that nobody kept for a while, or whose readers can be given more now, a line that is missing is no edit.
	const isNew = moved || (enabled && !before.enabled);
	const details = { enabled, file, format, onEdit, readers: after.readers.join(", ") };
	const committed = await vault.storage.commit({
		mirror: {
			environment: environment.id,
			before: orNull(environment.mirror),
			options: orNull(stored),
			moved: isNew,
		},
		audit: [entry(caller, { ...act, outcome: "done", details })],
	});
	// Someone else chose in the same moment. Both choices are to stand.
	if (!committed.done) return configure(vault, caller, input);
	if (isNew) vault.mirrors.forget(environment.id);
	const changed = await vault.live.require(name);
	const left = moved && before.enabled && enabled ? await vault.mirrors.moved(changed, before) : null;
	await vault.mirrors.sync(environment.id);
	return viewOf(vault, changed, left);
}

/** What is stored once these choices are made: only what differs from the usual. */
function withChosen(stored: StoredMirror, chosen: Omit<ConfigureMirror, "environment">): StoredMirror {
	const given = Object.entries({ ...stored, ...chosen }).filter(([, value]) => value !== undefined && value !== null);
	return Object.fromEntries(given);
}

function orNull(stored: StoredMirror): StoredMirror | null {
	return Object.keys(stored).length > 0 ? stored : null;
}

/** Why an environment may not be kept in the file that is chosen for it; `null` when it may. */
export function fileProblem(
	{ options, live }: Vault,
	environment: Pick<LiveEnvironment, "id" | "name" | "mirror">,
): string | null {
	const { projectDir: root } = options;
	const { file } = mirrorOptions(environment);
	const problem = mirrorFileProblem(file);
	if (problem !== null) return problem;
	const [inRoot, folder] = [realOf(root), realOf(join(root, dirname(file)))];
	if (inRoot === null || folder === null || !statSync(folder).isDirectory())
		return `there is no folder ${dirname(file)}`;
	if (relative(inRoot, folder).split(sep)[0] === "..") return "it leads out of the project folder";
	const others = live.environments().filter(({ id }) => id !== environment.id);
	const isTaken = others.some((each) => placeOf(root, mirrorOptions(each).file) === placeOf(root, file));
	return isTaken ? "another environment is kept there" : null;
}

/** Where a file is, links followed. Letters of either case count as the same, because many disks take them so. */
function placeOf(root: string, file: string): string {
	const path = join(root, file);
	const folder = realOf(dirname(path)) ?? dirname(path);
	return (realOf(path) ?? join(folder, basename(path))).toLowerCase();
}

function realOf(path: string): string | null {
	try {
		return realpathSync(path);
	} catch {
		// Nothing is there, or nothing that may be looked at.
		return null;
	}
}

/**
 * A mirror as it stands, looked at and not changed.
 *
 * @param problem what there is to say of a move when nothing else is to be said.
 */
export async function viewOf(
	vault: Vault,
	environment: LiveEnvironment,
	problem: AppError | null = null,
): Promise<MirrorView> {
	const { name, revision } = environment;
	const options = mirrorOptions(environment);
	const failing = vault.mirrors.failing(environment);
	const rest = { environment: name, options, revision, failures: failing?.failures ?? 0 };
	const retryAt = failing?.retryAt ?? null;
	if (!options.enabled) {
		return { ...rest, target: options.file, status: "off", names: [], reason: null, held: 0, retryAt };
	}
	try {
		const look = await vault.mirrors.look(environment);
		const held = look.known?.revision ?? 0;
		const status = failing?.status ?? describe(look, look.lines.filter(isDrift));
		return { ...rest, ...status, reason: status.reason ?? problem?.message ?? null, held, retryAt };
	} catch (error) {
		if (!(error instanceof AppError)) throw error;
		const [target, reason] = [options.file, error.message];
		return { ...rest, target, status: "pending", names: [], reason, held: 0, retryAt };
	}
}

/** What a line says, to be saved; a blank one says that there is to be none. */
function textOf({ state, file }: Line): string | null {
	return state === "blank" ? null : file;
}

/**
 * What a side of a line is known by, from its value's fingerprint. Bound to the saved version: else whoever may save and not
 * reveal could save guesses, here or in another environment, and see which is right.
 */
function markOf(vault: Vault, { id, values }: LiveEnvironment, name: string, fingerprint: string): string {
	return vault.fingerprint("mirror.line", JSON.stringify([id, name, values.get(name)?.version ?? 0, fingerprint]));
}

function sideMark(vault: Vault, environment: LiveEnvironment, line: Line, side: "saved" | "file"): string | null {
	const value = line[side];
	return value === null ? null : markOf(vault, environment, line.name, vault.fingerprint(line.name, value));
}

async function lineView(vault: Vault, environment: LiveEnvironment, line: Line): Promise<MirrorLine> {
	const { name, state } = line;
	const secret = environment.values.get(name)?.secret ?? secretByCatalogue(name);
	const sideOf = (side: "saved" | "file", hidden: boolean): Side | null => {
		const [value, fingerprint] = [line[side], sideMark(vault, environment, line, side)];
		return value === null || fingerprint === null
			? null
			: { shown: hidden && value !== "" ? mask(value) : value, fingerprint };
	};
	const saved = sideOf("saved", secret);
	const isSaved = line.saved !== null && line.base === vault.fingerprint(name, line.saved);
	if (state === "same" || isSaved) return { name, secret, state, base: saved, saved, file: sideOf("file", secret) };
	const written = line.base === null ? null : await versionOf(vault, environment, { name, fingerprint: line.base });
	// What is saved as plain uncovers nothing that was written, or typed, when the name was a secret.
	const wasSecret = written?.secret ?? secretByCatalogue(name);
	const shown =
		written && written.text !== null && (secret || wasSecret) ? mask(written.text) : (written?.text ?? null);
	const base = line.base === null ? null : { shown, fingerprint: markOf(vault, environment, name, line.base) };
	return { name, secret, state, base, saved, file: sideOf("file", secret || wasSecret) };
}

/** The version that has a fingerprint; its text is `null` when it does not open. */
async function versionOf(
	vault: Vault,
	{ id }: LiveEnvironment,
	{ name, fingerprint }: { name: string; fingerprint: string },
): Promise<{ text: string | null; secret: boolean } | null> {
	const rows = await vault.storage.history(id, "shared", name);
	const row = rows.find((each) => each.fingerprint === fingerprint);
	if (!row) return null;
	const opener = await vault.keys.openerOf([row.sealed]);
	return { text: openValue(opener, vault.storage.instance.id, row), secret: row.secret };
}
