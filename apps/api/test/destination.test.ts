/** FAULTS 37: a changed base URL never receives a key saved for another origin. */
import { ROLES } from "@holdfast/contract";
import { person } from "@holdfast/vault/test";
import { expect, test } from "vitest";
import { appRouter } from "../src/router.ts";
import { chat, refusal, type TestApp, testApp } from "./app.ts";
import { canary } from "./canary.ts";
import { answering, google } from "./provider.ts";

const KEY = canary("destination");
const HELLO = { provider: "google", messages: [{ role: "user" as const, content: "hello" }] };
const secret = { name: "GOOGLE_API_KEY", value: KEY };
const url = (value: string) => ({ name: "GOOGLE_BASE_URL", value });

async function admin(app: TestApp) {
	return app.client({ token: await app.token("all") });
}

/** What each use of the key through a client is refused with. */
async function uses(client: ReturnType<TestApp["client"]>, environment = "default") {
	const provider = "google";
	return [
		await refusal(client.providers.test.mutate({ environment, provider })),
		await refusal(client.providers.models.query({ environment, provider })),
		await refusal(chat(client, { ...HELLO, environment })),
	];
}

const REFUSED = Array(3).fill("KEY_FOR_OTHER_URL");

test("FAULTS 37: a base URL that is saved after the key gets no key until that is entered again", async () => {
	await using thief = await answering(200, () => "{}");
	await using provider = await google(KEY);
	await using app = await testApp();
	const client = await admin(app);
	await client.settings.save.mutate({ writes: [secret, url(provider.url)] });
	expect(await uses(client)).toEqual([null, null, null]);
	await client.settings.save.mutate({ writes: [url(thief.url)] });
	expect(await uses(client)).toEqual(REFUSED);
	expect(thief.keys).toEqual([]);
	const denied = (await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 3)).map(
		({ action, target, outcome, details }) => [action, target, outcome, details.refusal],
	);
	expect(denied).toEqual(
		["chat.send", "providers.models", "providers.test"].map((act) => [act, "google", "denied", "KEY_FOR_OTHER_URL"]),
	);
	await client.settings.save.mutate({ writes: [url(`${provider.url}/v1beta/`)] });
	expect(await uses(client)).toEqual([null, null, null]);
	await client.settings.save.mutate({ writes: [url(thief.url)] });
	await client.settings.save.mutate({ writes: [secret] });
	await client.providers.test.mutate({ provider: "google" });
	expect(thief.keys).toEqual([KEY]);
});

test("FAULTS 37: a key saved for the provider itself is not sent to a URL saved later", async () => {
	await using thief = await answering(200, () => "{}");
	await using app = await testApp({ vault: { processEnv: new Map([["OPENAI_API_KEY", KEY]]) } });
	const client = await admin(app);
	await client.settings.save.mutate({ writes: [secret] });
	await client.settings.save.mutate({ writes: [url(thief.url), { name: "OPENAI_BASE_URL", value: thief.url }] });
	expect(await uses(client)).toEqual(REFUSED);
	expect(await refusal(client.providers.models.query({ provider: "openai" }))).toBe("KEY_FOR_OTHER_URL");
	expect(thief.keys).toEqual([]);
});

test("FAULTS 37: a URL that was saved is trusted no more while its line waits to leave .env", async () => {
	await using thief = await answering(200, () => "{}");
	await using provider = await google(KEY);
	await using app = await testApp({ vault: { processEnv: new Map([["GOOGLE_BASE_URL", provider.url]]) } });
	const client = await admin(app);
	await client.settings.save.mutate({ writes: [secret] });
	for (let round = 0; round < 5; round++) {
		await client.settings.save.mutate({ writes: [url(thief.url)] });
		const tests = Array.from({ length: 20 }, () => refusal(client.providers.test.mutate({ provider: "google" })));
		await Promise.all([client.settings.remove.mutate({ name: "GOOGLE_BASE_URL" }), ...tests]);
	}
	expect(thief.keys).toEqual([]);
});

test("FAULTS 37: an environment's own URL gets no inherited key, even one that is saved later", async () => {
	await using thief = await answering(200, () => "{}");
	await using app = await testApp();
	const client = await admin(app);
	await client.environments.create.mutate({ name: "staging" });
	await client.settings.save.mutate({ environment: "staging", writes: [url(thief.url)] });
	await client.settings.save.mutate({ writes: [secret] });
	expect(await uses(client, "staging")).toEqual(REFUSED);
	expect(thief.keys).toEqual([]);
});

test("FAULTS 37: a personal URL gets no shared key, and a personal key goes to the shared URL it was saved under", async () => {
	await using thief = await answering(200, () => "{}");
	await using provider = await google(KEY);
	await using app = await testApp();
	await (await admin(app)).settings.save.mutate({ writes: [{ ...secret, value: "shared" }, url(provider.url)] });
	const caller = person("eve");
	const eve = appRouter.createCaller({
		vault: app.vault,
		caller,
		user: null,
		origin: "http://localhost",
		report: () => undefined,
	});
	await eve.settings.save({ owner: "personal", writes: [url(thief.url)] });
	await (await admin(app)).settings.save.mutate({ writes: [{ ...secret, value: "shared anew" }] });
	const refused = { message: expect.stringContaining("was not saved for this base URL") };
	await expect(eve.providers.models({ provider: "google" })).rejects.toMatchObject(refused);
	expect(thief.keys).toEqual([]);
	await eve.settings.remove({ owner: "personal", name: "GOOGLE_BASE_URL" });
	await eve.settings.save({ owner: "personal", writes: [secret] });
	expect((await eve.providers.models({ provider: "google" })).from).toBe("provider");
});

test("FAULTS 37: whoever may save and not reveal gets no earlier key sent by bringing it back", async () => {
	await using thief = await answering(200, () => "{}");
	await using app = await testApp();
	await (await admin(app)).settings.save.mutate({ writes: [secret] });
	await (await admin(app)).settings.save.mutate({ writes: [{ ...secret, value: "a newer key" }] });
	const editor = app.client({ token: await app.token(ROLES.editor) });
	await editor.settings.save.mutate({ writes: [url(thief.url)] });
	const restored = await editor.settings.restore.mutate({ name: "GOOGLE_API_KEY", version: 1 });
	expect(JSON.stringify(restored)).not.toContain(KEY);
	expect(await uses(editor)).toEqual(REFUSED);
	await editor.settings.restore.mutate({ name: "GOOGLE_API_KEY", version: 3 });
	expect(await uses(editor)).toEqual(REFUSED);
	expect(thief.keys).toEqual([]);
});
