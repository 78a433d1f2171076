import { expect, test } from "vitest";
import { openAuth } from "../src/auth.ts";
import { Limits } from "../src/limits.ts";
import { openLog } from "../src/log.ts";
import { type Answer, cookieOf, EMAIL, PASSWORD, type TestApp, testApp } from "./app.ts";
import { setForward } from "./clock.ts";
import { codeIn } from "./samples.ts";

const SIGN_UP = "/auth/sign-up/email";
const SIGN_IN = "/auth/sign-in/email";

function claimOf(app: TestApp, n = 0) {
	return { name: "Owner", email: `${n}${EMAIL}`, password: PASSWORD, claimCode: app.vault.claimCode };
}

function users(app: TestApp): Record<string, unknown>[] {
	return app.vault.database.$client.prepare("SELECT * FROM user").all() as Record<string, unknown>[];
}

test("the claim code makes the owner, who is signed in at once; without it nobody signs up", async () => {
	await using app = await testApp();
	expect((await app.client().session.me.query()).claimed).toBe(false);
	expect(codeIn(await app.post(SIGN_UP, { ...claimOf(app), claimCode: "WRONG-CODE" }))).toBe("CLAIM_CODE_WRONG");
	const { claimCode: _, ...without } = claimOf(app);
	expect(codeIn(await app.post(SIGN_UP, without))).toBe("CLAIM_CODE_WRONG");
	expect(users(app)).toEqual([]);
	const cookie = cookieOf(await app.post(SIGN_UP, claimOf(app)));
	expect(await app.client({ cookie }).session.me.query()).toMatchObject({ claimed: true, user: { role: "owner" } });
});

test("FAULTS 34: a claim with role, claimed, id or their like in its body is refused, and makes nobody", async () => {
	await using app = await testApp();
	const extra = { role: "admin", claimed: false, id: "chosen", emailVerified: true, userId: "chosen", isAdmin: true };
	for (const [key, value] of Object.entries(extra)) {
		const answer = await app.post(SIGN_UP, { ...claimOf(app), [key]: value });
		expect([key, answer.status, codeIn(answer), users(app)]).toEqual([key, 400, "INPUT_INVALID", []]);
		setForward(60_000);
	}
	const raw = `{"__proto__":{"role":"viewer"},${JSON.stringify(claimOf(app)).slice(1)}`;
	expect((await app.post(SIGN_UP, raw)).status).toBe(400);
	expect((await app.post(SIGN_UP, claimOf(app))).status).toBe(200);
	expect(users(app)).toMatchObject([{ role: "owner", claimed: 1, email_verified: 0 }]);
});

test("FAULTS 34: one of ten racing claims with the right code wins; the rest and all later ones find it claimed", async () => {
	await using app = await testApp();
	const auth = openAuth(app.vault, {
		url: app.url,
		origins: [app.url],
		log: openLog("silent"),
		limits: new Limits(100),
		mail: null,
		started: () => {},
		oidc: null,
	});
	const tries = Array.from({ length: 10 }, (_, n) => {
		const { name, email, password, claimCode } = claimOf(app, n);
		return auth.api.signUpEmail({ body: { name, email, password, claimCode } as never }).then(
			() => "claimed",
			(error: { body?: { code?: string } }) => error.body?.code ?? "failed",
		);
	});
	expect((await Promise.all(tries)).sort()).toEqual([...Array(9).fill("ALREADY_CLAIMED"), "claimed"]);
	expect(users(app)).toMatchObject([{ role: "owner", claimed: 1 }]);
	const late = await app.post(SIGN_UP, claimOf(app, 99));
	expect([late.status, codeIn(late)]).toEqual([409, "ALREADY_CLAIMED"]);
	expect(late.headers.getSetCookie()).toEqual([]);
});

test("a claim that was cut off between its user and its account does not lock anyone out", async () => {
	await using app = await testApp();
	await app.post(SIGN_UP, claimOf(app));
	const cutOff = "DELETE FROM session; DELETE FROM account; UPDATE user SET created_at = created_at - 3600000";
	app.vault.database.$client.exec(cutOff);
	expect((await app.client().session.me.query()).claimed).toBe(false);
	setForward(60_000);
	const again = await app.post(SIGN_UP, claimOf(app));
	expect(again.status).toBe(200);
	expect(users(app)).toMatchObject([{ role: "owner", claimed: 1 }]);
});

test("the session's cookie is HttpOnly, SameSite and bound to no domain; its token is in no body", async () => {
	await using app = await testApp();
	const answer = await app.post(SIGN_UP, claimOf(app));
	const cookies = answer.headers.getSetCookie();
	expect(cookies.length).toBeGreaterThan(0);
	for (const cookie of cookies) {
		expect(cookie).toMatch(/; Path=\/(;|$)/);
		expect(cookie).toMatch(/; HttpOnly/);
		expect(cookie).toMatch(/; SameSite=(Lax|Strict)/);
		expect(cookie).not.toMatch(/Domain=|Secure/);
	}
	expect(answer.json()).toEqual({ signedIn: true });
});

