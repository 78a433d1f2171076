/** Signing in with an OpenID Connect provider, which a test runs: whom it lets in, as what, and whom it does not. */
import { createServer, type Socket } from "node:net";
import type { Role } from "@holdfast/contract";
import { addPerson } from "@holdfast/vault/test";
import { type MutableToken, OAuth2Server } from "oauth2-mock-server";
import { expect, test } from "vitest";
import { type Answer, cookieOf, EMAIL, type TestApp, testApp } from "./app.ts";
import { setForward } from "./clock.ts";
import { codeIn } from "./samples.ts";

const START = { provider: "oidc", callbackURL: "/settings", errorCallbackURL: "/sign-in" };

type Claims = Record<string, unknown>;

interface Provider extends AsyncDisposable {
	issuer: string;
	/** What it says of whoever signs in next. */
	says: Claims;
	/** Follow the address it is opened with, as a browser does, to the one it sends people back to. */
	signIn(url: string): Promise<URL>;
	stop(): Promise<void>;
	/** Serve again, where it was. */
	resume(): Promise<void>;
}

async function provider(): Promise<Provider> {
	const server = new OAuth2Server();
	await server.issuer.keys.generate("RS256");
	await server.start(0, "127.0.0.1");
	const { port } = server.address();
	const made: Provider = {
		issuer: server.issuer.url ?? "",
		says: {},
		signIn: async (url) => {
			const answer = await fetch(url, { redirect: "manual" });
			return new URL(answer.headers.get("location") ?? "");
		},
		stop: () => server.stop(),
		resume: () => server.start(port, "127.0.0.1"),
		[Symbol.asyncDispose]: () => server.stop().catch(() => undefined),
	};
	server.service.on("beforeTokenSigning", ({ payload }: MutableToken) => {
		// Tokens are checked by the true time, whatever `Date.now()` is made to say.
		const now = Math.floor((performance.timeOrigin + performance.now()) / 1000);
		Object.assign(payload, { iat: now, nbf: now, exp: now + 3600, ...made.says });
	});
	return made;
}

async function deaf(port: number): Promise<AsyncDisposable & { close: () => Promise<void> }> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => void sockets.add(socket.on("error", () => undefined)));
	await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
	const close = () =>
		new Promise<void>((resolve) => {
			server.close(() => resolve());
			for (const socket of sockets) socket.destroy();
		});
	return { close, [Symbol.asyncDispose]: close };
}

const ann = { sub: "ann-at-the-provider", email: "ann@people.example", email_verified: true, name: "Ann" };

interface Trusts {
	roles?: ReadonlyMap<string, Role> | null;
}

function trusting({ issuer }: Provider, { roles = null }: Trusts = {}): Promise<TestApp> {
	const name = "Example Login";
	const client = { issuer, clientId: "holdfast", clientSecret: "the-client-s-secret", groupsClaim: "groups" };
	return testApp({ server: { oidc: { ...client, name, scopes: ["openid", "email", "profile"], roles } } });
}

/** The cookies that an answer sets, added to those there were. */
function cookies(answer: Answer, before = ""): string {
	const set = answer.headers.getSetCookie().map((line) => line.split(";", 1)[0] ?? "");
	return [before, ...set].filter((pair) => pair !== "").join("; ");
}

const callback = (app: TestApp, back: URL, cookie: string) => {
	// The browser comes back to the address people open, which names this machine.
	return app.request(`${back.pathname}${back.search}`, { headers: { cookie }, redirect: "manual" });
};

/** Sign in, or connect with `path` and a session, and give the last answer of the server. */
async function through(app: TestApp, sso: Provider, path = "/auth/sign-in/social", session = ""): Promise<Answer> {
	setForward(60_000);
	const started = await app.post(path, START, session === "" ? {} : { cookie: session });
	expect(started.status, started.text).toBe(200);
	const { url } = started.json() as { url: string };
	return callback(app, await sso.signIn(url), cookies(started, session));
}

const to = (answer: Answer) => {
	const { pathname, searchParams } = new URL(answer.headers.get("location") ?? "/none", "http://localhost");
	return [pathname, searchParams.get("error")];
};

/** The session of someone whom the owner gave a way to set a password. */
async function signedInAs(app: TestApp, owner: ReturnType<TestApp["client"]>, id: string): Promise<string> {
	const link = await owner.people.resetLink.mutate({ id });
	const password = "a pass phrase of theirs";
	await app.post("/auth/reset", { code: new URL(link.url).hash.slice(1), password });
	return cookieOf(await app.post("/auth/sign-in/email", { email: link.email, password }));
}

const entries = async (app: TestApp) =>
	(await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 100))
		.filter(({ action }) => /signInWith|connect|join|people\.update/.test(action))
		.map(({ actor, action, outcome }) => [actor.split(":", 1)[0], action, outcome])
		.reverse();

