/** Second factors over HTTP: nobody gets past one, and each code is taken once. */
import { PROCEDURES, PROOF_LASTS } from "@holdfast/contract";
import { totpCode } from "@holdfast/crypto";
import { base32 } from "@scure/base";
import { expect, test } from "vitest";
import { type Answer, cookieOf, EMAIL, PASSWORD, type TestApp, testApp } from "./app.ts";
import { found } from "./canary.ts";
import { setForward } from "./clock.ts";
import { codeIn, procedures, SAMPLES } from "./samples.ts";

const CODE = "/auth/two-factor/verify-totp";
const RECOVERY = "/auth/two-factor/verify-backup-code";
const ENABLE = "/auth/two-factor/enable";
const DISABLE = "/auth/two-factor/disable";
const NEW_CODES = "/auth/two-factor/generate-backup-codes";
const STEP = 30_000;

/** Past every limit by address. */
const later = () => setForward(60_000);

const post = (app: TestApp, path: string, body: unknown, cookie?: string) => {
	later();
	return app.post(path, body, cookie === undefined ? {} : { cookie });
};

/** An instance whose owner has a second factor. */
async function withFactor(app: TestApp) {
	const cookie = await app.claim();
	const begun = (await post(app, ENABLE, {}, cookie)).json() as { uri: string; recoveryCodes: string[] };
	const secret = base32.decode(new URL(begun.uri).searchParams.get("secret") ?? "");
	const code = (by = 0) => totpCode(secret, Date.now() + by);
	later();
	const confirmed = await app.post(CODE, { code: code() }, { cookie });
	expect([confirmed.status, confirmed.json()]).toEqual([200, { signedIn: true }]);
	return { cookie, code, ...begun };
}

/** The cookies that a browser has after the password. */
async function firstStep(app: TestApp): Promise<string> {
	const answer = await post(app, "/auth/sign-in/email", { email: EMAIL, password: PASSWORD });
	expect([answer.status, answer.json()]).toEqual([200, { signedIn: false, secondFactor: true }]);
	return cookieOf(answer);
}

const entries = async (app: TestApp) =>
	(await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1_000))
		.reverse()
		.map(({ actorLabel, action, outcome, target }) => [actorLabel, action, outcome, target].join(" "));

const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort();

test("a second factor is set up, confirmed by a code, asked for at each sign-in, and turned off", async () => {
	await using app = await testApp();
	const owner = app.client({ cookie: await app.claim() });
	expect((await owner.session.me.query()).user).toMatchObject({ twoFactor: false, passkeys: 0, password: true });
	expect(await owner.session.passkeys.query()).toEqual([]);
	await using other = await testApp();
	const { cookie, code, uri, recoveryCodes } = await withFactor(other);
	expect(uri).toMatch(/^otpauth:\/\/totp\/Holdfast:owner%40example\.test\?secret=[A-Z2-7]{32}&issuer=Holdfast/);
	expect(new Set(recoveryCodes).size).toBe(10);
	const me = other.client({ cookie });
	expect((await me.session.me.query()).user).toMatchObject({ twoFactor: true });
	expect(codeIn(await post(other, ENABLE, {}, cookie))).toBe("SECOND_FACTOR_ON");
	const waiting = await firstStep(other);
	const signedIn = await post(other, CODE, { code: code(60_000) }, waiting);
	expect([signedIn.status, signedIn.json()]).toEqual([200, { signedIn: true }]);
	expect((await other.client({ cookie: cookieOf(signedIn) }).session.me.query()).user).toMatchObject({ email: EMAIL });
	const off = await post(other, DISABLE, {}, cookie);
	expect([off.status, off.json()]).toEqual([200, { signedIn: true }]);
	expect(codeIn(await post(other, DISABLE, {}, cookie))).toBe("SECOND_FACTOR_OFF");
	expect((await me.session.me.query()).user).toMatchObject({ twoFactor: false });
	expect((await post(other, "/auth/sign-in/email", { email: EMAIL, password: PASSWORD })).json()).toEqual({
		signedIn: true,
	});
	expect(await entries(other)).toEqual([
		"Owner session.claim done owner@example.test",
		"Owner session.enableTwoFactor done ",
		"Owner session.confirmTwoFactor done ",
		"Owner session.enableTwoFactor denied ",
		"nobody session.password done owner@example.test",
		"Owner session.signIn done ",
		"Owner session.disableTwoFactor done ",
		"Owner session.disableTwoFactor denied ",
		"Owner session.signIn done owner@example.test",
	]);
});

