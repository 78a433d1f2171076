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

/** Choose what is kept for how long, and which local hosts AI is asked at. What is not named stays. What applies then. */
export async function configure(vault: Vault, caller: Caller, input: ConfigureSystem): Promise<Policy> {
	const act = { action: "system.configure", target: null, environment: null } as const;
	await authorize(vault, caller, act);
	const chosen = Object.entries(input).flatMap(([name, value]) =>
		value === undefined ? [] : [[name, value] as const],
	);
	const policy = Object.fromEntries(chosen);
	const details = Object.fromEntries(
		chosen.map(([name, value]) => [name, Array.isArray(value) ? value.join(" ") : value]),
	);
	if (chosen.length > 0)
		await vault.storage.commit({ policy, audit: [entry(caller, { ...act, outcome: "done", details })] });
	return policyOf(await vault.storage.state());
}

/** The hosts on local networks that AI may be asked at. Not for people: whoever chats learns nothing of them. */
export async function localHosts({ storage }: Vault): Promise<string[]> {
	return policyOf(await storage.state()).localHosts;
}
