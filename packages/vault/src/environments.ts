/** Environments: `default`, and others that inherit from it. */
import { randomBytes } from "node:crypto";
import { AppError, DEFAULT_ENVIRONMENT, environmentNameProblem, may } from "@holdfast/contract";
import type {
	ChangedEnvironment,
	CreateEnvironment,
	EnvironmentView,
	RemoveEnvironment,
	RenameEnvironment,
} from "@holdfast/contract/schemas";
import type { SealingKey } from "@holdfast/crypto";
import { authorize, type Caller, entry } from "./access.ts";
import type { LiveEnvironment } from "./live.ts";
import { mirrorOptions } from "./mirror-options.ts";
import { fileProblem, viewOf } from "./mirrors.ts";
import { sealSnapshot } from "./snapshot.ts";
import type { VersionWrite } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** How often a change of an environment begins again because something was saved meanwhile. */
const TRIES = 20;

/** The environments the caller may use, `default` first. */
export async function list(vault: Vault, caller: Caller): Promise<EnvironmentView[]> {
	await authorize(vault, caller, { action: "environments.list", target: null, environment: null });
	await vault.live.refresh();
	const visible = vault.live.environments().filter(({ name }) => may(caller.access, "settings.see", name));
	const isDefault = (environment: LiveEnvironment) => Number(environment.name === DEFAULT_ENVIRONMENT);
	return visible.sort((a, b) => isDefault(b) - isDefault(a)).map(toView);
}

/**
 * Create an environment, empty, inheriting from `default`. One that was removed comes back without its settings; their
 * history is there again.
 *
 * @throws AppError `ENVIRONMENT_INVALID`, `ENVIRONMENT_EXISTS`.
 */
export async function create(vault: Vault, caller: Caller, { name }: CreateEnvironment): Promise<EnvironmentView> {
	const act = { action: "environments.create", target: name, environment: name } as const;
	await authorize(vault, caller, act);
	refuseBadName(name);
	for (let attempt = 1; ; attempt++) {
		await vault.live.refresh();
		if (vault.live.find(name)) throw new AppError("ENVIRONMENT_EXISTS", { name });
		const before = vault.live.withRemoved().findLast((each) => each.name === name);
		const id = before?.id ?? freeId(vault, name);
		const problem = fileProblem(vault, { id, name, mirror: before?.mirror ?? {} });
		if (problem !== null) throw new AppError("ENVIRONMENT_INVALID", { name, detail: problem });
		const { key, planned } = await vault.keys.findOrPlan(`environment:${id}`);
		const committed = await vault.storage.commit({
			...(before ? {} : { create: { id, name } }),
			...(planned && { keys: [planned] }),
			snapshot: { ...emptied(vault, key, { id, edition: before?.edition ?? 0 }), ...(before && { removed: false }) },
			audit: [entry(caller, { ...act, outcome: "done" })],
		});
		if (committed.done) return toView(await vault.live.require(name));
		if (attempt === TRIES) throw new AppError("DATABASE_BUSY");
		vault.keys.renew();
	}
}

/**
 * Give an environment another name. Its settings, its history and the tokens limited to it go along, and so does its file,
 * unless that has a name of its own.
 *
 * @throws AppError `ENVIRONMENT_FIXED` for `default`, `ENVIRONMENT_NOT_FOUND`, `ENVIRONMENT_INVALID`, `ENVIRONMENT_EXISTS`.
 */
