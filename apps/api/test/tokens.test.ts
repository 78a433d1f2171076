import { tokens } from "@holdfast/vault";
import { admin } from "@holdfast/vault/test";
import { expect, test } from "vitest";
import { headersOf, refusal, testApp } from "./app.ts";
import { setForward } from "./clock.ts";
import { codeIn } from "./samples.ts";

const DAY = 24 * 60 * 60 * 1000;

test("FAULTS 33: a token does what its permissions say, alone, in a batch and by name", async () => {
	await using app = await testApp();
	const token = await app.token(["settings.see"]);
	const client = app.client({ token });
	expect(await refusal(client.settings.list.query({}))).toBeNull();
	expect(await refusal(client.settings.save.mutate({ writes: [{ name: "A", value: "b" }] }))).toBe("NOT_ALLOWED");
	const batch = { "0": {}, "1": { name: "A" } };
	const path = `/trpc/settings.list,audit.list?batch=1&input=${encodeURIComponent(JSON.stringify(batch))}`;
	const answers = (await app.request(path, { headers: headersOf({ token }) })).json() as { error?: unknown }[];
	expect(answers.map(({ error }) => error !== undefined)).toEqual([false, true]);
	const writes = { "0": { name: "A" }, "1": { writes: [{ name: "A", value: "b" }] } };
	const both = await app.post("/trpc/settings.reveal,settings.save?batch=1", writes, headersOf({ token }));
	expect(both.status).toBe(403);
	expect(await app.vault.storage.current("default", "shared")).toEqual([]);
});

test("FAULTS 33: a token limited to environments is refused in all others, and sees no other", async () => {
	await using app = await testApp();
	const all = app.client({ token: await app.token("all") });
	for (const name of ["staging", "production"]) await all.environments.create.mutate({ name });
	await all.settings.save.mutate({ environment: "production", writes: [{ name: "A", value: "of production" }] });
	const limited = app.client({ token: await app.token("all", ["staging"]) });
	expect((await limited.environments.list.query()).map(({ name }) => name)).toEqual(["staging"]);
	const name = "A";
	for (const environment of ["production", "default"]) {
		const tries = [
			limited.settings.list.query({ environment }),
			limited.settings.history.query({ environment, name }),
			limited.settings.explain.query({ environment, name }),
			limited.settings.reveal.mutate({ environment, name }),
			limited.settings.save.mutate({ environment, writes: [{ name, value: "mine" }] }),
			limited.settings.remove.mutate({ environment, name }),
			limited.providers.list.query({ environment }),
			limited.providers.models.query({ environment, provider: "google" }),
			limited.providers.test.mutate({ environment, provider: "google" }),
		];
		expect(await Promise.all(tries.map((call) => refusal(call)))).toEqual(Array(tries.length).fill("NOT_ALLOWED"));
	}
	expect(await refusal(limited.environments.create.mutate({ name: "fresh" }))).toBe("NOT_ALLOWED");
	expect(
		await refusal(limited.settings.save.mutate({ environment: "staging", writes: [{ name, value: "x" }] })),
	).toBeNull();
});

test("a token makes none that can do more than itself: no permission, environment or day on top", async () => {
	await using app = await testApp();
	const staging = app.client({ token: await app.token("all") });
	await staging.environments.create.mutate({ name: "staging" });
	const few = app.client({ token: await app.token(["tokens.write", "settings.see"]) });
	const limited = app.client({ token: await app.token("all", ["staging"]) });
	expect(await refusal(few.tokens.create.mutate({ label: "x", permissions: ["settings.reveal"] }))).toBe("NOT_ALLOWED");
	expect(await refusal(few.tokens.create.mutate({ label: "x" }))).toBe("NOT_ALLOWED");
	expect(await refusal(few.tokens.create.mutate({ label: "x", permissions: ["settings.see"] }))).toBeNull();
	for (const environments of [undefined, ["default"], ["staging", "default"]]) {
		const input = { label: "x", permissions: ["settings.see" as const], ...(environments && { environments }) };
		expect(await refusal(limited.tokens.create.mutate(input))).toBe("NOT_ALLOWED");
	}
	const within = { label: "x", permissions: ["settings.see" as const], environments: ["staging"] };
	expect(await refusal(limited.tokens.create.mutate(within))).toBeNull();
	const brief = await tokens.create(app.vault, admin, { label: "brief", permissions: ["tokens.write"], days: 1 });
	for (const days of [undefined, 3650]) {
		const input = { label: "x", permissions: ["tokens.write" as const], ...(days && { days }) };
		const { expiresAt } = await app.client({ token: brief.token }).tokens.create.mutate(input);
		expect(expiresAt).toBe(brief.expiresAt);
	}
});

