/** Environments: `default`, and others that inherit from it. */
import { AppError, DEFAULT_ENVIRONMENT, envFileName, environmentNameProblem } from "@holdfast/contract";
import type { CreateEnvironment, EnvironmentView } from "@holdfast/contract/schemas";
import { authorize, type Caller, entry } from "./access.ts";
import type { LiveEnvironment } from "./live.ts";
import { sealSnapshot } from "./snapshot.ts";
import type { Vault } from "./vault.ts";

/** The environments the caller may use, `default` first. */
export async function list(vault: Vault, caller: Caller): Promise<EnvironmentView[]> {
	await authorize(vault, caller, { action: "environments.list", target: null, environment: null });
	await vault.live.refresh();
	const visible = vault.live.environments().filter(({ name }) => caller.environments?.has(name) ?? true);
	const isDefault = (environment: LiveEnvironment) => Number(environment.name === DEFAULT_ENVIRONMENT);
	return visible.sort((a, b) => isDefault(b) - isDefault(a)).map(toView);
}

/**
 * Create an environment, empty, inheriting from `default`.
 *
 * @throws AppError `ENVIRONMENT_INVALID`, `ENVIRONMENT_EXISTS`.
 */
export async function create(vault: Vault, caller: Caller, { name }: CreateEnvironment): Promise<EnvironmentView> {
	const act = { action: "environments.create", target: name, environment: name } as const;
	await authorize(vault, caller, act);
	const detail = environmentNameProblem(name);
	if (detail !== null) throw new AppError("ENVIRONMENT_INVALID", { name: JSON.stringify(name.slice(0, 60)), detail });
	const { key, planned } = await vault.keys.findOrPlan(`environment:${name}`);
	if (!planned) throw new AppError("ENVIRONMENT_EXISTS", { name });
	const place = { instance: vault.storage.instance.id, environment: name, edition: 1 };
	const committed = await vault.storage.commit({
		keys: [planned],
		snapshot: { environment: name, edition: 1, sealed: sealSnapshot(key, place, new Map()) },
		audit: [entry(caller, { ...act, outcome: "done" })],
	});
	if (!committed.done) throw new AppError("ENVIRONMENT_EXISTS", { name });
	return toView({ name, values: new Map() });
}

function toView({ name, values }: Pick<LiveEnvironment, "name" | "values">): EnvironmentView {
	return {
		name,
		inherits: name === DEFAULT_ENVIRONMENT ? null : DEFAULT_ENVIRONMENT,
		file: envFileName(name),
		settings: values.size,
	};
}
