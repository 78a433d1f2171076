/** Service tokens: who may rotate one, from where each is taken, and what the audit log learns of their use. */
import { createHash } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import { addPerson, admin, person, testVault } from "../test/harness.ts";
import { environments, people, tokens, type Vault } from "./index.ts";

const MINUTE = 60_000;
const read = { label: "reads", permissions: ["settings.see" as const] };

afterEach(() => vi.useRealTimers());

/** A clock that a test sets by hand. */
function clock(): (by: number) => void {
	vi.useFakeTimers({ toFake: ["Date"] });
	return (by) => vi.setSystemTime(Date.now() + by);
}

async function entries(vault: Vault, action: string) {
	const rows = await vault.storage.audit(Number.MAX_SAFE_INTEGER, 100);
	return rows.filter((row) => row.action === action);
}

test("who makes tokens in some environments makes none for others, though they may see those", async () => {
	await using v = await testVault();
	const narrowed = { default: "viewer" as const };
	addPerson(v.vault, "adam", "admin");
	await people.update(v.vault, admin, { id: "adam", narrowed });
	const adam = person("adam", "admin", narrowed);
	const make = (environments?: string[]) =>
		tokens.create(v.vault, adam, { label: "ci", permissions: ["settings.see"], ...(environments && { environments }) });
	await environments.create(v.vault, admin, { name: "staging" });
	for (const where of [["default"], ["default", "staging"], undefined])
		await expect(make(where)).rejects.toMatchObject({ code: "NOT_ALLOWED" });
	expect(await make(["staging"])).toMatchObject({ environments: ["staging"] });
	expect(await tokens.list(v.vault, adam)).toHaveLength(1);
});

describe("rotating", () => {
	test("both credentials are taken while the overlap lasts, then the new one alone", async () => {
		const forward = clock();
		await using v = await testVault();
		const made = await tokens.create(v.vault, admin, read);
		const rotated = await tokens.rotate(v.vault, admin, { id: made.id, overlap: 5 });
		expect(rotated).toMatchObject({ id: made.id, label: "reads", previousUntil: Date.now() + 5 * MINUTE });
		expect(await tokens.verify(v.vault, made.token, null)).toMatchObject({ expiresAt: Date.now() + 5 * MINUTE });
		expect(await tokens.verify(v.vault, rotated.token, null)).toMatchObject({ expiresAt: null });
		forward(5 * MINUTE);
		expect(await tokens.verify(v.vault, made.token, null)).toBeNull();
		expect(await tokens.verify(v.vault, rotated.token, null)).not.toBeNull();
	});

	test("a second rotation ends the oldest at once, and one without an overlap the one before", async () => {
		await using v = await testVault();
		const first = await tokens.create(v.vault, admin, read);
		const second = await tokens.rotate(v.vault, admin, { id: first.id, overlap: 60 });
		const third = await tokens.rotate(v.vault, admin, { id: first.id, overlap: 60 });
		const taken = async () => {
			const all = [first, second, third].map(({ token }) => tokens.verify(v.vault, token, null));
			return (await Promise.all(all)).map(Boolean);
		};
		expect(await taken()).toEqual([false, true, true]);
		const last = await tokens.rotate(v.vault, admin, { id: first.id, overlap: 0 });
		expect(await taken()).toEqual([false, false, false]);
		expect(await tokens.verify(v.vault, last.token, null)).not.toBeNull();
		expect(await entries(v.vault, "tokens.rotate")).toMatchObject([{ details: { overlap: 0 } }, {}, {}]);
	});

	test("of ten at once each that wins has a credential of its own, and the last one's is taken", async () => {
		await using v = await testVault();
		const { id } = await tokens.create(v.vault, admin, read);
		const all = await Promise.allSettled(
			Array.from({ length: 10 }, () => tokens.rotate(v.vault, admin, { id, overlap: 0 })),
		);
		const won = all.flatMap((one) => (one.status === "fulfilled" ? [one.value.token] : []));
		const taken = (await Promise.all(won.map((token) => tokens.verify(v.vault, token, null)))).filter(Boolean);
		expect([won.length > 0, taken.length]).toEqual([true, 1]);
	});

	test("nobody rotates what may do more than they, or lasts longer, and what has ended stays so", async () => {
		const forward = clock();
		await using v = await testVault();
		const strong = await tokens.create(v.vault, admin, {
			label: "all",
			permissions: ["settings.reveal", "tokens.write"],
		});
		const manager = { label: "manager", permissions: ["settings.see" as const, "tokens.write" as const] };
		const weak = await tokens.create(v.vault, admin, { ...manager, days: 1 });
		const caller = await tokens.verify(v.vault, weak.token, null);
		if (!caller) throw new Error("it is not taken");
		const rotate = (id: string, by = caller) => tokens.rotate(v.vault, by, { id, overlap: 0 });
		await expect(rotate(strong.id)).rejects.toMatchObject({ code: "NOT_ALLOWED" });
		const lasting = await tokens.create(v.vault, admin, read);
		await expect(rotate(lasting.id)).rejects.toMatchObject({ code: "NOT_ALLOWED" });
		await expect(rotate(lasting.id, person("ed"))).rejects.toMatchObject({ code: "NOT_ALLOWED" });
		expect(await entries(v.vault, "tokens.rotate")).toMatchObject(Array(3).fill({ outcome: "denied" }));
		await expect(rotate("0123456789abcdef", admin)).rejects.toMatchObject({ code: "TOKEN_NOT_FOUND" });
		await tokens.revoke(v.vault, admin, { id: lasting.id });
		forward(25 * 60 * MINUTE);
		for (const { id } of [lasting, weak])
			await expect(rotate(id, admin)).rejects.toMatchObject({ code: "TOKEN_ENDED" });
	});

	test("who rotated it last is the one whose going ends it", async () => {
		await using v = await testVault();
		const [olga, adam] = [addPerson(v.vault, "olga", "owner"), addPerson(v.vault, "adam", "admin")];
		const { id } = await tokens.create(v.vault, olga, read);
		const { token } = await tokens.rotate(v.vault, adam, { id, overlap: 0 });
		expect(await people.remove(v.vault, olga, { id: "adam" })).toMatchObject({ tokens: ["reads"] });
		expect(await tokens.verify(v.vault, token, null)).toBeNull();
	});
});

