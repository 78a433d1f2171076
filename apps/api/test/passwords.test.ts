/** New passwords over HTTP: by a reset link, and by whoever is signed in; and the sessions that end with the old ones. */
import { setTimeout } from "node:timers/promises";
import { addPerson } from "@holdfast/vault/test";
import { expect, test } from "vitest";
import { cookieOf, EMAIL, PASSWORD, refusal, type TestApp, testApp } from "./app.ts";
import { canary, found } from "./canary.ts";
import { setForward } from "./clock.ts";
import { codeIn } from "./samples.ts";

const RESET = "/auth/reset";
const NEW = "another pass phrase of theirs";

/** An instance with an owner and an editor, and the code of a link for the editor's password. */
async function withReset(app: TestApp) {
	const owner = app.client({ cookie: await app.claim() });
	addPerson(app.vault, "ann");
	setForward(60_000);
	const link = await owner.people.resetLink.mutate({ id: "ann" });
	return { owner, link, code: new URL(link.url).hash.slice(1) };
}

const signIn = (app: TestApp, email: string, password: string) => {
	setForward(60_000);
	return app.post("/auth/sign-in/email", { email, password });
};

const entries = async (app: TestApp, action: string) =>
	(await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 100))
		.filter((row) => row.action === action)
		.map(({ actor, outcome, target }) => [actor, outcome, target]);

test("a reset link sets a password once, ends every session of the person, and signs nobody in", async () => {
	await using app = await testApp();
	const { owner, code, link } = await withReset(app);
	expect(link).toMatchObject({ kind: "reset", email: "ann@people.example", role: null, state: "open" });
	expect(await app.client().session.openLink.mutate({ kind: "reset", code })).toMatchObject({ kind: "reset" });
	expect(await refusal(app.client().session.openLink.mutate({ kind: "invitation", code }))).toBe("LINK_INVALID");
	expect(codeIn(await app.post(RESET, { code, password: "short" })), "it uses nothing up").toBe("PASSWORD_TOO_SHORT");
	const answers = await Promise.all([1, 2].map((n) => app.post(RESET, { code, password: `${NEW} ${n}` })));
	expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
	expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
	expect(await app.vault.storage.sessions("ann")).toEqual([]);
	const won = answers.findIndex(({ status }) => status === 200) + 1;
	expect((await signIn(app, "ann@people.example", `${NEW} ${3 - won}`)).status).toBe(401);
	expect((await signIn(app, "ann@people.example", `${NEW} ${won}`)).status).toBe(200);
	expect(await owner.people.links.query()).toMatchObject([{ id: link.id, state: "used" }]);
	expect(await entries(app, "session.reset")).toEqual(
		expect.arrayContaining([
			["anonymous", "done", "ann@people.example"],
			["anonymous", "denied", null],
		]),
	);
});

test("FAULTS 30: a reset begins with the configured address, and its code and password are in no log and no other answer", async () => {
	await using app = await testApp({ server: { publicUrl: "https://keys.example" } });
	addPerson(app.vault, "ann");
	const headers = { authorization: `Bearer ${await app.token("all")}`, origin: "https://keys.example" };
	const poison = { "x-forwarded-host": "evil.example", forwarded: "host=evil.example" };
	const made = await app.post("/trpc/people.resetLink", { id: "ann" }, { ...headers, ...poison });
	const [, code = ""] = /https:\/\/keys\.example\/reset#([^"]+)/.exec(made.text) ?? [];
	expect(code).toMatch(/^.{43}$/);
	expect(made.text).not.toContain("evil");
	const password = canary("reset");
	const answer = await app.post(RESET, { code, password }, { origin: "https://keys.example", ...poison });
	expect(answer.status).toBe(200);
	expect(found(app, password, () => false)).toEqual([]);
	expect(found(app, code, (place) => place.includes("people.resetLink"))).toEqual([]);
});

test("FAULTS 30: codes that are none, used, revoked or of an invitation are refused alike, and guessed at slowly", async () => {
	await using app = await testApp();
	const { owner, code, link } = await withReset(app);
	const invitation = await owner.people.invite.mutate({ email: "bob@people.example" });
	await owner.people.revokeLink.mutate({ id: link.id });
	const codes = [code, new URL(invitation.url).hash.slice(1), "x"];
	const answers = [];
	for (const each of codes) answers.push(await app.post(RESET, { code: each, password: NEW }));
	for (const { status, text } of answers) expect([status, text]).toEqual([403, answers[0]?.text]);
	expect((await app.post(RESET, { code, password: NEW })).status).toBe(429);
});

test("a reset is void once whoever made it may not manage the person, and whoever may not makes none", async () => {
	await using app = await testApp();
	const { owner, code } = await withReset(app);
	await owner.people.update.mutate({ id: "ann", role: "owner" });
	const me = await owner.session.me.query();
	app.vault.database.$client.prepare("UPDATE user SET role = 'admin' WHERE id = ?").run(me.user?.id);
	expect(codeIn(await app.post(RESET, { code, password: NEW }))).toBe("LINK_INVALID");
	expect(await owner.people.links.query()).toMatchObject([{ state: "void" }]);
	for (const procedure of ["resetLink", "resetTwoFactor", "signOut"] as const)
		expect(await refusal(owner.people[procedure].mutate({ id: "ann" }))).toBe("NOT_ALLOWED");
});

