import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { addPerson, admin, person, testVault } from "../test/harness.ts";
import { type Caller, environments, links, people, tokens, type Vault } from "./index.ts";

const DAY = 24 * 60 * 60 * 1000;
const origin = "https://keys.example";
const who = { actor: "user:new", label: "New", address: null };

afterEach(() => vi.useRealTimers());

const codeOf = ({ url }: { url: string }) => new URL(url).hash.slice(1);
const refused = (act: Promise<unknown>) =>
	act.then(
		() => null,
		(error) => error.code,
	);

function invite(vault: Vault, caller: Caller, input: Partial<Parameters<typeof links.invite>[2]> = {}) {
	return links.invite(vault, caller, { email: "new@people.example", origin, ...input });
}
const open = (vault: Vault, code: string) => links.open(vault, { kind: "invitation", code });
const find = (vault: Vault, code: string) => links.find(vault, { kind: "invitation", code });
const states = async (vault: Vault) => (await links.list(vault, admin)).map(({ state }) => state);

test("a link is shown once, kept as a digest, and says who it is for to whoever has it", async () => {
	await using v = await testVault();
	const olga = addPerson(v.vault, "olga", "owner");
	const made = await invite(v.vault, olga);
	expect(made).toMatchObject({ email: "new@people.example", role: "viewer", state: "open", createdBy: "olga" });
	expect(made.url).toMatch(/^https:\/\/keys\.example\/join#[A-Za-z0-9_-]{43}$/);
	const code = codeOf(made);
	const [row] = await v.vault.storage.links();
	expect(row?.hash).toBe(createHash("sha256").update(code).digest("hex"));
	const rest = [await links.list(v.vault, olga), await v.vault.storage.audit(Number.MAX_SAFE_INTEGER, 10)];
	for (const secret of [code, row?.hash]) expect(JSON.stringify(rest)).not.toContain(secret);
	const { email, role, createdBy, expiresAt, kind } = made;
	expect(await open(v.vault, code)).toEqual({ email, role, createdBy, expiresAt, kind });
	expect(await v.vault.storage.audit(Number.MAX_SAFE_INTEGER, 10)).toMatchObject([
		{ action: "people.invite", actor: "user:olga", target: email, outcome: "done", details: { role, id: made.id } },
	]);
});

test("a code of no link, of another kind, used, revoked, replaced or too old is refused alike", async () => {
	vi.useFakeTimers({ toFake: ["Date"] });
	await using v = await testVault();
	const used = codeOf(await invite(v.vault, admin));
	await links.join(v.vault, await find(v.vault, used), who);
	const replaced = codeOf(await invite(v.vault, admin, { email: "again@people.example" }));
	const last = await invite(v.vault, admin, { email: "again@people.example" });
	expect(await open(v.vault, codeOf(last))).toMatchObject({ email: "again@people.example" });
	await links.revoke(v.vault, admin, { id: last.id });
	const old = codeOf(await invite(v.vault, admin, { email: "old@people.example" }));
	expect(await refused(links.open(v.vault, { kind: "reset", code: old }))).toBe("LINK_INVALID");
	vi.setSystemTime(Date.now() + 7 * DAY - 1);
	expect(await open(v.vault, old)).toMatchObject({ role: "viewer" });
	vi.setSystemTime(Date.now() + 1);
	for (const code of [used, replaced, codeOf(last), old, "", "x".repeat(43)])
		expect([code, await refused(open(v.vault, code))]).toEqual([code, "LINK_INVALID"]);
	expect((await states(v.vault)).sort()).toEqual(["expired", "revoked", "revoked", "used"]);
	for (const { id } of await links.list(v.vault, admin))
		expect(await refused(links.revoke(v.vault, admin, { id }))).toBe("LINK_NOT_FOUND");
	expect(await refused(links.revoke(v.vault, admin, { id: "nothing" }))).toBe("LINK_NOT_FOUND");
	vi.setSystemTime(Date.now() + 31 * DAY);
	await invite(v.vault, admin);
	expect(await states(v.vault)).toEqual(["open"]);
});

test("one of ten who use a link in the same moment goes on", async () => {
	await using v = await testVault();
	const link = await find(v.vault, codeOf(await invite(v.vault, admin)));
	const tries = await Promise.all(Array.from({ length: 10 }, () => refused(links.join(v.vault, link, who))));
	expect(tries.sort()).toEqual([...Array(9).fill("LINK_INVALID"), null]);
	const rows = await v.vault.storage.audit(Number.MAX_SAFE_INTEGER, 50);
	expect(rows.filter(({ action }) => action === "session.join")).toHaveLength(1);
});

test("nobody invites to more than they have, and administrators are invited by an owner alone", async () => {
	await using v = await testVault();
	const olga = addPerson(v.vault, "olga", "owner");
	const adam = addPerson(v.vault, "adam", "admin");
	await environments.create(v.vault, admin, { name: "staging" });
	const narrowAdmin = person("adam", "admin", { staging: "viewer" });
	const cases: [Caller, Partial<Parameters<typeof links.invite>[2]>, string | null][] = [
		[adam, { role: "owner" }, "NOT_ALLOWED"],
		[adam, { role: "admin" }, "NOT_ALLOWED"],
		[adam, { role: "admin", narrowed: { "*": "none" } }, "NOT_ALLOWED"],
		[narrowAdmin, { role: "viewer" }, "NOT_ALLOWED"],
		[addPerson(v.vault, "ed"), { role: "viewer" }, "NOT_ALLOWED"],
		[olga, { role: "owner", narrowed: { staging: "viewer" } }, "OWNER_NARROWED"],
		[olga, { narrowed: { nowhere: "none" } }, "ENVIRONMENT_NOT_FOUND"],
		[olga, { email: "ed@people.example" }, "PERSON_EXISTS"],
		[adam, { role: "editor", narrowed: { staging: "viewer" } }, null],
		[olga, { role: "owner", narrowed: {} }, null],
	];
	for (const [by, input, code] of cases)
		expect([by.label, input, await refused(invite(v.vault, by, input))]).toEqual([by.label, input, code]);
	const rows = await v.vault.storage.audit(Number.MAX_SAFE_INTEGER, 50);
	const denied = rows.filter(({ action, outcome }) => action === "people.invite" && outcome === "denied");
	expect(denied).toHaveLength(5);
});

test("a link gives nothing once whoever made it could not, and may again when they can", async () => {
	await using v = await testVault();
	const olga = addPerson(v.vault, "olga", "owner");
	const adam = addPerson(v.vault, "adam", "admin");
	const code = codeOf(await invite(v.vault, adam, { role: "editor" }));
	const link = await find(v.vault, code);
	await people.update(v.vault, olga, { id: "adam", role: "viewer" });
	expect(await refused(links.join(v.vault, link, who)), "between the look and the use").toBe("LINK_INVALID");
	expect(await refused(open(v.vault, code))).toBe("LINK_INVALID");
	expect(await states(v.vault)).toEqual(["void"]);
	expect(await refused(invite(v.vault, adam, { role: "editor" })), "let in before").toBe("NOT_ALLOWED");
	await people.update(v.vault, olga, { id: "adam", role: "admin" });
	expect(await open(v.vault, code)).toMatchObject({ role: "editor" });
	await people.remove(v.vault, olga, { id: "adam" });
	expect(await refused(open(v.vault, code))).toBe("LINK_INVALID");
});

test("a link that a token made ends with the token, and lasts no longer", async () => {
	await using v = await testVault();
	const permissions = ["members.write", "settings.see"] as const;
	const made = await tokens.create(v.vault, admin, { label: "ci", permissions: [...permissions], days: 1 });
	const caller = await tokens.verify(v.vault, made.token, null);
	if (!caller) throw new Error("it is not taken");
	const invited = await invite(v.vault, caller);
	expect(invited.expiresAt).toBe(made.expiresAt);
	expect(await open(v.vault, codeOf(invited))).toMatchObject({ role: "viewer" });
	await tokens.revoke(v.vault, admin, { id: made.id });
	expect(await refused(open(v.vault, codeOf(invited)))).toBe("LINK_INVALID");
});

test("a narrowed invitation goes along when its environment is renamed, and goes with the person", async () => {
	await using v = await testVault();
	const olga = addPerson(v.vault, "olga", "owner");
	await environments.create(v.vault, admin, { name: "staging" });
	await invite(v.vault, olga, { email: "ann@people.example", narrowed: { staging: "none" } });
	await environments.rename(v.vault, admin, { name: "staging", to: "live" });
	expect(await links.list(v.vault, olga)).toMatchObject([{ narrowed: { live: "none" } }]);
	addPerson(v.vault, "ann");
	await people.remove(v.vault, olga, { id: "ann" });
	expect(await links.list(v.vault, olga)).toEqual([]);
});
