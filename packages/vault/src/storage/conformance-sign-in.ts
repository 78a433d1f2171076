/** The part of the storage suite about how people get in: passwords, second factors and sessions. */
import { expect, test } from "vitest";
import { at, type Subject } from "./conformance.ts";

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
}
