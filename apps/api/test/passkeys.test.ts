/** Passkeys over HTTP, made and used by an authenticator in software. */
import { PROOF_LASTS } from "@holdfast/contract";
import { addPerson } from "@holdfast/vault/test";
import { expect, test } from "vitest";
import { type Answer, cookieOf, EMAIL, PASSWORD, type TestApp, testApp } from "./app.ts";
import { Authenticator, type Twist } from "./authenticator.ts";
import { setForward } from "./clock.ts";
import { codeIn, SAMPLES } from "./samples.ts";

const ADD = "/auth/passkey/verify-registration";
const SIGN_IN = "/auth/passkey/verify-authentication";
const PROVE = "/auth/prove";

const originOf = (app: TestApp) => `http://localhost:${app.port}`;

/** The options of an act, and the cookies that a browser then has. */
async function options(app: TestApp, what: "register" | "authenticate", cookie?: string) {
	setForward(60_000);
	const headers: Record<string, string> = cookie === undefined ? {} : { cookie };
	const answer = await app.request(`/auth/passkey/generate-${what}-options`, { headers });
	const cookies = [cookie, cookieOf(answer)].filter(Boolean).join("; ");
	return { status: answer.status, asked: answer.json() as { challenge: string }, cookie: cookies, answer };
}

async function add(app: TestApp, key: Authenticator, cookie: string, twist: Twist = {}): Promise<Answer> {
	const { asked, cookie: both } = await options(app, "register", cookie);
	return app.post(ADD, { response: key.make(asked, twist), name: "My laptop" }, { cookie: both });
}

async function signIn(app: TestApp, key: Authenticator, twist: Twist = {}): Promise<Answer> {
	const { asked, cookie } = await options(app, "authenticate");
	return app.post(SIGN_IN, { response: key.sign(asked, twist) }, { cookie });
}

async function prove(app: TestApp, key: Authenticator, cookie: string): Promise<Answer> {
	const { asked, cookie: both } = await options(app, "authenticate", cookie);
	return app.post(PROVE, { passkey: key.sign(asked) }, { cookie: both });
}

const entries = async (app: TestApp, action: string) =>
	(await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1_000))
		.filter((row) => row.action === action)
		.map(({ actorLabel, outcome, target }) => [actorLabel, outcome, target]);

/** An instance whose owner has a passkey. */
async function withPasskey(app: TestApp) {
	const cookie = await app.claim();
	const key = new Authenticator(originOf(app));
	const answer = await add(app, key, cookie);
	expect([answer.status, answer.json()]).toEqual([200, { signedIn: true }]);
	return { cookie, key, me: app.client({ cookie }) };
}

test("a passkey is added, signs in as both factors, is renamed, and removed", async () => {
	await using app = await testApp();
	const { cookie, key, me } = await withPasskey(app);
	const { asked } = await options(app, "register", cookie);
	expect(asked).toMatchObject({
		rp: { id: "localhost", name: "Holdfast" },
		attestation: "none",
		authenticatorSelection: { residentKey: "required", userVerification: "required" },
		excludeCredentials: [{ id: key.id }],
	});
	const [listed] = await me.session.passkeys.query();
	expect(listed).toMatchObject({ name: "My laptop", backedUp: false, deviceType: "singleDevice" });
	expect(JSON.stringify(listed)).not.toContain(key.id);
	expect((await me.session.me.query()).user).toMatchObject({ passkeys: 1, twoFactor: false });
	// With a second factor on, too, nothing more is asked for.
	app.vault.database.$client.exec("UPDATE user SET two_factor_enabled = 1");
	const asking = await options(app, "authenticate");
	expect(asking.asked).toMatchObject({ rpId: "localhost", userVerification: "required" });
	expect(asking.asked, "strangers learn of no passkey").not.toHaveProperty("allowCredentials");
	const policy = (await app.request("/")).headers.get("permissions-policy");
	for (const act of ["create", "get"]) expect(policy).toContain(`publickey-credentials-${act}=(self)`);
	expect(asking.answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^holdfast\.passkey=.*HttpOnly/)]);
	const signed = await signIn(app, key);
	expect([signed.status, signed.json()]).toEqual([200, { signedIn: true }]);
	const there = app.client({ cookie: cookieOf(signed) });
	expect((await there.session.me.query()).user).toMatchObject({ email: EMAIL });
	expect(await entries(app, "session.signIn")).toEqual([["Owner", "done", null]]);

	const { id = "" } = listed ?? {};
	const renamed = await app.post("/auth/passkey/update-passkey", { id, name: "Desk" }, { cookie });
	expect([renamed.status, renamed.json()]).toEqual([200, { signedIn: true }]);
	expect(await me.session.passkeys.query()).toMatchObject([{ name: "Desk" }]);
	expect((await app.post("/auth/passkey/delete-passkey", { id }, { cookie })).status).toBe(200);
	expect(await me.session.passkeys.query()).toEqual([]);
	expect(codeIn(await signIn(app, key))).toBe("PASSKEY_REFUSED");
	expect(await entries(app, "session.addPasskey")).toEqual([["Owner", "done", "My laptop"]]);
	expect(await entries(app, "session.renamePasskey")).toEqual([["Owner", "done", "Desk"]]);
	expect(await entries(app, "session.removePasskey")).toEqual([["Owner", "done", "Desk"]]);
});

