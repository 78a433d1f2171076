/** Denials are on the disk before they are thrown, whatever they are for; nobody sees what was done elsewhere. */
import { AppError, type GuardedPath, PERMISSIONS, type Permission, PROCEDURES } from "@holdfast/contract";
import { expect, test } from "vitest";
import { admin, person, testVault } from "../test/harness.ts";
import {
	anonymous,
	audit,
	authorize,
	type Caller,
	deny,
	environments,
	mirrors,
	settings,
	tokens,
	type Vault,
} from "./index.ts";

const NEWEST = Number.MAX_SAFE_INTEGER;

async function newest(vault: Vault) {
	return (await vault.storage.audit(NEWEST, 1))[0];
}

async function tokenCaller(vault: Vault, permissions: Permission[], limited?: string[]): Promise<Caller> {
	const input = { label: "limited", permissions, ...(limited && { environments: limited }) };
	const { token } = await tokens.create(vault, admin, input);
	const caller = await tokens.verify(vault, token, null);
	if (!caller) throw new Error("the token is not taken");
	return caller;
}

test("what a procedure needs is what its row in the table says", async () => {
	await using t = await testVault();
	const act = { target: null, environment: null } as const;
	await authorize(t.vault, person("ann", "viewer"), { ...act, action: "settings.list" });
	const refused = authorize(t.vault, person("ann", "viewer"), { ...act, action: "settings.save" });
	await expect(refused).rejects.toMatchObject({ code: "NOT_ALLOWED" });
	expect(await newest(t.vault)).toMatchObject({ action: "settings.save", outcome: "denied", actor: "user:ann" });
});

test("FAULTS 33: whoever is limited to environments does nothing to the whole instance, and the rest in their own", async () => {
	await using t = await testVault();
	const limited = await tokenCaller(t.vault, Object.keys(PERMISSIONS) as Permission[], ["default"]);
	const guarded = Object.entries(PROCEDURES).filter(([, needed]) => needed in PERMISSIONS) as [
		GuardedPath,
		Permission,
	][];
	for (const [action] of guarded) {
		const allowed = authorize(t.vault, limited, { action, target: null, environment: null }).then(
			() => true,
			(error) => error.message,
		);
		const isOfAll = /^(people|system|keys|backups)\./.test(action);
		const refusal = "You may not do this: it needs access to all environments. Ask an owner of this instance.";
		expect([action, await allowed]).toEqual([action, isOfAll ? refusal : true]);
	}
});

test("a denial is recorded with its reason, and thrown; without a credential nothing is recorded", async () => {
	await using t = await testVault();
	const act = { action: "chat.send", target: "google", environment: "default" } as const;
	const error = new AppError("KEY_FOR_OTHER_URL", { name: "GOOGLE_API_KEY" });
	await expect(deny(t.vault, admin, act, error)).rejects.toBe(error);
	const entry = await newest(t.vault);
	expect(entry).toMatchObject({ ...act, outcome: "denied", details: { refusal: "KEY_FOR_OTHER_URL" } });
	await expect(deny(t.vault, anonymous(null), act, error)).rejects.toMatchObject({ code: "SIGNED_OUT" });
	expect(await newest(t.vault)).toEqual(entry);
});

test("FAULTS 33: a token for more than its creator has is denied, and the denial is recorded", async () => {
	await using t = await testVault();
	const caller = await tokenCaller(t.vault, ["tokens.write", "settings.see"], ["default"]);
	const more = [
		{ label: "reveals", permissions: ["settings.reveal"] as Permission[], environments: ["default"] },
		{ label: "anywhere", permissions: ["settings.see"] as Permission[] },
		{ label: "nowhere", permissions: ["settings.see"] as Permission[], environments: ["not-there"] },
	];
	for (const input of more) {
		await expect(tokens.create(t.vault, caller, input)).rejects.toMatchObject({ code: "NOT_ALLOWED" });
		expect(await newest(t.vault)).toMatchObject({
			action: "tokens.create",
			target: input.label,
			outcome: "denied",
			actor: caller.actor,
		});
	}
});

test("FAULTS 33: a token for one environment sees the entries of that one alone, page by page", async () => {
	await using t = await testVault();
	await environments.create(t.vault, admin, { name: "production" });
	for (let i = 0; i < 3; i++) {
		await t.save({ IN_DEFAULT: `value ${i}` });
		await t.save({ IN_PRODUCTION: `value ${i}` }, "production");
	}
	const caller = await tokenCaller(t.vault, ["audit.see"], ["production"]);
	const first = await audit.list(t.vault, caller, { limit: 2 });
	expect(first.entries.map(({ target }) => target)).toEqual(["IN_PRODUCTION", "IN_PRODUCTION"]);
	const rest = await audit.list(t.vault, caller, { limit: 50, before: first.next ?? 0 });
	expect(rest.entries.map(({ target }) => target)).toEqual(["IN_PRODUCTION", "production"]);
	expect(rest.next).toBeNull();
	const all = await audit.list(t.vault, admin, { limit: 50 });
	expect(all.entries.map(({ target }) => target)).toContain("IN_DEFAULT");
});

test("an environment cannot take a name whose file means something else to others", async () => {
	await using t = await testVault();
	const refused = environments.create(t.vault, admin, { name: "example" });
	await expect(refused).rejects.toMatchObject({ code: "ENVIRONMENT_INVALID" });
	await expect(refused).rejects.toThrow(/\.env\.example is committed/);
	await expect(settings.list(t.vault, admin, { environment: "example" })).rejects.toMatchObject({
		code: "ENVIRONMENT_NOT_FOUND",
	});
});

test("a token for a removed environment is none for another that is given its name", async () => {
	await using t = await testVault({ serves: false });
	for (const name of ["staging", "production"]) await environments.create(t.vault, admin, { name });
	await tokens.create(t.vault, admin, { label: "ci", permissions: ["settings.see"], environments: ["staging"] });
	await environments.remove(t.vault, admin, { name: "staging" });
	await environments.rename(t.vault, admin, { name: "production", to: "staging" });
	expect(await tokens.list(t.vault, admin)).toMatchObject([{ environments: [] }]);
});

test("where values are written is chosen by who may read them: some files are served, or committed", async () => {
	await using t = await testVault({ serves: false });
	const caller = await tokenCaller(t.vault, ["mirrors.write", "settings.see"], ["default"]);
	const configure = (chosen: object) => mirrors.configure(t.vault, caller, { environment: "default", ...chosen });
	for (const chosen of [{ file: "app.env" }, { format: "dotenvx" }, { enabled: false }, { readers: ["sh"] }])
		await expect(configure(chosen)).rejects.toMatchObject({ code: "NOT_ALLOWED" });
	expect(await configure({ onEdit: "ask" })).toMatchObject({ options: { onEdit: "ask" } });
});
