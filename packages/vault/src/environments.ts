/** Environments: `default`, and others that inherit from it. */
import { AppError, DEFAULT_ENVIRONMENT, environmentNameProblem } from "@holdfast/contract";
import type {
	ChangedEnvironment,
	CreateEnvironment,
	EnvironmentView,
	RemoveEnvironment,
	RenameEnvironment,
} from "@holdfast/contract/schemas";
import { authorize, type Caller, entry } from "./access.ts";
import type { LiveEnvironment } from "./live.ts";
import { mirrorOptions } from "./mirror-options.ts";
import { viewOf } from "./mirrors.ts";
import { resealEnvironment } from "./reseal.ts";
import { sealSnapshot } from "./snapshot.ts";
import type { VersionRow, VersionWrite } from "./storage/storage.ts";
import type { Vault } from "./vault.ts";

/** How often a change of an environment begins again because something was saved meanwhile. */
const TRIES = 20;

/** The environments the caller may use, `default` first. */
export async function list(vault: Vault, caller: Caller): Promise<EnvironmentView[]> {
	await authorize(vault, caller, { action: "environments.list", target: null, environment: null });
	await vault.live.refresh();
	const visible = vault.live.environments().filter(({ name }) => caller.environments?.has(name) ?? true);
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
	await vault.live.refresh();
	const before = vault.live.findAny(name);
	if (before && !before.removed) throw new AppError("ENVIRONMENT_EXISTS", { name });
	const { key, planned } = await vault.keys.findOrPlan(`environment:${name}`);
	const edition = (before?.edition ?? 0) + 1;
	const place = { instance: vault.storage.instance.id, environment: name, edition };
	const committed = await vault.storage.commit({
		...(planned && { keys: [planned] }),
		snapshot: { environment: name, edition, sealed: sealSnapshot(key, place, new Map()) },
		audit: [entry(caller, { ...act, outcome: "done" })],
	});
	if (!committed.done) throw new AppError("ENVIRONMENT_EXISTS", { name });
	return toView(await find(vault, name));
}

/**
 * Give an environment another name. Its settings, its history, the tokens limited to it and its file go along.
 *
 * @throws AppError `ENVIRONMENT_FIXED` for `default`, `ENVIRONMENT_NOT_FOUND`, `ENVIRONMENT_INVALID`, `ENVIRONMENT_EXISTS`,
 * `VALUE_DAMAGED` when a version does not open and so cannot be sealed for the new name.
 */
export async function rename(vault: Vault, caller: Caller, input: RenameEnvironment): Promise<ChangedEnvironment> {
	const { name, to } = input;
	await authorize(vault, caller, { action: "environments.rename", target: name, environment: name });
	const act = { action: "environments.rename", target: name, environment: to } as const;
	await authorize(vault, caller, act);
	refuseFixed(name);
	refuseBadName(to);
	for (let attempt = 1; ; attempt++) {
		const before = await find(vault, name);
		if (vault.live.findAny(to)) throw new AppError("ENVIRONMENT_EXISTS", { name: to });
		const resealed = await resealEnvironment(vault, before, to);
		const audit = [entry(caller, { ...act, outcome: "done", details: { to } })];
		const committed = await vault.storage.commit({ ...resealed, audit });
		if (committed.done) {
			const after = await find(vault, to);
			await vault.mirrors.moved(after, mirrorOptions(before), name);
			await vault.mirrors.sync(to);
			return { environment: toView(after), mirror: await viewOf(vault, after) };
		}
		if (attempt === TRIES) throw new AppError("DATABASE_BUSY");
	}
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
		const before = await find(vault, name);
		const { key } = await vault.keys.findOrPlan(`environment:${name}`);
		const edition = before.edition + 1;
		const place = { instance: vault.storage.instance.id, environment: name, edition };
		const writes = await removals(vault, caller, name);
		const committed = await vault.storage.commit({
			writes,
			snapshot: { environment: name, edition, sealed: sealSnapshot(key, place, new Map()), removed: true },
			audit: [entry(caller, { ...act, outcome: "done", details: { settings: writes.length } })],
		});
		if (committed.done) {
			await vault.mirrors.sync(name);
			return { environment: toView(before), mirror: await viewOf(vault, before) };
		}
		if (attempt === TRIES) throw new AppError("DATABASE_BUSY");
	}
}

/** A removal of each setting that an environment has, whoever owns it. */
async function removals(vault: Vault, caller: Caller, environment: string): Promise<VersionWrite[]> {
	const newest = new Map<string, VersionRow>();
	for (const row of await vault.storage.allVersions(environment)) newest.set(`${row.owner} ${row.name}`, row);
	const present = [...newest.values()].filter(({ sealed }) => sealed !== null);
	return present.map(({ revision: _, ...row }) => ({
		...row,
		version: row.version + 1,
		sealed: null,
		fingerprint: null,
		at: Date.now(),
		by: caller.label,
		message: "The environment was removed",
	}));
}

async function find(vault: Vault, name: string): Promise<LiveEnvironment> {
	await vault.live.refresh();
	const environment = vault.live.find(name);
	if (!environment) throw new AppError("ENVIRONMENT_NOT_FOUND", { name });
	return environment;
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
