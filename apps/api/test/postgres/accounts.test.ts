/** Accounts and sessions by better-auth, in the vault's PostgreSQL database, over HTTP. */
import { type TestServer, testPostgres } from "@holdfast/vault/test/postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cookieOf, EMAIL, PASSWORD, postgresApp, refusal } from "../app.ts";
import { setForward } from "../clock.ts";
import { codeIn } from "../samples.ts";

let server: TestServer;
beforeAll(async () => {
	server = await testPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

test("an instance is claimed, signed in to and out of, once, and what a person saves is theirs", async () => {
	const url = await server.database();
	await using app = await postgresApp(url);
	expect((await app.client().session.me.query()).claimed).toBe(false);
	const claim = { name: "Owner", email: EMAIL, password: PASSWORD, claimCode: app.vault.claimCode };
	expect(codeIn(await app.post("/auth/sign-up/email", { ...claim, claimCode: "WRONG-CODE" }))).toBe("CLAIM_CODE_WRONG");
	const claims = Array.from({ length: 2 }, (_, n) =>
		app.post("/auth/sign-up/email", { ...claim, email: `${n}${EMAIL}` }),
	);
	const answers = await Promise.all(claims);
	const [won] = answers.filter(({ status }) => status === 200);
	expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
	expect(answers.filter((answer) => answer !== won).map(codeIn)).toEqual(["ALREADY_CLAIMED"]);
	if (!won) throw new Error("nobody claimed it");
	const cookie = cookieOf(won);
	const { user } = await app.client({ cookie }).session.me.query();
	expect(user).toMatchObject({ role: "owner" });

	const wrong = await app.post("/auth/sign-in/email", { email: user?.email, password: `${PASSWORD}x` });
	expect(wrong.status).toBe(401);
	const signedIn = await app.post("/auth/sign-in/email", { email: user?.email, password: PASSWORD });
	expect(signedIn.status).toBe(200);
	const second = cookieOf(signedIn);
	const writes = [{ name: "OPENAI_API_KEY", value: "sk-saved-on-postgres" }];
	await app.client({ cookie: second }).settings.save.mutate({ owner: "personal", writes });
	const mine = { owner: "personal", name: "OPENAI_API_KEY" } as const;
	expect(await app.client({ cookie }).settings.reveal.mutate(mine)).toMatchObject({ value: "sk-saved-on-postgres" });

	await app.post("/auth/sign-out", {}, { cookie: second });
	expect((await app.client({ cookie: second }).session.me.query()).user).toBeNull();
	expect((await app.client({ cookie }).session.me.query()).user).toMatchObject({ role: "owner" });
	const { rows } = await server.query(url, `select claimed, email_verified from "user"`);
	expect(rows).toEqual([{ claimed: 1, email_verified: 0 }]);
});

test("of many who join by one invitation one gets an account, with the role of the link, and a revoked one makes none", async () => {
	const url = await server.database();
	await using app = await postgresApp(url);
	const owner = app.client({ cookie: await app.claim() });
	await owner.environments.create.mutate({ name: "staging" });
	const invite = async (email: string) => {
		const { id, url: link } = await owner.people.invite.mutate({
			email,
			role: "editor",
			narrowed: { staging: "none" },
		});
		return { id, body: { name: "Ann", email, password: PASSWORD, invitation: new URL(link).hash.slice(1) } };
	};
	const { body } = await invite("ann@people.example");
	const gone = await invite("eve@people.example");
	await owner.people.revokeLink.mutate({ id: gone.id });
	setForward(60_000);
	const answers = await Promise.all(Array.from({ length: 3 }, () => app.post("/auth/sign-up/email", body)));
	const [won] = answers.filter(({ status }) => status === 200);
	expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toHaveLength(2);
	if (!won) throw new Error("nobody joined");
	setForward(60_000);
	expect(codeIn(await app.post("/auth/sign-up/email", gone.body))).toBe("LINK_INVALID");
	const ann = app.client({ cookie: cookieOf(won) });
	const save = (environment: string) => ann.settings.save.mutate({ environment, writes: [{ name: "A", value: "b" }] });
	expect(await save("default")).toMatchObject({ revision: expect.any(Number) });
	expect(await refusal(save("staging"))).toBe("NOT_ALLOWED");
	const people = await owner.people.list.query();
	expect(people.map(({ email, role, narrowed }) => [email, role, narrowed])).toEqual([
		[EMAIL, "owner", null],
		["ann@people.example", "editor", { staging: "none" }],
	]);
	await owner.people.remove.mutate({ id: people[1]?.id ?? "" });
	expect((await owner.people.links.query()).map(({ email, state }) => [email, state])).toEqual([
		["eve@people.example", "revoked"],
	]);
});

test("a service token and its scope hold, and a server that cannot be reached is told by its code", async () => {
	const url = await server.database();
	await using app = await postgresApp(url);
	const client = app.client({ token: await app.token(["settings.see", "settings.write"]) });
	await client.settings.save.mutate({ writes: [{ name: "A_KEY", value: "one" }] });
	const versionOf = async () =>
		(await client.settings.list.query({})).settings.find(({ name }) => name === "A_KEY")?.version;
	expect(await versionOf()).toBe(1);
	await server.kill();
	await expect(client.settings.list.query({})).rejects.toMatchObject({
		data: { app: { code: "DATABASE_UNREACHABLE" } },
	});
	expect((await app.request("/readyz")).status).toBe(503);
	await server.start();
	expect(await versionOf()).toBe(1);
	expect(app.logs.join("\n")).not.toContain(new URL(url).password);
});
