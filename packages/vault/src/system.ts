/** The state of the instance itself: its keys, its backups, and what a person should do about either; and how long things are kept. */
import type { ConfigureSystem, DoctorReport, Policy, SystemView } from "@holdfast/contract/schemas";
import { authorize, type Caller, entry } from "./access.ts";
import { lastOf } from "./backup-findings.ts";
import { backupViews } from "./backup-view.ts";
import { examine } from "./examine.ts";
import { damage, findings } from "./findings.ts";
import { rootKeyView, rotationView } from "./keys.ts";
import { policyOf } from "./policy.ts";
import type { Vault } from "./vault.ts";

/** What there is to know without opening anything. */
export async function status(vault: Vault, caller: Caller): Promise<SystemView> {
	await authorize(vault, caller, { action: "system.status", target: null, environment: null });
	return {
		instance: vault.storage.instance.id,
		revision: await vault.live.refresh(),
		rootKey: await rootKeyView(vault),
		dataKeys: await vault.storage.countSealed("dataKey"),
		rotation: await rotationView(vault),
		...lastOf(await backupViews(vault)),
		policy: policyOf(await vault.storage.state()),
		findings: await findings(vault),
	};
}

/** Everything that can be checked, every value opened. */
export async function doctor(vault: Vault, caller: Caller): Promise<DoctorReport> {
	const act = { action: "system.doctor", target: null, environment: null } as const;
	await authorize(vault, caller, act);
	await vault.live.refresh();
	const examined = await examine(vault.storage, vault.keys);
	const found = [...(await findings(vault)), damage(vault, examined)];
	const counts = { values: examined.values, damaged: examined.damaged.length };
	const problems = found.filter(({ level }) => level === "problem").length;
	await vault.storage.commit({ audit: [entry(caller, { ...act, outcome: "done", details: { ...counts, problems } })] });
	return { findings: found, ...counts };
}

/** Choose how long history and backups are kept. What is not named stays as it is. What applies then. */
export async function configure(vault: Vault, caller: Caller, input: ConfigureSystem): Promise<Policy> {
	const act = { action: "system.configure", target: null, environment: null } as const;
	await authorize(vault, caller, act);
	const chosen = Object.entries(input).flatMap(([name, value]) =>
		value === undefined ? [] : [[name, value] as const],
	);
	const policy = Object.fromEntries(chosen);
	if (chosen.length > 0)
		await vault.storage.commit({ policy, audit: [entry(caller, { ...act, outcome: "done", details: policy })] });
	return policyOf(await vault.storage.state());
}
