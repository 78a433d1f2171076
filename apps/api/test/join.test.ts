/** Invitations over HTTP: made, opened, and used for an account. */
import { environments } from "@holdfast/vault";
import { admin } from "@holdfast/vault/test";
import { expect, test } from "vitest";
import { cookieOf, PASSWORD, refusal, type TestApp, testApp } from "./app.ts";
import { canary, found } from "./canary.ts";
import { setForward } from "./clock.ts";
import { codeIn } from "./samples.ts";

const SIGN_UP = "/auth/sign-up/email";
const OPEN = "/trpc/session.openLink";
const EMAIL = "ann@people.example";

type Invited = { email?: string; role?: "viewer" | "editor" | "admin"; narrowed?: Record<string, "none" | "viewer"> };

/** An instance with an owner, and the code of an invitation. */
async function invited(app: TestApp, input: Invited = {}) {
	const owner = app.client({ cookie: await app.claim() });
	setForward(60_000);
	const link = await owner.people.invite.mutate({ email: EMAIL, ...input });
	return { owner, link, code: new URL(link.url).hash.slice(1) };
}

const joining = (code: string, more: object = {}) => ({
	name: "Ann",
	email: EMAIL,
	password: PASSWORD,
	invitation: code,
	...more,
});

function users(app: TestApp) {
	const rows = app.vault.database.$client.prepare("SELECT * FROM user WHERE claimed = 0").all();
	return rows as Record<string, unknown>[];
}

test("whoever is invited sees for whom it is, joins once, and may do what the link says", async () => {
	await using app = await testApp();
	await environments.create(app.vault, admin, { name: "staging" });
	const { owner, link, code } = await invited(app, { role: "editor", narrowed: { staging: "none" } });
	expect(await app.client().session.openLink.mutate({ kind: "invitation", code })).toEqual({
		kind: "invitation",
		email: EMAIL,
		role: "editor",
		createdBy: "Owner",
		expiresAt: link.expiresAt,
	});
	const joined = await app.post(SIGN_UP, joining(code, { email: EMAIL.toUpperCase() }));
	expect([joined.status, joined.json()]).toEqual([200, { signedIn: true }]);
	const ann = app.client({ cookie: cookieOf(joined) });
	const { user } = await ann.session.me.query();
	expect(user).toMatchObject({ email: EMAIL, role: "editor" });
	const save = (environment: string) => ann.settings.save.mutate({ environment, writes: [{ name: "A", value: "b" }] });
	expect(await refusal(save("default"))).toBeNull();
	expect(await refusal(save("staging"))).toBe("NOT_ALLOWED");
	expect(await refusal(ann.people.list.query())).toBe("NOT_ALLOWED");
	expect(users(app)).toMatchObject([{ email_verified: 0, invitation: link.id }]);
	expect(await owner.people.links.query()).toMatchObject([{ id: link.id, state: "used" }]);

	setForward(60_000);
	const again = await app.post(SIGN_UP, joining(code));
	expect([again.status, codeIn(again)]).toEqual([403, "LINK_INVALID"]);
	expect(await refusal(app.client().session.openLink.mutate({ kind: "invitation", code }))).toBe("LINK_INVALID");
	const rows = (await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 50)).filter(
		({ action }) => action === "session.join",
	);
	expect(rows.map(({ actor, actorLabel, outcome, target }) => [actor, actorLabel, outcome, target])).toEqual([
		["anonymous", "nobody", "denied", EMAIL],
		[`user:${user?.id}`, "Ann", "done", EMAIL],
	]);
	const signedIn = await app.post("/auth/sign-in/email", { email: EMAIL, password: PASSWORD });
	expect(signedIn.status).toBe(200);
});

test("one of many who join by one link in the same moment gets an account", async () => {
	await using app = await testApp();
	const { code } = await invited(app);
	const tries = Array.from({ length: 3 }, () => app.post(SIGN_UP, joining(code)));
	const answers = await Promise.all(tries);
	expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
	expect(users(app)).toHaveLength(1);
	expect(app.vault.database.$client.prepare("SELECT count(*) FROM account").pluck().get()).toBe(2);
	setForward(60_000);
	app.vault.database.$client.exec("UPDATE link SET used_at = NULL");
	app.vault.database.$client.exec("UPDATE user SET email = 'other@people.example' WHERE claimed = 0");
	const lost = await app.post(SIGN_UP, joining(code));
	expect(codeIn(lost), "the mark was lost, and the index holds").toBe("LINK_INVALID");
	expect(users(app)).toHaveLength(1);
});

