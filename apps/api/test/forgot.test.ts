/** Passwords set anew by mail, handed to a real SMTP server that a test runs. */
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { addPerson } from "@holdfast/vault/test";
import { SMTPServer } from "smtp-server";
import { expect, test, vi } from "vitest";
import { EMAIL, type TestApp, testApp } from "./app.ts";
import { found } from "./canary.ts";
import { setForward } from "./clock.ts";
import { codeIn } from "./samples.ts";

const FORGOT = "/auth/forgot";
const PASSWORD_SENT = "hush-to-the-mail-server";

/** A mail server that takes what it is given from whoever has its password, and hands it over decoded. */
async function mailServer(): Promise<AsyncDisposable & { url: string; mails: string[] }> {
	const mails: string[] = [];
	const server = new SMTPServer({
		disabledCommands: ["STARTTLS"],
		authMethods: ["PLAIN"],
		allowInsecureAuth: true,
		onAuth: ({ username, password }, _, done) =>
			password === PASSWORD_SENT ? done(null, { user: username }) : done(new Error("wrong password")),
		onData: async (stream, _, done) => {
			mails.push((await text(stream)).replace(/=\r\n/g, "").replace(/=3D/g, "="));
			done();
		},
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.server.address() as AddressInfo;
	return {
		url: `smtp://holdfast:${PASSWORD_SENT}@127.0.0.1:${port}`,
		mails,
		[Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
	};
}

const from = "Holdfast <keys@holdfast.example>";

/** What is done after the answer has no time of its own. */
const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 30_000 });

const entries = async (app: TestApp) =>
	(await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 100))
		.filter((row) => row.action === "session.forgot")
		.map(({ actor, outcome, target }) => [actor, outcome, target]);

const ask = (app: TestApp, email: string) => {
	setForward(60_000);
	return app.post(FORGOT, { email });
};

test("who forgot a password gets a link by mail that sets another, once and for an hour", async () => {
	await using smtp = await mailServer();
	await using app = await testApp({ server: { mail: { url: smtp.url, from } } });
	await app.claim();
	expect(await app.client().session.me.query()).toMatchObject({ ways: { mail: true } });
	const answer = await ask(app, EMAIL.toUpperCase());
	expect([answer.status, answer.json(), answer.headers.getSetCookie()]).toEqual([200, { signedIn: false }, []]);
	await eventually(() => expect(smtp.mails).toHaveLength(1));
	const [mail = ""] = smtp.mails;
	expect(mail).toContain(`To: ${EMAIL}`);
	expect(mail).toContain(`From: ${from}`);
	const [, origin, code = ""] = /(http:\S+)\/reset#(\S+)/.exec(mail) ?? [];
	expect(origin).toBe(`http://localhost:${app.port}`);
	expect(await app.client().session.openLink.mutate({ kind: "reset", code })).toMatchObject({ createdBy: "Owner" });
	const password = "another pass phrase of the owner";
	expect((await app.post("/auth/reset", { code, password })).status).toBe(200);
	expect(codeIn(await app.post("/auth/reset", { code, password }))).toBe("LINK_INVALID");
	expect((await app.post("/auth/sign-in/email", { email: EMAIL, password })).status).toBe(200);
	expect(await entries(app)).toEqual([["anonymous", "done", EMAIL]]);
	expect(found(app, code, () => false)).toEqual([]);
	expect(found(app, PASSWORD_SENT, () => false)).toEqual([]);

	await ask(app, EMAIL);
	await eventually(() => expect(smtp.mails).toHaveLength(2));
	const [, late = ""] = /reset#(\S+)/.exec(smtp.mails[1] ?? "") ?? [];
	setForward(60 * 60_000);
	expect(codeIn(await app.post("/auth/reset", { code: late, password }))).toBe("LINK_INVALID");
});