test("FAULTS 31: a second factor is not skipped: what a browser has after the password opens nothing", async () => {
	await using app = await testApp();
	const { cookie, code } = await withFactor(app);
	const before = (await app.vault.storage.people())[0]?.sessions;
	const answer = await post(app, "/auth/sign-in/email", { email: EMAIL, password: PASSWORD });
	const set = answer.headers.getSetCookie();
	const waiting = set.find((line) => line.startsWith("holdfast.two_factor=")) ?? "";
	expect(waiting).toMatch(/HttpOnly/i);
	for (const line of set.filter((each) => each.includes("session_token="))) expect(line).toMatch(/Max-Age=0/);
	expect((await app.vault.storage.people())[0]?.sessions).toBe(before);
	const [, value = ""] = /^holdfast\.two_factor=([^;]+)/.exec(waiting) ?? [];
	const browsers = [`holdfast.two_factor=${value}`, `holdfast.session_token=${value}`, cookieOf(answer)];
	for (const browser of browsers) {
		for (const path of Object.keys(PROCEDURES).filter(
			(each) => PROCEDURES[each as keyof typeof PROCEDURES] !== "public",
		)) {
			const isRead = procedures[path as keyof typeof procedures]._def.type !== "mutation";
			const input = SAMPLES[path as keyof typeof SAMPLES];
			const asked = isRead
				? await app.get(`/trpc/${path}`, input, { cookie: browser })
				: await app.post(`/trpc/${path}`, input ?? "", { cookie: browser });
			expect([path, asked.text.includes("SIGNED_OUT")]).toEqual([path, true]);
		}
		const acts = { "/prove": { password: PASSWORD }, "/password": { password: "another pass phrase" } };
		const more = { "/two-factor/enable": {}, "/two-factor/disable": {}, "/two-factor/generate-backup-codes": {} };
		const keys = { "/passkey/delete-passkey": { id: "x" }, "/passkey/update-passkey": { id: "x", name: "x" } };
		for (const [path, body] of Object.entries({ ...acts, ...more, ...keys }))
			expect([path, (await post(app, `/auth${path}`, body, browser)).status]).toEqual([path, 401]);
		expect(
			(await app.request("/auth/passkey/generate-register-options", { headers: { cookie: browser } })).status,
		).toBe(401);
	}
	// Without the cookie, with that of a sign-in that was forged, or with a session's cookie in its place, a right code is nothing.
	const stranger = ["", "holdfast.two_factor=2fa-x.y", `holdfast.two_factor=${/token=([^;]+)/.exec(cookie)?.[1]}`];
	for (const browser of stranger) expect((await post(app, CODE, { code: code(60_000) }, browser)).status).toBe(401);
	// A browser is never trusted, whatever it asks for.
	const trusting = { code: code(60_000), trustDevice: true };
	expect((await post(app, CODE, trusting, `holdfast.two_factor=${value}`)).status).toBe(400);
	for (const path of ["get-totp-uri", "send-otp", "verify-otp", "generate-totp", "view-backup-codes"])
		expect((await post(app, `/auth/two-factor/${path}`, {}, cookie)).status).toBe(404);
});