test("what better-auth refuses before it writes leaves the link as it was", async () => {
	await using app = await testApp();
	const { code } = await invited(app);
	expect(codeIn(await app.post(SIGN_UP, joining(code, { password: "short" })))).toBe("PASSWORD_TOO_SHORT");
	expect((await app.post(SIGN_UP, joining(code))).status).toBe(200);
});

test("FAULTS 34: what a sign-up adds to its fields, or says instead of the link, is refused and makes nobody", async () => {
	await using app = await testApp();
	const { code, owner } = await invited(app, { role: "viewer" });
	const extra = { role: "owner", claimed: true, id: "chosen", narrowed: null, emailVerified: true, claimCode: "x" };
	for (const [key, value] of Object.entries({ ...extra, userId: "x", rememberMe: true, constructor: {} })) {
		setForward(60_000);
		const answer = await app.post(SIGN_UP, joining(code, { [key]: value }));
		expect([key, answer.status, codeIn(answer)]).toEqual([key, 400, "INPUT_INVALID"]);
	}
	setForward(60_000);
	const raw = `{"__proto__":{"role":"owner"},${JSON.stringify(joining(code)).slice(1)}`;
	expect((await app.post(SIGN_UP, raw)).status).toBe(400);
	setForward(60_000);
	const other = await app.post(SIGN_UP, joining(code, { email: "eve@people.example" }));
	expect([other.status, codeIn(other)]).toEqual([403, "LINK_INVALID"]);
	expect(users(app)).toEqual([]);
	expect(await owner.people.links.query()).toMatchObject([{ state: "open", role: "viewer" }]);
});

test("FAULTS 30: a link begins with the address that is configured, whatever the request says", async () => {
	await using app = await testApp({ server: { publicUrl: "https://keys.example" } });
	const token = await app.token("all");
	const headers = {
		authorization: `Bearer ${token}`,
		"x-forwarded-host": "evil.example",
		forwarded: "host=evil.example",
	};
	const answer = await app.post(
		"/trpc/people.invite",
		{ email: EMAIL },
		{ ...headers, origin: "https://keys.example", "x-forwarded-proto": "http" },
	);
	expect(answer.status).toBe(200);
	expect(answer.text).toContain('"url":"https://keys.example/join#');
	expect(answer.text).not.toContain("evil");
	expect(answer.headers.get("cache-control")).toBe("no-store");
});

test("FAULTS 30: codes are guessed at no faster than anything is asked without a credential, and refused alike", async () => {
	await using app = await testApp({ server: { callsPerMinute: 50 } });
	const { code, owner, link } = await invited(app);
	await owner.people.revokeLink.mutate({ id: link.id });
	const guesses = [code, `${code.slice(0, -1)}-`, "x", "", "invitation"];
	const answers = [];
	for (const guess of guesses) answers.push(await app.post(OPEN, { kind: "invitation", code: guess }));
	for (const { status, text } of answers) expect([status, text]).toEqual([403, answers[0]?.text]);
	expect(codeIn(await app.post(OPEN, { kind: "invitation", code: "more" }))).toBe("RATE_LIMITED");
	const signUps: number[] = [];
	for (let n = 0; n < 4; n++) signUps.push((await app.post(SIGN_UP, joining(`${n}`))).status);
	expect(signUps).toEqual([403, 403, 403, 429]);
});

test("FAULTS 24: an invitation's code and the password of who joins are in no log, no file and no other answer", async () => {
	await using app = await testApp();
	const password = canary("joined");
	const { code, owner } = await invited(app);
	await app.post(OPEN, { kind: "invitation", code });
	await app.post(SIGN_UP, joining(code, { password, extra: "x" }));
	setForward(60_000);
	expect((await app.post(SIGN_UP, joining(code, { password }))).status).toBe(200);
	await owner.people.links.query();
	await owner.audit.list.query({ limit: 50 });
	expect(found(app, password, () => false)).toEqual([]);
	expect(found(app, code, (place) => place.includes("people.invite"))).toEqual([]);
});