export async function rename(vault: Vault, caller: Caller, input: RenameEnvironment): Promise<ChangedEnvironment> {
	const { name, to } = input;
	await authorize(vault, caller, { action: "environments.rename", target: name, environment: name });
	const act = { action: "environments.rename", target: name, environment: to } as const;
	await authorize(vault, caller, act);
	refuseFixed(name);
	refuseBadName(to);
	const before = await vault.live.require(name);
	const problem = fileProblem(vault, { ...before, name: to });
	if (problem !== null) throw new AppError("ENVIRONMENT_INVALID", { name: to, detail: problem });
	const moved = mirrorOptions(before).file !== mirrorOptions({ ...before, name: to }).file;
	const committed = await vault.storage.commit({
		rename: { environment: before.id, from: name, to, moved },
		audit: [entry(caller, { ...act, outcome: "done", details: { to } })],
	});
	if (!committed.done) {
		await vault.live.require(name);
		throw new AppError("ENVIRONMENT_EXISTS", { name: to });
	}
	if (moved) vault.mirrors.forget(before.id);
	const after = await vault.live.require(to);
	const left = await vault.mirrors.moved(after, mirrorOptions(before));
	await vault.mirrors.sync(after.id);
	return { environment: toView(after), mirror: await viewOf(vault, after, left) };
}

/**
 * Remove an environment with all its settings, also the personal ones. Holdfast's lines leave its file, others stay. The
 * history is kept, sealed, for whoever creates it again.
 *
 * @throws AppError `ENVIRONMENT_FIXED` for `default`, `ENVIRONMENT_NOT_FOUND`.
 */
export async function remove(vault: Vault, caller: Caller, { name }: RemoveEnvironment): Promise<ChangedEnvironment> {
	const act = { action: "environments.remove", target: name, environment: name } as const;
	await authorize(vault, caller, act);
	refuseFixed(name);
	for (let attempt = 1; ; attempt++) {
		const before = await vault.live.require(name);
		const { key } = await vault.keys.findOrPlan(`environment:${before.id}`);
		const writes = await removals(vault, caller, before);
		const committed = await vault.storage.commit({
			writes,
			snapshot: { ...emptied(vault, key, before), removed: true },
			audit: [entry(caller, { ...act, outcome: "done", details: { settings: writes.length } })],
		});
		if (committed.done) {
			await vault.mirrors.sync(before.id);
			return { environment: toView(before), mirror: await viewOf(vault, vault.live.get(before.id) ?? before) };
		}
		if (attempt === TRIES) throw new AppError("DATABASE_BUSY");
		vault.keys.renew();
	}
}

/** An id that no environment has had: the name itself, unless one that was renamed was made with it. */
function freeId({ live }: Vault, name: string): string {
	return live.get(name) ? `${name}.${randomBytes(4).toString("hex")}` : name;
}

/** The next snapshot of an environment, with nothing in it. */
function emptied(vault: Vault, key: SealingKey, { id, edition }: Pick<LiveEnvironment, "id" | "edition">) {
	const place = { instance: vault.storage.instance.id, environment: id, edition: edition + 1 };
	return { environment: id, edition: place.edition, sealed: sealSnapshot(key, place, new Map()) };
}

/** A removal of each setting that an environment has, whoever owns it. */
async function removals(vault: Vault, caller: Caller, { id }: LiveEnvironment): Promise<VersionWrite[]> {
	const present = await vault.storage.present(id);
	return present.map(({ revision: _, ...row }) => ({
		...row,
		version: row.version + 1,
		sealed: null,
		fingerprint: null,
		restoredFrom: null,
		at: Date.now(),
		by: caller.label,
		message: "The environment was removed",
	}));
}

function refuseFixed(name: string): void {
	if (name === DEFAULT_ENVIRONMENT) throw new AppError("ENVIRONMENT_FIXED", { name });
}

function refuseBadName(name: string): void {
	const detail = environmentNameProblem(name);
	if (detail !== null) throw new AppError("ENVIRONMENT_INVALID", { name: JSON.stringify(name.slice(0, 60)), detail });
}

function toView(environment: LiveEnvironment): EnvironmentView {
	const { name, values } = environment;
	return {
		name,
		inherits: name === DEFAULT_ENVIRONMENT ? null : DEFAULT_ENVIRONMENT,
		file: mirrorOptions(environment).file,
		settings: values.size,
	};
}