test("FAULTS 33: a token limited to environments neither sees nor revokes those of others", async () => {
	await using app = await testApp();
	await app.client({ token: await app.token("all") }).environments.create.mutate({ name: "staging" });
	const limited = app.client({ token: await app.token("all", ["staging"]) });
	const other = await tokens.create(app.vault, admin, { label: "other", permissions: ["settings.see"] });
	expect((await limited.tokens.list.query()).map(({ environments }) => environments)).toEqual([["staging"]]);
	expect(await refusal(limited.tokens.revoke.mutate({ id: other.id }))).toBe("TOKEN_NOT_FOUND");
	expect((await app.get("/trpc/settings.list", {}, headersOf(other))).status).toBe(200);
});

test("an expired token is refused, and so is a revoked one, at once and ever after", async () => {
	await using app = await testApp();
	const input = { label: "short", permissions: ["settings.see" as const], days: 1 };
	const [expiring, revoked] = [
		await tokens.create(app.vault, admin, input),
		await tokens.create(app.vault, admin, input),
	];
	const status = async ({ token }: { token: string }) =>
		(await app.get("/trpc/settings.list", {}, headersOf({ token }))).status;
	expect([await status(expiring), await status(revoked)]).toEqual([200, 200]);
	await tokens.revoke(app.vault, admin, { id: revoked.id });
	expect([await status(expiring), await status(revoked)]).toEqual([200, 401]);
	setForward(DAY - 60_000);
	expect(await status(expiring)).toBe(200);
	setForward(120_000);
	expect(await status(expiring)).toBe(401);
});

test("a wrong Authorization header is never taken for a session, with a valid cookie beside it too", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	const token = await app.token("all");
	const wrong = [
		"",
		"Bearer",
		"Bearer ",
		"Bearer x",
		`Bearer ${token}x`,
		`Bearer ${token.slice(0, -1)}`,
		`Bearer ${token.toUpperCase()}`,
		`Bearer ${token} ${token}`,
		`Basic ${Buffer.from(`owner:${token}`).toString("base64")}`,
		token,
		`Bearer,${token}`,
	];
	for (const authorization of wrong) {
		const answer = await app.get("/trpc/settings.list", {}, { authorization, cookie });
		expect([authorization, answer.status, codeIn(answer)]).toEqual([authorization, 401, "TOKEN_REFUSED"]);
		const me = await app.get("/trpc/session.me", undefined, { authorization, cookie });
		expect(me.json()).toMatchObject({ result: { data: { user: null, access: { usual: [], apart: {} } } } });
	}
	expect((await app.get("/trpc/settings.list", {}, { cookie })).status).toBe(200);
});

test("FAULTS 39: only a digest of a token is stored, and the token is shown once", async () => {
	await using app = await testApp();
	const client = app.client({ token: await app.token("all") });
	const made = await client.tokens.create.mutate({ label: "once" });
	const listed = await client.tokens.list.query();
	expect(JSON.stringify(listed)).not.toContain(made.token);
	expect(JSON.stringify(listed)).not.toContain("hash");
	const rows = app.vault.database.$client.prepare("SELECT * FROM token").all();
	expect(JSON.stringify(rows)).not.toContain(made.token.replace(/^hf_[0-9a-f]+_/, ""));
});

test("a token in the URL or in another header is no credential", async () => {
	await using app = await testApp();
	const token = await app.token("all");
	const inUrl = await app.request(`/trpc/settings.list?input=%7B%7D&token=${token}&authorization=Bearer%20${token}`);
	expect(codeIn(inUrl)).toBe("SIGNED_OUT");
	const headers = { "x-api-key": token, "proxy-authorization": `Bearer ${token}`, cookie: `token=${token}` };
	expect(codeIn(await app.get("/trpc/settings.list", {}, headers))).toBe("SIGNED_OUT");
});
