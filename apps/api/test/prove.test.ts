/** What gives a secret away, or access to one, asks whoever is signed in to prove again who they are. */
import { PROOF_LASTS, PROVEN } from "@holdfast/contract";
import { expect, test } from "vitest";
import { cookieOf, EMAIL, PASSWORD, type TestApp, testApp } from "./app.ts";
import { setForward } from "./clock.ts";
import { codeIn, procedures, SAMPLES } from "./samples.ts";

const PROVE = "/auth/prove";

/** How many sessions have proven themselves at this moment or later. */
function provenSince({ vault }: TestApp, since: number): number {
	const count = vault.database.$client.prepare("SELECT count(*) FROM session WHERE proven_at >= ?").pluck();
	return count.get(since) as number;
}

async function asked(app: TestApp, path: string, cookie: string): Promise<string | null> {
	const isQuery = procedures[path as keyof typeof procedures]._def.type === "query";
	const input = SAMPLES[path as keyof typeof SAMPLES];
	const answer = isQuery
		? await app.get(`/trpc/${path}`, input, { cookie })
		: await app.post(`/trpc/${path}`, input ?? "", { cookie });
	return codeIn(answer);
}

test("FAULTS 31: with a proof of eleven minutes ago each act that gives a secret away is refused, until it is renewed", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	for (const path of PROVEN) expect([path, await asked(app, path, cookie)]).not.toEqual([path, "PROOF_NEEDED"]);
	setForward(PROOF_LASTS + 60_000);
	for (const path of PROVEN) expect([path, await asked(app, path, cookie)]).toEqual([path, "PROOF_NEEDED"]);
	expect(await asked(app, "settings.list", cookie)).toBeNull();
	const proven = await app.post(PROVE, { password: PASSWORD }, { cookie });
	expect([proven.status, proven.json()]).toEqual([200, { signedIn: true }]);
	for (const path of PROVEN) expect([path, await asked(app, path, cookie)]).not.toEqual([path, "PROOF_NEEDED"]);
});

test("FAULTS 31: a service token proves itself with each call, and is asked for nothing more", async () => {
	await using app = await testApp();
	const token = await app.token("all");
	setForward(PROOF_LASTS * 10);
	const headers = { authorization: `Bearer ${token}` };
	expect(codeIn(await app.post("/trpc/settings.reveal", SAMPLES["settings.reveal"], headers))).not.toBe("PROOF_NEEDED");
});

test("FAULTS 31: a wrong password proves nothing, is recorded with who it was, and cannot be tried on and on", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	setForward(PROOF_LASTS + 60_000);
	for (const password of ["wrong-password", "", "x".repeat(5_000), 7, null, ["a"]]) {
		const answer = await app.post(PROVE, { password }, { cookie });
		expect(answer.status).toBeGreaterThanOrEqual(400);
		expect(answer.status).toBeLessThan(500);
		setForward(10_000);
	}
	expect(await asked(app, "settings.reveal", cookie)).toBe("PROOF_NEEDED");
	const entries = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1_000);
	const denied = entries.filter(({ action, outcome }) => action === "session.prove" && outcome === "denied");
	expect(denied.at(-1)).toMatchObject({ actorLabel: "Owner", target: null, details: {} });
	const statuses: number[] = [];
	for (let n = 0; n < 10; n++) statuses.push((await app.post(PROVE, { password: "guess" }, { cookie })).status);
	expect(statuses).toContain(429);
});

test("FAULTS 31: the proof is of one session, needs one, and no header, token or other body stands in for it", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	setForward(PROOF_LASTS + 60_000);
	const other = cookieOf(await app.post("/auth/sign-in/email", { email: EMAIL, password: PASSWORD }));
	setForward(PROOF_LASTS + 60_000);
	const before = Date.now();
	expect((await app.post(PROVE, { password: PASSWORD })).status).toBe(401);
	const authorization = `Bearer ${await app.token("all")}`;
	expect((await app.post(PROVE, { password: PASSWORD }, { authorization })).status).toBe(401);
	expect((await app.post(PROVE, { password: PASSWORD, provenAt: before * 2 }, { cookie })).status).toBe(400);
	expect(provenSince(app, before)).toBe(0);
	setForward(60_000);
	expect((await app.post(PROVE, { password: PASSWORD }, { cookie: other })).status).toBe(200);
	expect(provenSince(app, before)).toBe(1);
	expect(await asked(app, "settings.reveal", cookie)).toBe("PROOF_NEEDED");
	expect(await asked(app, "settings.reveal", other)).not.toBe("PROOF_NEEDED");
});

test("FAULTS 31: wrong passwords of a session are counted by its person, wherever they come from, and keep nobody from signing in", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	const codes: Array<string | null> = [];
	for (let n = 0; n < 21; n++) {
		if (n % 3 === 0) setForward(10_000);
		codes.push(codeIn(await app.post(PROVE, { password: "guess" }, { cookie })));
	}
	expect([codes.at(-2), codes.at(-1)]).toEqual(["INVALID_PASSWORD", "RATE_LIMITED"]);
	setForward(10_000);
	const right = await app.post(PROVE, { password: PASSWORD }, { cookie });
	expect(codeIn(right), "nor is the right one looked at").toBe("RATE_LIMITED");
	setForward(10_000);
	expect((await app.post("/auth/sign-in/email", { email: EMAIL, password: PASSWORD })).status).toBe(200);
});