test("FAULTS 31: a waiting sign-in is one person's, ends after ten minutes, and is used up", async () => {
	await using app = await testApp();
	const { code } = await withFactor(app);
	const old = await firstStep(app);
	setForward(10 * 60_000);
	expect((await post(app, CODE, { code: code(60_000) }, old)).status).toBe(401);
	const waiting = await firstStep(app);
	expect((await post(app, CODE, { code: code(60_000) }, waiting)).status).toBe(200);
	expect((await post(app, CODE, { code: code(60_000) }, waiting)).status).toBe(401);
});

test("FAULTS 31: a new password ends what the one before has begun: a right code signs nobody in any more", async () => {
	await using app = await testApp();
	const { cookie, code } = await withFactor(app);
	const waiting = await firstStep(app);
	expect((await post(app, "/auth/password", { password: "another pass phrase" }, cookie)).status).toBe(200);
	expect((await post(app, CODE, { code: code(60_000) }, waiting)).status).toBe(401);
});

test("FAULTS 31: a second factor of one person ends no sign-in of another", async () => {
	await using app = await testApp();
	const { cookie, recoveryCodes } = await withFactor(app);
	const { url } = await app.client({ cookie }).people.invite.mutate({ email: "ann@people.example" });
	const joining = {
		name: "Ann",
		email: "ann@people.example",
		password: PASSWORD,
		invitation: new URL(url).hash.slice(1),
	};
	const ann = cookieOf(await post(app, "/auth/sign-up/email", joining));
	const begun = (await post(app, ENABLE, {}, ann)).json() as { uri: string; recoveryCodes: string[] };
	const secret = base32.decode(new URL(begun.uri).searchParams.get("secret") ?? "");
	later();
	expect((await app.post(CODE, { code: totpCode(secret, Date.now()) }, { cookie: ann })).status).toBe(200);
	const waiting = await firstStep(app);
	expect((await post(app, CODE, { code: totpCode(secret, Date.now() + 60_000) }, waiting)).status).toBe(401);
	expect((await post(app, RECOVERY, { code: begun.recoveryCodes[0] }, waiting)).status).toBe(401);
	// With her session beside it, a code is asked about her own, and gives her nothing of the other's.
	const both = await post(app, CODE, { code: totpCode(secret, Date.now() + 60_000) }, `${ann}; ${waiting}`);
	expect([both.status, codeIn(both), both.headers.getSetCookie()]).toEqual([409, "SECOND_FACTOR_ON", []]);
	expect((await post(app, "/auth/prove", { recoveryCode: recoveryCodes[0] }, ann)).status).toBe(401);
});

test("FAULTS 31: a code is not replayed, nor one of an earlier step used after it", async () => {
	await using app = await testApp();
	const { code, recoveryCodes } = await withFactor(app);
	const first = await firstStep(app);
	later();
	const [now, before] = [code(), code(-STEP)];
	expect((await app.post(CODE, { code: now }, { cookie: first })).status).toBe(200);
	const signIn = await app.post("/auth/sign-in/email", { email: EMAIL, password: PASSWORD });
	for (const each of [now, before]) {
		const again = await app.post(CODE, { code: each }, { cookie: cookieOf(signIn) });
		expect([again.status, codeIn(again)]).toEqual([401, "CODE_WRONG"]);
	}
	const [recovery = ""] = recoveryCodes;
	expect(
		(await post(app, RECOVERY, { code: recovery.toLowerCase().replaceAll("-", " ") }, await firstStep(app))).status,
	).toBe(200);
	expect(codeIn(await post(app, RECOVERY, { code: recovery }, await firstStep(app)))).toBe("CODE_WRONG");
	expect((await entries(app)).filter((line) => line.includes("denied"))).toEqual(
		Array(3).fill("nobody session.signIn denied owner@example.test"),
	);
});

/** Behind a proxy, each request comes from an address of its own: by one, so many would be refused for being many. */
const PROXIED = { server: { trustedProxies: ["127.0.0.1"] } };
const from = (n: number) => ({ "x-forwarded-for": `192.0.2.${n}` });

