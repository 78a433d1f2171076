/** The part of the storage suite about how people get in: passwords, second factors and sessions. */
import { expect, test } from "vitest";
import { at, type Subject } from "./conformance.ts";
import type { FactorStep, PasskeyRow, PasskeyStep } from "./factors.ts";

async function addPerson({ run }: Subject, id: string): Promise<void> {
	const person = "id, name, email, email_verified, created_at, updated_at, role, claimed";
	await run(`insert into "user" (${person}) values ('${id}', '${id}', '${id}@people.example', 0, 0, 0, 'editor', 0)`);
	const account = "id, account_id, provider_id, user_id, password, created_at, updated_at";
	await run(`insert into account (${account}) values ('${id}', '${id}', 'credential', '${id}', 'a digest', 0, 0)`);
}

export function signInConformance(made: () => Promise<Subject>): void {
	test("what is written for someone who is not there is a conflict, and nothing is written with it", async () => {
		await using s = await made();
		const policy = { localHosts: ["example.test"] };
		const audit = [] as const;
		const password = { userId: "nobody", id: "a1", hash: "a digest", at };
		expect(await s.storage.commit({ policy, password, audit })).toEqual({ done: false, conflict: "nobody" });
		const forgetFactors = { userId: "nobody" };
		expect(await s.storage.commit({ policy, forgetFactors, audit })).toEqual({ done: false, conflict: "nobody" });
		const disconnect = { userId: "nobody" };
		expect(await s.storage.commit({ policy, disconnect, audit })).toEqual({ done: false, conflict: "nobody" });
		const endSessions = { userId: "nobody", only: "s1" };
		expect(await s.storage.commit({ policy, endSessions, audit })).toEqual({ done: false, conflict: "s1" });
		expect((await s.storage.state()).policy.localHosts).toBeUndefined();
		expect(await s.storage.commit({ endSessions: { userId: "nobody" }, audit })).toMatchObject({ done: true });
		expect(await s.storage.sessions("nobody")).toEqual([]);
		expect(await s.storage.people()).toEqual([]);
	});

	test("a new password ends the sign-ins of its person that wait for a second factor, and nothing else that waits", async () => {
		await using s = await made();
		for (const id of ["ann", "bob"]) await addPerson(s, id);
		const waits = async (id: string, userId: string) =>
			s.run(`insert into verification values ('${id}', '${id}', '${userId}', ${at}, ${at}, ${at})`);
		const kept = [
			["2fa-2", "bob"],
			["passkey-1", "ann"],
		] as const;
		await waits("2fa-1", "ann");
		for (const [id, userId] of kept) await waits(id, userId);
		const password = { userId: "ann", id: "a1", hash: "a digest", at };
		expect(await s.storage.commit({ password, audit: [] })).toMatchObject({ done: true });
		// Those that are still there leave no room for others of their id.
		await waits("2fa-1", "ann");
		for (const [id, userId] of kept) await expect(waits(id, userId)).rejects.toThrow(/unique/i);
	});

	const begun = { userId: "ann", step: "begun", id: "f1", secret: "sealed", backupCodes: '["a","b"]' } as const;

	test("a second factor is set up, confirmed once, and each time step of it is taken once", async () => {
		await using s = await made();
		await addPerson(s, "ann");
		const factor = async (step: FactorStep) => (await s.storage.commit({ factor: step, audit: [] })).done;
		const confirmed = { userId: "ann", step: "confirmed", timeStep: 100, sessionId: "s1" } as const;
		expect(await factor(confirmed)).toBe(false);
		expect(await factor({ ...begun, id: "f0", secret: "an earlier one" })).toBe(true);
		expect(await factor(begun)).toBe(true);
		expect(await factor({ userId: "ann", step: "code-used", timeStep: 100 }), "not confirmed").toBe(false);
		expect(await factor({ userId: "ann", step: "codes-left", before: null, backupCodes: "[]" })).toBe(false);
		expect((await s.storage.people())[0]).toMatchObject({ twoFactor: false });
		expect(await factor(confirmed)).toBe(true);
		expect((await s.storage.people())[0]).toMatchObject({ twoFactor: true });
		expect(await s.storage.factor("ann")).toMatchObject({ secret: "sealed", verified: true, lastStep: 100 });
		expect(await factor(confirmed), "twice").toBe(false);
		expect(await factor({ ...begun, id: "f2" }), "over one that is on").toBe(false);
		for (const [timeStep, done] of [
			[100, false],
			[99, false],
			[102, true],
			[101, false],
		] as const)
			expect([timeStep, await factor({ userId: "ann", step: "code-used", timeStep })]).toEqual([timeStep, done]);
		const racing = await Promise.all(
			Array.from({ length: 20 }, () => factor({ userId: "ann", step: "code-used", timeStep: 103 })),
		);
		expect(racing.filter(Boolean)).toHaveLength(1);
		expect(await factor({ userId: "ann", step: "off" })).toBe(true);
		expect(await factor({ userId: "ann", step: "off" })).toBe(false);
		expect((await s.storage.people())[0]).toMatchObject({ twoFactor: false });
		expect(await factor({ ...begun, userId: "nobody" })).toBe(false);
	});

	test("recovery codes are replaced from what they were, wrong codes shut a second factor, and a right one opens it", async () => {
		await using s = await made();
		await addPerson(s, "ann");
		const factor = async (step: FactorStep) => (await s.storage.commit({ factor: step, audit: [] })).done;
		await factor(begun);
		await factor({ userId: "ann", step: "confirmed", timeStep: 1, sessionId: "s1" });
		const left = { userId: "ann", step: "codes-left", before: begun.backupCodes, backupCodes: '["b"]' } as const;
		const racing = await Promise.all(Array.from({ length: 20 }, () => factor(left)));
		expect(racing.filter(Boolean)).toHaveLength(1);
		expect(await s.storage.factor("ann")).toMatchObject({ backupCodes: '["b"]' });
		const until = new Date(at + 60_000);
		const failed = { userId: "ann", step: "failed", most: 3, until } as const;
		for (const count of [1, 2]) {
			await factor(failed);
			expect(await s.storage.factor("ann")).toMatchObject({ failedVerificationCount: count, lockedUntil: null });
		}
		await factor(failed);
		expect(await s.storage.factor("ann")).toMatchObject({ failedVerificationCount: 0, lockedUntil: until });
		await factor({ userId: "ann", step: "codes-left", before: null, backupCodes: '["c"]' });
		expect(await s.storage.factor("ann"), "new codes open nothing").toMatchObject({ lockedUntil: until });
		await factor({ userId: "ann", step: "code-used", timeStep: 2 });
		expect(await s.storage.factor("ann")).toMatchObject({ failedVerificationCount: 0, lockedUntil: null });
		expect(await factor({ ...failed, userId: "nobody" })).toBe(false);
	});

	test("passkeys are their owner's, known by their credential, and their counter goes on from what was compared", async () => {
		await using s = await made();
		await addPerson(s, "ann");
		await addPerson(s, "bob");
		const passkey = async (step: PasskeyStep) => (await s.storage.commit({ passkey: step, audit: [] })).done;
		const row: PasskeyRow = {
			id: "p1",
			userId: "ann",
			name: "Desk",
			credentialID: "c1",
			publicKey: "key",
			counter: 4_000_000_000,
			deviceType: "multiDevice",
			backedUp: true,
			transports: "internal,hybrid",
			createdAt: new Date(at),
			aaguid: null,
		};
		expect(await passkey({ step: "added", row: { ...row, userId: "nobody" } })).toBe(false);
		expect(await passkey({ step: "added", row })).toBe(true);
		expect(await passkey({ step: "added", row: { ...row, id: "p2", userId: "bob" } }), "known already").toBe(false);
		expect(await s.storage.passkeyByCredential("c1")).toEqual(row);
		expect(await s.storage.passkeyByCredential("c2")).toBeNull();
		expect(await s.storage.passkeys("ann")).toEqual([row]);
		expect(await s.storage.passkeys("bob")).toEqual([]);
		expect(await passkey({ step: "renamed", id: "p1", userId: "bob", name: "mine" })).toBe(false);
		expect(await passkey({ step: "renamed", id: "p1", userId: "ann", name: "Laptop" })).toBe(true);
		const used = { step: "used", id: "p1", before: row.counter, counter: row.counter + 1, backedUp: false } as const;
		const racing = await Promise.all(Array.from({ length: 20 }, () => passkey(used)));
		expect(racing.filter(Boolean)).toHaveLength(1);
		expect(await s.storage.passkeys("ann")).toMatchObject([
			{ name: "Laptop", counter: row.counter + 1, backedUp: false },
		]);
		expect(await passkey({ step: "removed", id: "p1", userId: "bob" })).toBe(false);
		const removed = { step: "removed", id: "p1", userId: "ann" } as const;
		await s.run("update account set user_id = 'bob' where user_id = 'ann'");
		expect(await s.storage.commit({ passkey: removed, audit: [] }), "the last way in").toEqual({
			done: false,
			conflict: "ann",
		});
		await s.run("update account set user_id = 'ann' where id = 'ann'");
		expect(await passkey(removed)).toBe(true);
		expect(await s.storage.passkeys("ann")).toEqual([]);
	});
}