describe("addresses", () => {
	test("a token is taken from its addresses alone, and the log says once an hour where it was tried from", async () => {
		const forward = clock();
		await using v = await testVault();
		const addresses = ["10.1.0.0/16", "2001:db8::/32"];
		const { token, id } = await tokens.create(v.vault, admin, { ...read, addresses });
		for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1"])
			expect([address, await tokens.verify(v.vault, token, address)]).not.toEqual([address, null]);
		for (const address of ["10.2.0.1", "::ffff:10.2.0.1", "2001:db9::1", "127.0.0.1", null])
			expect([address, await tokens.verify(v.vault, token, address)]).toEqual([address, null]);
		await v.vault.tokenUses.stop();
		const told = await entries(v.vault, "tokens.use");
		expect(told).toMatchObject([
			{ outcome: "denied", address: "10.2.0.1", actor: `token:${id}` },
			{ outcome: "done", address: "10.1.2.3" },
		]);
		forward(60 * MINUTE);
		await tokens.verify(v.vault, token, "10.9.0.1");
		await v.vault.tokenUses.stop();
		expect(await entries(v.vault, "tokens.use")).toHaveLength(3);
	});
});

test("the first use in each hour is in the audit log, and no other", async () => {
	const forward = clock();
	await using v = await testVault();
	const { token, id } = await tokens.create(v.vault, admin, read);
	for (const _ of [1, 2, 3]) await tokens.verify(v.vault, token, "127.0.0.1");
	await v.vault.tokenUses.stop();
	await tokens.verify(v.vault, token, "127.0.0.2");
	await v.vault.tokenUses.stop();
	const use = { actor: `token:${id}`, actorLabel: "reads", target: id, outcome: "done" };
	expect(await entries(v.vault, "tokens.use")).toMatchObject([{ ...use, address: "127.0.0.1" }]);
	forward(60 * MINUTE);
	await tokens.verify(v.vault, token, "127.0.0.3");
	await v.vault.tokenUses.stop();
	expect(await entries(v.vault, "tokens.use")).toMatchObject([{ ...use, address: "127.0.0.3" }, {}]);
});

test("FAULTS 39: a credential is compared by its digest, and one that shares all but its end is none", async () => {
	await using v = await testVault();
	const { token, id } = await tokens.create(v.vault, admin, read);
	const row = await v.vault.storage.tokenById(id);
	expect(row?.hash).toBe(createHash("sha256").update(token).digest("hex"));
	const last = token.at(-1) === "A" ? "B" : "A";
	const wrong = [
		token.slice(0, -1) + last,
		`${token}x`,
		` ${token}`,
		token.replace(id, id.toUpperCase()),
		`hf_${id}_`,
		`hf_${id}_${row?.hash}`,
		`hf_${"0".repeat(16)}_${token.split("_")[2]}`,
		"",
		"hf_",
		"hf_x_y",
	];
	for (const credential of wrong)
		expect([credential, await tokens.verify(v.vault, credential, null)]).toEqual([credential, null]);
});
