import { person } from "@holdfast/vault/test";
import { expect, test } from "vitest";
import { appRouter } from "../src/router.ts";
import { chat, refusal, type TestApp, testApp } from "./app.ts";
import { canary } from "./canary.ts";
import { answering, google } from "./provider.ts";

const KEY = canary("provider");

async function withKey(app: TestApp, url: string, value = KEY) {
	const client = app.client({ token: await app.token("all") });
	await client.settings.save.mutate({
		writes: [
			{ name: "GOOGLE_API_KEY", value },
			{ name: "GOOGLE_BASE_URL", value: url },
		],
	});
	return client;
}

const statusOf = async (client: ReturnType<TestApp["client"]>) =>
	(await client.providers.list.query({})).find(({ id }) => id === "google");

test("a test of the saved key says that it works, or that it does not, and is remembered for that key", async () => {
	await using provider = await google(KEY);
	await using app = await testApp();
	const client = await withKey(app, provider.url);
	expect(await client.providers.test.mutate({ provider: "google" })).toMatchObject({ outcome: "works" });
	expect(await statusOf(client)).toMatchObject({ configured: true, lastTest: { outcome: "works" } });
	await client.settings.save.mutate({ writes: [{ name: "GOOGLE_API_KEY", value: "another key" }] });
	expect((await statusOf(client))?.lastTest).toBeNull();
	await client.settings.save.mutate({ writes: [{ name: "GOOGLE_API_KEY", value: "AIza-wrong" }] });
	expect(await client.providers.test.mutate({ provider: "google" })).toMatchObject({ outcome: "bad-key" });
	expect(await statusOf(client)).toMatchObject({ lastTest: { outcome: "bad-key" } });
});

test("the last test of the shared key says nothing to someone whose own value is the same", async () => {
	await using provider = await google(KEY);
	await using app = await testApp();
	const client = await withKey(app, provider.url);
	await client.providers.test.mutate({ provider: "google" });
	const caller = person("eve");
	const eve = appRouter.createCaller({
		vault: app.vault,
		caller,
		user: null,
		origin: "http://localhost",
		report: () => undefined,
	});
	const lastTest = async () => (await eve.providers.list({})).find(({ id }) => id === "google")?.lastTest;
	expect(await lastTest()).toMatchObject({ outcome: "works" });
	await eve.settings.save({ owner: "personal", writes: [{ name: "GOOGLE_API_KEY", value: KEY }] });
	expect(await lastTest()).toBeNull();
});

test("testing an unsaved key saves nothing, saving one tests nothing", async () => {
	await using provider = await google(KEY);
	await using app = await testApp();
	const client = await withKey(app, provider.url, "AIza-wrong");
	expect(provider.keys).toEqual([]);
	const revision = (await client.settings.list.query({})).revision;
	const draft = [{ name: "GOOGLE_API_KEY", value: KEY }];
	expect(await client.providers.test.mutate({ provider: "google", draft })).toMatchObject({ outcome: "works" });
	expect((await client.settings.list.query({})).revision).toBe(revision);
	expect(await client.settings.reveal.mutate({ name: "GOOGLE_API_KEY" })).toMatchObject({ value: "AIza-wrong" });
	expect((await statusOf(client))?.lastTest).toBeNull();
});

test("FAULTS 37: a saved key is not sent to a drafted base URL, however that is written", async () => {
	await using provider = await google(KEY);
	await using thief = await answering(200, () => "{}");
	await using app = await testApp();
	const client = await withKey(app, provider.url);
	const url = (value: string) => ({ name: "GOOGLE_BASE_URL", value });
	const drafts = [
		[url(thief.url)],
		[url(provider.url), url(thief.url)],
		[url(thief.url), { name: "GOOGLE_MODEL", value: "gemini-x" }],
	];
	for (const draft of drafts) {
		expect(await refusal(client.providers.test.mutate({ provider: "google", draft }))).toBe("KEY_FOR_OTHER_URL");
		const [entry] = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1);
		expect(entry).toMatchObject({ action: "providers.test", target: "google, unsaved", outcome: "denied" });
	}
	for (const value of ["", " "]) {
		const draft = [url(thief.url), { name: "GOOGLE_API_KEY", value }];
		expect((await client.providers.test.mutate({ provider: "google", draft })).outcome).toBe("not-set");
	}
	expect(thief.keys).toEqual([]);
	const own = [url(thief.url), { name: "GOOGLE_API_KEY", value: "drafted" }];
	await client.providers.test.mutate({ provider: "google", draft: own });
	expect(thief.keys).toEqual(["drafted"]);
});