test("under TLS the cookie is Secure and its name says so", async () => {
	await using app = await testApp({ server: { publicUrl: "https://keys.example" } });
	const answer = await app.post(SIGN_UP, claimOf(app), { origin: "https://keys.example" });
	expect(answer.status).toBe(200);
	for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/^__Secure-holdfast\..*; Secure/);
	const plain = await app.post(SIGN_IN, { email: "a@b.example", password: "x" }, { origin: "http://keys.example" });
	expect(codeIn(plain)).toBe("ORIGIN_REFUSED");
});

test("FAULTS 30: a wrong password and an unknown address get the same answer", async () => {
	await using app = await testApp();
	await app.claim();
	const say = ({ status, text, headers }: Answer) => [status, text, [...headers.keys()].sort()];
	const wrong = await app.post(SIGN_IN, { email: EMAIL, password: "not the password" });
	const unknown = await app.post(SIGN_IN, { email: `x${EMAIL}`, password: "not the password" });
	expect(wrong.status).toBe(401);
	expect(say(unknown)).toEqual(say(wrong));
});

test("FAULTS 30: tries are limited by address, whatever address the client claims, and the limit passes", async () => {
	await using app = await testApp();
	await app.claim();
	const attempt = (n: number, password: string) => {
		const claimed = {
			"x-holdfast-address": `10.0.0.${n}`,
			"x-forwarded-for": `10.0.1.${n}`,
			"x-real-ip": `10.0.2.${n}`,
		};
		return app.post(SIGN_IN, { email: EMAIL, password }, { ...claimed, forwarded: `for=10.0.3.${n}` });
	};
	const statuses: number[] = [];
	for (let n = 0; n < 6; n++) statuses.push((await attempt(n, "not the password")).status);
	expect(statuses).toEqual([401, 401, 401, 429, 429, 429]);
	expect((await attempt(7, PASSWORD)).status).toBe(429);
	setForward(60_000);
	expect((await attempt(8, PASSWORD)).status).toBe(200);
	const rows = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 50);
	expect(new Set(rows.map(({ address }) => address))).toEqual(new Set(["127.0.0.1"]));
	const sessions = app.vault.database.$client.prepare("SELECT ip_address AS ip FROM session").all();
	expect(sessions).toEqual([{ ip: "127.0.0.1" }, { ip: "127.0.0.1" }]);
});

test("FAULTS 30: each sign-in makes a new session, and a cookie from elsewhere is not taken over", async () => {
	await using app = await testApp();
	const first = await app.claim();
	const second = cookieOf(await app.post(SIGN_IN, { email: EMAIL, password: PASSWORD }, { cookie: first }));
	expect(second).not.toBe(first);
	const planted = "holdfast.session_token=planted.signature";
	const third = cookieOf(await app.post(SIGN_IN, { email: EMAIL, password: PASSWORD }, { cookie: planted }));
	expect(third).not.toContain("planted");
	expect((await app.client({ cookie: planted }).session.me.query()).user).toBeNull();
	expect((await app.client({ cookie: first.replace(/\.[^.]*$/, ".x") }).session.me.query()).user).toBeNull();
});

test("signing out ends the session on the server, and only that one", async () => {
	await using app = await testApp();
	const first = await app.claim();
	const second = cookieOf(await app.post(SIGN_IN, { email: EMAIL, password: PASSWORD }));
	const answer = await app.post("/auth/sign-out", {}, { cookie: first });
	expect([answer.status, answer.json()]).toEqual([200, { signedIn: false }]);
	expect((await app.client({ cookie: first }).session.me.query()).user).toBeNull();
	expect((await app.client({ cookie: second }).session.me.query()).user?.email).toBe(EMAIL);
});

test("nothing else of what better-auth offers answers", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	const closed =
		"update-user delete-user change-email change-password list-sessions get-session revoke-sessions ok error";
	const more =
		"request-password-reset reset-password reset-password/x verify-email sign-in/social link-social list-accounts";
	for (const name of [...closed.split(" "), ...more.split(" "), "sign-in/email/", "sign-out/..", ""]) {
		const get = await app.request(`/auth/${name}`, { headers: { cookie } });
		const post = await app.post(`/auth/${name}`, { name: "x", role: "owner" }, { cookie });
		expect([name, get.status, post.status]).toEqual([name, 404, 404]);
	}
});

test("claiming, signing in, failing to and signing out are in the audit log", async () => {
	await using app = await testApp();
	await app.post(SIGN_UP, { ...claimOf(app), claimCode: "WRONG-CODE" });
	const cookie = await app.claim();
	await app.post(SIGN_IN, { email: EMAIL, password: "not the password" });
	await app.post("/auth/sign-out", {}, { cookie });
	const rows = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 50);
	const acts = rows.reverse().map(({ action, outcome, actorLabel }) => `${actorLabel}: ${action} ${outcome}`);
	expect(acts).toEqual([
		"nobody: session.claim denied",
		"Owner: session.claim done",
		"nobody: session.signIn denied",
		"Owner: session.signOut done",
	]);
});