test("whoever is signed in and has just proven it sets a password, which ends their other sessions", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	const other = cookieOf(await signIn(app, EMAIL, PASSWORD));
	setForward(60_000);
	const set = await app.post("/auth/password", { password: NEW }, { cookie });
	expect([set.status, set.json()]).toEqual([200, { signedIn: true }]);
	expect((await app.client({ cookie }).session.me.query()).user).not.toBeNull();
	expect((await app.client({ cookie: other }).session.me.query()).user).toBeNull();
	expect((await signIn(app, EMAIL, PASSWORD)).status).toBe(401);
	expect((await signIn(app, EMAIL, NEW)).status).toBe(200);
	app.vault.database.$client.exec("UPDATE session SET proven_at = 0");
	expect(codeIn(await app.post("/auth/password", { password: PASSWORD }, { cookie }))).toBe("PROOF_NEEDED");
	const [done, denied] = [await entries(app, "session.setPassword")].flat().map(([, outcome]) => outcome);
	expect([done, denied]).toEqual(["denied", "done"]);
	expect((await app.post("/auth/password", { password: NEW })).status).toBe(401);
});

test("FAULTS 30: a link that was never used sets no password over one that its person has set since", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	const { user } = await app.client({ cookie }).session.me.query();
	const command = app.client({ token: await app.token("all") });
	const link = await command.people.resetLink.mutate({ id: user?.id ?? "" });
	setForward(60_000);
	expect((await app.post("/auth/password", { password: NEW }, { cookie })).status).toBe(200);
	const code = new URL(link.url).hash.slice(1);
	expect(codeIn(await app.post(RESET, { code, password: "of whoever found it" }))).toBe("LINK_INVALID");
	expect(await command.people.links.query()).toMatchObject([{ state: "revoked" }]);
	expect((await signIn(app, EMAIL, NEW)).status).toBe(200);
});

test("FAULTS 30: a sign-in with the password that is being replaced does not outlive it, whenever it began", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	let password = PASSWORD;
	for (let n = 0; n < 12; n++) {
		setForward(60_000);
		const next = `${NEW} ${n}`;
		const signingIn = async () => {
			await setTimeout(n * 8);
			return app.post("/auth/sign-in/email", { email: EMAIL, password });
		};
		const [set, old] = await Promise.all([app.post("/auth/password", { password: next }, { cookie }), signingIn()]);
		expect(set.status).toBe(200);
		expect([200, 401]).toContain(old.status);
		expect((await app.client({ cookie: cookieOf(old) }).session.me.query()).user, `${n}`).toBeNull();
		password = next;
		setForward(10_000);
		expect((await app.post("/auth/prove", { password }, { cookie })).status).toBe(200);
	}
	expect((await signIn(app, EMAIL, password)).status).toBe(200);
});

test("someone sees their own sessions and ends them, one or all others, and nobody else's", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	const other = cookieOf(await signIn(app, EMAIL, PASSWORD));
	await signIn(app, EMAIL, PASSWORD);
	addPerson(app.vault, "ann");
	const { session } = app.client({ cookie });
	const listed = await session.list.query();
	expect(listed.filter(({ current }) => current)).toHaveLength(1);
	expect(listed).toHaveLength(3);
	expect(await refusal(session.revoke.mutate({ id: "ann-1" }))).toBe("SESSION_NOT_FOUND");
	const [theirs] = await app
		.client({ cookie: other })
		.session.list.query()
		.then((rows) => rows.filter((row) => row.current));
	await session.revoke.mutate({ id: theirs?.id ?? "" });
	expect((await app.client({ cookie: other }).session.me.query()).user).toBeNull();
	await session.revokeOthers.mutate();
	expect(await session.list.query()).toMatchObject([{ current: true }]);
	expect(await app.vault.storage.sessions("ann")).toHaveLength(1);
	const token = app.client({ token: await app.token("all") });
	expect(await refusal(token.session.list.query())).toBe("PEOPLE_ONLY");
	expect(await refusal(token.people.leave.mutate())).toBe("PEOPLE_ONLY");
});

test("others are signed out, lose a second factor that was lost, and leave; the last owner stays", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	const owner = app.client({ cookie });
	addPerson(app.vault, "ann");
	addPerson(app.vault, "bob");
	expect(await owner.people.signOut.mutate({ id: "ann" })).toMatchObject({ id: "ann", sessions: 0 });
	const { $client } = app.vault.database;
	$client.exec("UPDATE user SET two_factor_enabled = 1 WHERE id = 'bob'");
	$client.exec("INSERT INTO two_factor (id, secret, backup_codes, user_id) VALUES ('t', 's', 'b', 'bob')");
	expect((await owner.people.list.query()).find(({ id }) => id === "bob")).toMatchObject({
		twoFactor: true,
		sessions: 1,
	});
	expect(await owner.people.resetTwoFactor.mutate({ id: "bob" })).toMatchObject({ twoFactor: false, sessions: 0 });
	expect($client.prepare("SELECT count(*) FROM two_factor").pluck().get()).toBe(0);
	expect(await refusal(owner.people.leave.mutate())).toBe("LAST_OWNER");
	addPerson(app.vault, "olga", "owner");
	expect(await owner.people.leave.mutate()).toMatchObject({ email: EMAIL });
	expect((await owner.session.me.query()).user).toBeNull();
});