test("FAULTS 36: a draft leads neither to a metadata service nor to another scheme, and no redirect is followed", async () => {
	await using app = await testApp();
	await using target = await answering(200, () => '{"models":[]}');
	const client = app.client({ token: await app.token("all") });
	const test = (value: string) => {
		const draft = [
			{ name: "GOOGLE_BASE_URL", value },
			{ name: "GOOGLE_API_KEY", value: "drafted" },
		];
		return client.providers.test.mutate({ provider: "google", draft });
	};
	const refused = [
		"http://169.254.169.254/latest",
		"http://0xa9fea9fe/",
		"http://[::ffff:169.254.169.254]/",
		"http://[fd00:ec2::254]/",
		"file:///etc/passwd",
		"javascript:alert(1)",
		`${target.url.replace("http://", "http://user:pass@")}`,
		`${target.url}/?x=`,
	];
	for (const url of refused) expect([url, (await test(url)).outcome]).toEqual([url, "wrong-url"]);
	expect(target.keys).toEqual([]);
});

test("a draft of a setting that is not the provider's is refused", async () => {
	await using app = await testApp();
	const client = app.client({ token: await app.token("all") });
	const draft = [{ name: "OPENAI_BASE_URL", value: "http://127.0.0.1:1" }];
	expect(await refusal(client.providers.test.mutate({ provider: "google", draft }))).toBe("SETTING_NOT_FOUND");
	expect(await refusal(client.providers.test.mutate({ provider: "none" }))).toBe("PROVIDER_UNKNOWN");
});

test("a provider that is asked for its models is sent the key, and that is recorded", async () => {
	await using provider = await google(KEY);
	await using app = await testApp();
	const client = await withKey(app, provider.url);
	await client.providers.models.query({ provider: "google" });
	const [entry] = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1);
	expect(entry).toMatchObject({
		action: "providers.models",
		target: "google",
		environment: "default",
		outcome: "done",
	});
});

test("FAULTS 20: a damaged key is its provider's problem alone, and can be tested and entered again", async () => {
	await using provider = await google(KEY);
	await using before = await testApp();
	const first = await withKey(before, provider.url);
	await first.settings.save.mutate({ writes: [{ name: "OPENAI_API_KEY", value: "sk-whole" }] });
	await first.providers.test.mutate({ provider: "google" });
	before.vault.database.$client.exec(
		"UPDATE version SET sealed = x'00' WHERE name = 'GOOGLE_API_KEY'; UPDATE environment SET snapshot = x'00'",
	);
	await using app = await testApp({ folder: before.folder });
	const client = app.client({ token: await app.token("all") });
	expect(await statusOf(client)).toMatchObject({
		configured: true,
		lastTest: null,
		settings: [{ name: "GOOGLE_API_KEY", problem: "VALUE_DAMAGED", effective: { shown: null } }, {}, {}],
	});
	const openai = (await client.providers.list.query({})).find(({ id }) => id === "openai");
	expect(openai).toMatchObject({ configured: true, settings: expect.arrayContaining([]) });
	const hello = { provider: "google", messages: [{ role: "user" as const, content: "hello" }] };
	expect([
		await refusal(client.providers.test.mutate({ provider: "google" })),
		await refusal(client.providers.models.query({ provider: "google" })),
		await refusal(chat(client, hello)),
	]).toEqual(Array(3).fill("VALUE_DAMAGED"));
	const draft = [{ name: "GOOGLE_API_KEY", value: KEY }];
	expect(await client.providers.test.mutate({ provider: "google", draft })).toMatchObject({ outcome: "works" });
	await client.settings.save.mutate({ writes: draft });
	expect((await statusOf(client))?.settings[0]).toMatchObject({
		problem: null,
		effective: { shown: expect.any(String) },
	});
	expect(await refusal(client.providers.models.query({ provider: "google" }))).toBeNull();
});