/** Browsers with sign-ins that wait at the same time. */
async function waitingOf(app: TestApp, many: number): Promise<string[]> {
	const waiting = [];
	for (let n = 0; n < many; n++)
		waiting.push(cookieOf(await app.post("/auth/sign-in/email", { email: EMAIL, password: PASSWORD }, from(n))));
	return waiting;
}

test.each(["code", "recovery code"])(
	"FAULTS 31: OTP raced: of twenty who use one %s at once, one is let in",
	async (kind) => {
		await using app = await testApp(PROXIED);
		const { cookie, code, recoveryCodes } = await withFactor(app);
		later();
		const waiting = await waitingOf(app, 20);
		const before = (await app.client({ cookie }).session.list.query()).length;
		const [path, typed] = kind === "code" ? [CODE, code()] : [RECOVERY, recoveryCodes[3]];
		const racing = waiting.map((each, n) => app.post(path, { code: typed }, { cookie: each, ...from(n) }));
		const answers = await Promise.all(racing);
		expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
		expect(await app.client({ cookie }).session.list.query()).toHaveLength(before + 1);
	},
);

test("FAULTS 31: guessing is limited, by address and by account from wherever it comes", async () => {
	await using app = await testApp(PROXIED);
	const { cookie, code } = await withFactor(app);
	later();
	const [waiting = ""] = await waitingOf(app, 1);
	const guess = (n: number) => app.post(CODE, { code: "x" }, { cookie: waiting, ...from(n) });
	expect(statuses(await Promise.all([1, 1, 1, 1, 1].map(guess)))).toEqual([401, 401, 401, 429, 429]);
	for (let n = 2; n < 9; n++) expect((await guess(n)).status).toBe(401);
	const shut = await app.post(CODE, { code: code() }, { cookie: waiting, ...from(20) });
	expect([shut.status, codeIn(shut)], "a right one too").toEqual([429, "RATE_LIMITED"]);
	const proof = await app.post("/auth/prove", { code: code() }, { cookie, ...from(21) });
	expect([proof.status, codeIn(proof)]).toEqual([429, "RATE_LIMITED"]);
	setForward(16 * 60_000);
	const [again = ""] = await waitingOf(app, 1);
	expect((await app.post(CODE, { code: code() }, { cookie: again, ...from(1) })).status).toBe(200);
	const many = await waitingOf(app, 40);
	const answers = await Promise.all(many.map((each, n) => app.post(CODE, { code: "x" }, { cookie: each, ...from(n) })));
	expect(
		answers.filter(({ status }) => status === 401).length,
		"of many at once few are looked at",
	).toBeLessThanOrEqual(20);
});