test("who was invited gets an account by the provider's word, and signs in with it from then on; nobody else does", async () => {
	await using sso = await provider();
	await using app = await trusting(sso);
	const owner = app.client({ cookie: await app.claim() });
	expect(await app.client().session.me.query()).toMatchObject({ ways: { oidc: "Example Login" } });
	sso.says = ann;
	expect(to(await through(app, sso))).toEqual(["/sign-in", "OIDC_UNKNOWN"]);
	await owner.people.invite.mutate({ email: ann.email, role: "editor", narrowed: { default: "viewer" } });
	sso.says = { ...ann, email_verified: false };
	expect(to(await through(app, sso))).toEqual(["/sign-in", "OIDC_EMAIL_UNVERIFIED"]);
	sso.says = ann;
	const joined = await through(app, sso);
	expect(to(joined)).toEqual(["/settings", null]);
	const me = await app.client({ cookie: cookieOf(joined) }).session.me.query();
	expect(me.user).toMatchObject({ name: "Ann", email: ann.email, role: "editor", password: false, oidc: true });
	expect(await owner.people.list.query()).toMatchObject([{}, { narrowed: { default: "viewer" } }]);
	expect(await owner.people.links.query()).toMatchObject([{ state: "used" }]);
	// Known by what the provider calls her, whatever her address is now.
	sso.says = { ...ann, email: "married@people.example", email_verified: false };
	expect(to(await through(app, sso))).toEqual(["/settings", null]);
	expect(await owner.people.list.query()).toHaveLength(2);
	expect(await entries(app)).toEqual([
		["anonymous", "session.signInWith", "denied"],
		["anonymous", "session.signInWith", "denied"],
		["user", "session.join", "done"],
		["user", "session.connect", "done"],
		["user", "session.signInWith", "done"],
		["user", "session.signInWith", "done"],
	]);
	const rows = app.vault.database.$client.prepare("SELECT * FROM account WHERE provider_id = 'oidc'").all();
	expect(rows).toMatchObject([{ access_token: null, refresh_token: null, id_token: null }]);
});

test("groups give the role, the most of them counts, anew at each sign-in, and none is no way in; owners stay owners", async () => {
	await using sso = await provider();
	const roles = new Map<string, Role>([
		["ops", "admin"],
		["devs", "editor"],
	]);
	await using app = await trusting(sso, { roles });
	const cookie = await app.claim();
	const owner = app.client({ cookie });
	const role = async () => (await owner.people.list.query()).at(1)?.role;
	sso.says = { ...ann, groups: ["staff"] };
	expect(to(await through(app, sso))).toEqual(["/sign-in", "OIDC_NOT_ALLOWED"]);
	sso.says = { ...ann, groups: ["staff", "devs", "ops"] };
	const session = cookieOf(await through(app, sso));
	expect(await role()).toBe("admin");
	const { token } = await app
		.client({ cookie: session })
		.tokens.create.mutate({ label: "t", permissions: ["members.write"] });
	sso.says = { ...ann, groups: "devs" };
	expect(to(await through(app, sso))).toEqual(["/settings", null]);
	expect(await role()).toBe("editor");
	expect((await app.get("/trpc/people.list", {}, { authorization: `Bearer ${token}` })).status).toBe(401);
	sso.says = ann;
	expect(to(await through(app, sso))).toEqual(["/sign-in", "OIDC_NOT_ALLOWED"]);
	sso.says = { sub: "the owner", email: EMAIL, email_verified: true, groups: ["devs"] };
	expect(to(await through(app, sso, "/auth/link-social", cookie))).toEqual(["/settings", null]);
	expect(to(await through(app, sso))).toEqual(["/settings", null]);
	expect((await owner.people.list.query())[0]).toMatchObject({ role: "owner", oidc: true });
	expect(await entries(app)).toContainEqual(["oidc", "people.update", "done"]);
});

test("an address alone opens nobody's account: it is connected by who is signed in and has just proven it", async () => {
	await using sso = await provider();
	await using app = await trusting(sso);
	const cookie = await app.claim();
	sso.says = { sub: "someone", email: EMAIL, email_verified: true };
	expect(to(await through(app, sso))).toEqual(["/sign-in", "account_not_linked"]);
	app.vault.database.$client.exec("UPDATE session SET proven_at = 0");
	expect(codeIn(await app.post("/auth/link-social", START, { cookie }))).toBe("PROOF_NEEDED");
	expect((await app.post("/auth/link-social", START)).status).toBe(401);
	app.vault.database.$client.exec(`UPDATE session SET proven_at = ${Date.now()}`);
	expect(to(await through(app, sso, "/auth/link-social", cookie))).toEqual(["/settings", null]);
	const signedIn = app.client({ cookie: cookieOf(await through(app, sso)) });
	expect((await signedIn.session.me.query()).user).toMatchObject({ email: EMAIL, oidc: true });
	await signedIn.session.disconnect.mutate();
	expect((await signedIn.session.me.query()).user).toMatchObject({ oidc: false });
	expect(to(await through(app, sso))).toEqual(["/sign-in", "account_not_linked"]);
});