test("a passkey that is the last way in stays, until there is another", async () => {
	await using app = await testApp();
	const { cookie, key, me } = await withPasskey(app);
	const [{ id = "" } = {}] = await me.session.passkeys.query();
	// As of someone who came by a provider, and ended that since.
	app.vault.database.$client.exec("DELETE FROM account");
	expect(codeIn(await app.post("/auth/passkey/delete-passkey", { id }, { cookie }))).toBe("LAST_WAY_IN");
	expect((await signIn(app, key)).status).toBe(200);
	expect((await app.post("/auth/password", { password: PASSWORD }, { cookie })).status).toBe(200);
	expect((await app.post("/auth/passkey/delete-passkey", { id }, { cookie })).status).toBe(200);
	expect(await entries(app, "session.removePasskey")).toEqual([
		["Owner", "done", "My laptop"],
		["Owner", "denied", null],
	]);
});

const LIES: Array<[string, (app: TestApp) => Twist]> = [
	["of a page elsewhere", () => ({ origin: "https://evil.example" })],
	["of another port here", (app) => ({ origin: `http://localhost:${app.port + 1}` })],
	["for another site", () => ({ rpId: "evil.example" })],
	["without having verified its user", () => ({ verified: false })],
	["of another challenge", () => ({ challenge: "AAAA" })],
	["of another kind", () => ({ type: "payment.get" })],
];

test.each(LIES)(
	"FAULTS 31: what an authenticator signs %s is refused, as a new passkey and as a sign-in",
	async (_, lie) => {
		await using app = await testApp();
		const { cookie, key } = await withPasskey(app);
		const made = await add(app, new Authenticator(originOf(app)), cookie, lie(app));
		expect([made.status, codeIn(made)]).toEqual([401, "PASSKEY_REFUSED"]);
		const signed = await signIn(app, key, lie(app));
		expect([signed.status, codeIn(signed)]).toEqual([401, "PASSKEY_REFUSED"]);
		expect(signed.headers.getSetCookie().join()).not.toContain("session_token");
		expect(await entries(app, "session.signIn")).toEqual([["nobody", "denied", null]]);
	},
);

test("FAULTS 31: a challenge is for one use, one browser and one purpose, and lasts five minutes", async () => {
	await using app = await testApp();
	const { cookie, key } = await withPasskey(app);
	const { asked, cookie: browser } = await options(app, "authenticate");
	const response = key.sign(asked);
	expect((await app.post(SIGN_IN, { response }, { cookie: (await options(app, "authenticate")).cookie })).status).toBe(
		401,
	);
	expect((await app.post(SIGN_IN, { response })).status).toBe(401);
	expect((await app.post(SIGN_IN, { response }, { cookie: browser })).status).toBe(200);
	setForward(60_000);
	expect((await app.post(SIGN_IN, { response }, { cookie: browser })).status).toBe(401);
	const adding = await options(app, "register", cookie);
	expect((await app.post(SIGN_IN, { response: key.sign(adding.asked) }, { cookie: adding.cookie })).status).toBe(401);
	const late = await options(app, "authenticate");
	setForward(6 * 60_000);
	expect((await app.post(SIGN_IN, { response: key.sign(late.asked) }, { cookie: late.cookie })).status).toBe(401);
});

test("FAULTS 31: a counter that goes back, as that of a copied passkey does, is refused", async () => {
	await using app = await testApp();
	const { key } = await withPasskey(app);
	expect((await signIn(app, key, { counter: 9 })).status).toBe(200);
	for (const counter of [9, 3, 0]) expect(codeIn(await signIn(app, key, { counter }))).toBe("PASSKEY_REFUSED");
	expect((await signIn(app, key, { counter: 10 })).status).toBe(200);
	// Of two that say the same at once, one is the copy.
	const twice = await Promise.all([options(app, "authenticate"), options(app, "authenticate")]);
	const answers = await Promise.all(
		twice.map(({ asked, cookie }) => app.post(SIGN_IN, { response: key.sign(asked, { counter: 11 }) }, { cookie })),
	);
	expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
});