test("FAULTS 31: with a second factor, the password alone proves nothing, and the acts that need a proof ask for one", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	const other = cookieOf(await post(app, "/auth/sign-in/email", { email: EMAIL, password: PASSWORD }));
	expect(codeIn(await post(app, "/auth/prove", { code: "000000" }, cookie))).toBe("SECOND_FACTOR_OFF");
	const begun = (await post(app, ENABLE, {}, cookie)).json() as { uri: string; recoveryCodes: string[] };
	const secret = base32.decode(new URL(begun.uri).searchParams.get("secret") ?? "");
	later();
	expect(codeIn(await app.post(CODE, { code: "000000" }, { cookie }))).toBe("CODE_WRONG");
	expect((await app.post(CODE, { code: totpCode(secret, Date.now()) }, { cookie })).status).toBe(200);
	// What was proven in another browser before, without the second factor, turns it off no more.
	expect(codeIn(await post(app, DISABLE, {}, other))).toBe("PROOF_NEEDED");
	setForward(PROOF_LASTS);
	for (const path of [ENABLE, DISABLE, NEW_CODES])
		expect([path, codeIn(await post(app, path, {}, cookie))]).toEqual([path, "PROOF_NEEDED"]);
	const options = await app.request("/auth/passkey/generate-register-options", { headers: { cookie } });
	expect(codeIn(options)).toBe("PROOF_NEEDED");
	expect(codeIn(await post(app, "/auth/passkey/delete-passkey", { id: "x" }, cookie))).toBe("PROOF_NEEDED");
	for (const path of ["settings.reveal", "tokens.create", "keys.kit"] as const)
		expect([path, codeIn(await app.post(`/trpc/${path}`, SAMPLES[path] ?? "", { cookie }))]).toEqual([
			path,
			"PROOF_NEEDED",
		]);

	const alone = await post(app, "/auth/prove", { password: PASSWORD }, cookie);
	expect([alone.status, codeIn(alone)]).toEqual([403, "SECOND_FACTOR_NEEDED"]);
	for (const body of [{}, { password: PASSWORD, code: "1" }, { code: 1 }, { passkey: "x" }, { recoveryCode: null }])
		expect((await post(app, "/auth/prove", body, cookie)).status).toBe(400);
	expect(codeIn(await post(app, "/auth/prove", { passkey: {} }, cookie))).toBe("PASSKEY_REFUSED");
	expect(codeIn(await post(app, NEW_CODES, {}, cookie))).toBe("PROOF_NEEDED");
	later();
	const code = totpCode(secret, Date.now());
	expect((await app.post("/auth/prove", { code }, { cookie })).json()).toEqual({ signedIn: true });
	expect(codeIn(await app.post("/auth/prove", { code }, { cookie }))).toBe("CODE_WRONG");
	const { recoveryCodes } = (await post(app, NEW_CODES, {}, cookie)).json() as { recoveryCodes: string[] };
	expect(recoveryCodes).toHaveLength(10);
	setForward(PROOF_LASTS);
	expect(codeIn(await post(app, "/auth/prove", { recoveryCode: begun.recoveryCodes[0] }, cookie))).toBe("CODE_WRONG");
	expect((await post(app, "/auth/prove", { recoveryCode: recoveryCodes[0] }, cookie)).status).toBe(200);
	expect((await post(app, DISABLE, {}, cookie)).status).toBe(200);
});

test("FAULTS 31: a new password by link leaves a second factor on, an administrator's reset takes it away", async () => {
	await using app = await testApp();
	const { code } = await withFactor(app);
	const token = app.client({ token: await app.token("all") });
	const [owner] = await token.people.list.query();
	app.vault.database.$client.exec("UPDATE user SET role = 'viewer'");
	const link = await token.people.resetLink.mutate({ id: owner?.id ?? "" });
	expect((await post(app, "/auth/reset", { code: new URL(link.url).hash.slice(1), password: PASSWORD })).status).toBe(
		200,
	);
	const first = await firstStep(app);
	expect((await post(app, CODE, { code: code(60_000) }, first)).status).toBe(200);
	const waiting = await firstStep(app);
	await token.people.resetTwoFactor.mutate({ id: owner?.id ?? "" });
	expect(codeIn(await post(app, CODE, { code: code(60_000) }, waiting))).toBe("SECOND_FACTOR_OFF");
	const answer = await post(app, "/auth/sign-in/email", { email: EMAIL, password: PASSWORD });
	expect(answer.json()).toEqual({ signedIn: true });
});

test("secrets and codes are in one answer each, and in no log, entry or row", async () => {
	await using app = await testApp();
	const { cookie, uri, recoveryCodes, code } = await withFactor(app);
	await post(app, CODE, { code: "987 654 wrong" }, await firstStep(app));
	await post(app, "/auth/prove", { code: code(60_000) }, cookie);
	const secret = new URL(uri).searchParams.get("secret") ?? "";
	for (const each of [secret, ...recoveryCodes])
		expect(found(app, each, (place) => place.includes(ENABLE))).toEqual([]);
	for (const each of ["987 654 wrong", Buffer.from(base32.decode(secret)).toString("base64")])
		expect(found(app, each, () => false)).toEqual([]);
});