test("FAULTS 30: whether an address has an account, or a mail could be sent, is in no answer, and no account gets many", async () => {
	await using smtp = await mailServer();
	await using app = await testApp({ server: { mail: { url: smtp.url, from } } });
	await app.claim();
	addPerson(app.vault, "ann");
	app.vault.database.$client.exec("DELETE FROM account WHERE user_id = 'ann'");
	const alike = (answers: { status: number; text: string }[]) =>
		expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
	const denied = async () => (await entries(app)).filter(([, outcome]) => outcome === "denied");
	const answers: { status: number; text: string }[] = [];
	for (const email of ["nobody@people.example", "ann@people.example", ...Array<string>(4).fill(EMAIL)]) {
		answers.push(await ask(app, email));
		// A clock that leaps while a mail is handed over would end that.
		await eventually(async () => expect((await denied()).length + smtp.mails.length).toBe(answers.length));
	}
	alike(answers);
	expect(smtp.mails).toHaveLength(3);
	expect((await denied()).map(([, , target]) => target)).toEqual([
		EMAIL,
		"ann@people.example",
		"nobody@people.example",
	]);
	await smtp[Symbol.asyncDispose]();
	setForward(60 * 60_000);
	alike([...answers, await ask(app, EMAIL)]);
	await eventually(() => expect(app.logs.join("\n")).toMatch(/A mail was not sent: E[A-Z]+/));
	expect(app.logs.join("\n")).not.toMatch(/owner@|hush|127\.0\.0\.1/);

	setForward(60_000);
	const many = await Promise.all(Array.from({ length: 6 }, () => app.post(FORGOT, { email: "nobody@people.example" })));
	expect(many.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429]);
	setForward(60_000);
	for (const body of [
		{},
		{ email: "x" },
		{ email: EMAIL, name: "x" },
		{ email: `${EMAIL}\r\nBcc: all@people.example` },
	])
		expect((await app.post(FORGOT, body)).status, JSON.stringify(body)).toBe(400);
});

test("FAULTS 30: nothing is looked up before the answer, so that its time says nothing", async () => {
	await using smtp = await mailServer();
	await using app = await testApp({ server: { mail: { url: smtp.url, from } } });
	await app.claim();
	const { $client } = app.vault.database;
	const done = $client.prepare("SELECT count(*) FROM audit WHERE action = 'session.forgot'").pluck();
	for (const [n, email] of [EMAIL, "nobody@people.example"].entries()) {
		await ask(app, email);
		expect(done.get()).toBe(n);
		await eventually(() => expect(done.get()).toBe(n + 1));
	}
});

test("FAULTS 30: whoever asks for a mail in another's name ends no link that they were given by hand", async () => {
	await using smtp = await mailServer();
	await using app = await testApp({ server: { mail: { url: smtp.url, from } } });
	const owner = app.client({ cookie: await app.claim() });
	addPerson(app.vault, "ann");
	const given = await owner.people.resetLink.mutate({ id: "ann" });
	await ask(app, "ann@people.example");
	await eventually(() => expect(smtp.mails).toHaveLength(1));
	const code = new URL(given.url).hash.slice(1);
	const password = "a pass phrase of theirs";
	expect((await app.post("/auth/reset", { code, password })).status).toBe(200);
	const [, mailed = ""] = /reset#(\S+)/.exec(smtp.mails[0] ?? "") ?? [];
	expect(codeIn(await app.post("/auth/reset", { code: mailed, password })), "one of them is enough").toBe(
		"LINK_INVALID",
	);
});

test("without a mail server there is no such page, and none is promised", async () => {
	await using app = await testApp();
	expect((await ask(app, EMAIL)).status).toBe(404);
	expect(await app.client().session.me.query()).toMatchObject({ ways: { mail: false, oidc: null } });
});

test("mail is not handed over in the clear to a server elsewhere", async () => {
	await using smtp = await mailServer();
	// This machine, by a name that does not say so.
	const url = smtp.url.replace("127.0.0.1", "127.1");
	await using app = await testApp({ server: { mail: { url, from } } });
	await app.claim();
	await ask(app, EMAIL);
	await eventually(() => expect(app.logs.join("\n")).toMatch(/A mail was not sent: ETLS/));
	expect(smtp.mails).toEqual([]);
});