test("FAULTS 31: the passkey of another proves nothing, renames nothing, and is nobody else's to remove or to add", async () => {
	await using app = await testApp();
	const { cookie, key, me } = await withPasskey(app);
	const [{ id = "" } = {}] = await me.session.passkeys.query();
	const invitation = await me.people.invite.mutate({ email: "ann@people.example" });
	const joined = { name: "Ann", email: "ann@people.example", password: PASSWORD };
	const code = new URL(invitation.url).hash.slice(1);
	const ann = cookieOf(await app.post("/auth/sign-up/email", { ...joined, invitation: code }));
	expect(codeIn(await prove(app, key, ann))).toBe("PASSKEY_REFUSED");
	// With a challenge that a stranger, or the owner, asked for.
	for (const asker of [undefined, cookie]) {
		const { asked, cookie: theirs } = await options(app, "authenticate", asker);
		const challenge = /holdfast\.passkey=[^;]+/.exec(theirs)?.[0];
		const both = `${ann}; ${challenge}`;
		expect(codeIn(await app.post(PROVE, { passkey: key.sign(asked) }, { cookie: both }))).toBe("PASSKEY_REFUSED");
	}
	setForward(60_000);
	for (const [act, more] of [
		["update-passkey", { name: "mine" }],
		["delete-passkey", {}],
	] as const) {
		const answer = await app.post(`/auth/passkey/${act}`, { id, ...more }, { cookie: ann });
		expect([answer.status, codeIn(answer)]).toEqual([404, "PASSKEY_NOT_FOUND"]);
	}
	expect(codeIn(await add(app, key, ann)), "one that is known already").toBe("PASSKEY_REFUSED");
	const { asked, cookie: owners } = await options(app, "register", cookie);
	const stolen = `${ann}; ${/holdfast\.passkey=[^;]+/.exec(owners)?.[0]}`;
	const own = new Authenticator(originOf(app));
	expect(codeIn(await app.post(ADD, { response: own.make(asked), name: "x" }, { cookie: stolen }))).toBe(
		"PASSKEY_REFUSED",
	);
	expect(await me.session.passkeys.query()).toMatchObject([{ id, name: "My laptop" }]);
});

test("FAULTS 31: a proof by a passkey is of the session it comes with, makes no other, and is asked for before a new passkey", async () => {
	await using app = await testApp();
	const { cookie, key, me } = await withPasskey(app);
	setForward(PROOF_LASTS);
	const reveal = () => app.post("/trpc/settings.reveal", SAMPLES["settings.reveal"], { cookie });
	expect(codeIn(await reveal())).toBe("PROOF_NEEDED");
	expect((await options(app, "register", cookie)).status).toBe(403);
	const response = new Authenticator(originOf(app)).make({ challenge: "AAAA" });
	expect(codeIn(await app.post(ADD, { response, name: "x" }, { cookie }))).toBe("PROOF_NEEDED");
	const [{ id = "" } = {}] = await me.session.passkeys.query();
	expect(codeIn(await app.post("/auth/passkey/delete-passkey", { id }, { cookie }))).toBe("PROOF_NEEDED");
	const sessions = (await me.session.list.query()).length;
	const { answer } = await options(app, "authenticate", cookie);
	expect(answer.json()).toMatchObject({ allowCredentials: [{ id: key.id }] });
	const proven = await prove(app, key, cookie);
	expect([proven.status, proven.json(), proven.headers.getSetCookie()]).toEqual([200, { signedIn: true }, []]);
	expect(await me.session.list.query()).toHaveLength(sessions);
	expect(codeIn(await reveal())).not.toBe("PROOF_NEEDED");
	expect(await entries(app, "session.prove")).toEqual([["Owner", "done", null]]);
});

test("what is no answer of an authenticator is refused as such, and one with its maker's certificates is not looked into", async () => {
	await using app = await testApp();
	const { cookie } = await withPasskey(app);
	for (const response of [
		{},
		{ id: 7 },
		{ id: "x", rawId: "x", type: "public-key", response: { attestationObject: "%" } },
	]) {
		const { cookie: both } = await options(app, "register", cookie);
		expect(codeIn(await app.post(ADD, { response, name: "x" }, { cookie: both }))).toBe("PASSKEY_REFUSED");
		expect(codeIn(await app.post(SIGN_IN, { response }, { cookie: both }))).toBe("PASSKEY_REFUSED");
		setForward(60_000);
	}
	for (const body of [
		{},
		{ response: "x", name: "x" },
		{ response: {}, name: "" },
		{ response: {}, name: "x", createSession: true },
	])
		expect((await app.post(ADD, body, { cookie })).status).toBe(400);
	expect(codeIn(await add(app, new Authenticator(originOf(app)), cookie, { certificates: true }))).toBe(
		"PASSKEY_REFUSED",
	);
	for (const path of ["passkey/list-user-passkeys", "passkey/generate-authenticate-options"])
		expect((await app.post(`/auth/${path}`, {}, { cookie })).status).toBe(404);
	expect(app.logs.join("\n")).not.toMatch(/error/);
});

test("passkeys are for the configured address, and its name alone", async () => {
	await using app = await testApp({ server: { publicUrl: "https://keys.example" } });
	const headers = { origin: "https://keys.example" };
	const body = { name: "Owner", email: EMAIL, password: PASSWORD, claimCode: app.vault.claimCode };
	const cookie = cookieOf(await app.post("/auth/sign-up/email", body, headers));
	addPerson(app.vault, "ann");
	for (const [origin, status] of [
		["https://keys.example", 200],
		["http://keys.example", 401],
		["https://other.keys.example", 401],
	] as const) {
		const { asked, cookie: both } = await options(app, "register", cookie);
		expect(asked).toMatchObject({ rp: { id: "keys.example" } });
		const made = new Authenticator("https://keys.example").make(asked, { origin });
		expect([origin, (await app.post(ADD, { response: made, name: "x" }, { ...headers, cookie: both })).status]).toEqual(
			[origin, status],
		);
	}
});