test("an identity that is another's already gives whoever tries to connect it no role", async () => {
	await using sso = await provider();
	await using app = await trusting(sso, { roles: new Map([["ops", "admin"]]) });
	const owner = app.client({ cookie: await app.claim() });
	addPerson(app.vault, "eve", "viewer");
	sso.says = { ...ann, groups: ["ops"] };
	expect(to(await through(app, sso))).toEqual(["/settings", null]);
	const role = async () => (await owner.people.list.query()).find(({ id }) => id === "eve")?.role;
	const eve = await signedInAs(app, owner, "eve");
	expect(to(await through(app, sso, "/auth/link-social", eve))[1]).toBe("account_already_linked_to_different_user");
	expect(await role()).toBe("viewer");
	sso.says = { ...ann, sub: "another of Ann's", groups: ["ops"] };
	expect(to(await through(app, sso, "/auth/link-social", eve))).toEqual(["/settings", null]);
	expect(await role(), "what is connected gives its role").toBe("admin");
});

test("who has no other way in does not end the one they have", async () => {
	await using sso = await provider();
	await using app = await trusting(sso, { roles: new Map([["*", "viewer"]]) });
	await app.claim();
	sso.says = ann;
	const { session } = app.client({ cookie: cookieOf(await through(app, sso)) });
	await expect(session.disconnect.mutate()).rejects.toMatchObject({ data: { app: { code: "LAST_WAY_IN" } } });
});

test("before there is an owner, no provider makes an account", async () => {
	await using sso = await provider();
	await using app = await trusting(sso, { roles: new Map([["*", "owner"]]) });
	sso.says = ann;
	expect(to(await through(app, sso))).toEqual(["/sign-in", "OIDC_UNKNOWN"]);
	await app.claim();
});

test("FAULTS 30: a sign-in belongs to the browser that began it, once, and leads nowhere else", async () => {
	await using sso = await provider();
	await using app = await trusting(sso, { roles: new Map([["*", "viewer"]]) });
	await app.claim();
	sso.says = ann;
	setForward(60_000);
	const started = await app.post("/auth/sign-in/social", START);
	const back = await sso.signIn((started.json() as { url: string }).url);
	expect(to(await callback(app, back, "")), "another browser").toEqual(["/sign-in", "state_mismatch"]);
	const forged = new URL(back);
	forged.searchParams.set("state", "x".repeat(32));
	expect(to(await callback(app, forged, cookies(started)))).toEqual(["/sign-in", "state_mismatch"]);
	expect(to(await callback(app, back, cookies(started)))).toEqual(["/settings", null]);
	expect(to(await callback(app, back, cookies(started)))[1], "the code again").toMatch(/invalid_code/);
	const nonce = await app.post("/auth/sign-in/social", START);
	sso.says = { ...ann, nonce: "of another sign-in" };
	const replayed = await sso.signIn((nonce.json() as { url: string }).url);
	expect(to(await callback(app, replayed, cookies(nonce)))[1]).toBe("unable_to_get_user_info");

	const wrong = [
		{ ...START, callbackURL: "https://evil.example/" },
		{ ...START, callbackURL: "//evil.example/" },
		{ ...START, callbackURL: "/\\evil.example/" },
		{ ...START, errorCallbackURL: "https://evil.example/" },
		{ ...START, scopes: ["everything"] },
		{ ...START, idToken: { token: "x" } },
		{ ...START, provider: "google" },
	];
	setForward(60_000);
	for (const body of wrong) expect([400, 403]).toContain((await app.post("/auth/sign-in/social", body)).status);
	for (const path of ["/auth/callback/google", "/auth/callback/oidc/x"])
		expect((await app.request(path)).status).toBe(404);
});

test("a provider that does not answer keeps nobody else out, and is asked again once it is back", async () => {
	await using sso = await provider();
	await sso.stop();
	// It takes connections and says nothing.
	await using silent = await deaf(Number(new URL(sso.issuer).port));
	await using app = await trusting(sso);
	const cookie = await app.claim();
	expect((await app.client({ cookie }).session.me.query()).user).toMatchObject({ email: EMAIL });
	await silent.close();
	expect((await app.post("/auth/sign-in/social", START)).status).toBe(404);
	await sso.resume();
	sso.says = { sub: "someone", email: EMAIL };
	expect(to(await through(app, sso, "/auth/link-social", cookie))).toEqual(["/settings", null]);
});
