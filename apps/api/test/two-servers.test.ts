import { expect, test } from "vitest";
import { chat, headersOf, refusal, testApp } from "./app.ts";
import { canary } from "./canary.ts";
import { google } from "./provider.ts";

const HELLO = { provider: "google", messages: [{ role: "user" as const, content: "hello" }] };
const NAME = "GOOGLE_API_KEY";

test("FAULTS 9: a key saved through one server is used by the other on its very next request", async () => {
	const key = canary("shared");
	await using provider = await google(key);
	await using one = await testApp();
	await using two = await testApp({ folder: one.folder });
	const token = await one.token("all");
	const [first, second] = [one.client({ token }), two.client({ token })];

	expect(await refusal(chat(second, HELLO))).toBe("NOT_SET");
	const writes = [
		{ name: NAME, value: key },
		{ name: "GOOGLE_BASE_URL", value: provider.url },
	];
	const { revision } = await first.settings.save.mutate({ writes });

	const listed = await second.settings.list.query({});
	expect(listed.revision).toBe(revision);
	expect(listed.settings.find(({ name }) => name === NAME)).toMatchObject({
		version: 1,
		effective: { source: "default" },
	});
	expect(await second.settings.reveal.mutate({ name: NAME })).toMatchObject({ value: key });
	expect((await second.providers.models.query({ provider: "google" })).from).toBe("provider");
	const events = await chat(second, HELLO);
	expect(events.map((event) => (event.type === "text" ? event.text : "")).join("")).toBe("Hi there!");

	await second.settings.remove.mutate({ name: NAME });
	expect(await refusal(first.settings.reveal.mutate({ name: NAME }))).toBe("SETTING_NOT_FOUND");
	expect(await refusal(chat(first, HELLO))).toBe("NOT_SET");
});

test("FAULTS 9: of two servers that save over the same version one gets VERSION_CONFLICT", async () => {
	await using one = await testApp();
	await using two = await testApp({ folder: one.folder });
	const token = await one.token("all");
	const apps = [one, two];
	for (let expectedVersion = 0; expectedVersion < 5; expectedVersion++) {
		const tries = apps.map((app, i) =>
			refusal(app.client({ token }).settings.save.mutate({ writes: [{ name: "A", value: `v${i}`, expectedVersion }] })),
		);
		expect((await Promise.all(tries)).filter((code) => code !== null)).toEqual(["VERSION_CONFLICT"]);
	}
	expect((await two.client({ token }).settings.history.query({ name: "A" })).length).toBe(5);
});

test("FAULTS 9: saves through both at once without an expected version all stand", async () => {
	await using one = await testApp();
	await using two = await testApp({ folder: one.folder });
	const token = await one.token("all");
	const clients = [one.client({ token }), two.client({ token })];
	const saves = Array.from({ length: 20 }, (_, i) =>
		refusal(
			(clients[i % 2] ?? clients[0])?.settings.save.mutate({ writes: [{ name: "A", value: `v${i}` }] }) ??
				Promise.reject(),
		),
	);
	expect((await Promise.all(saves)).filter((code) => code !== null)).toEqual([]);
	expect((await one.client({ token }).settings.history.query({ name: "A" })).length).toBe(20);
});

test("FAULTS 33: a token revoked through one server is refused by the other on its very next request", async () => {
	await using one = await testApp();
	await using two = await testApp({ folder: one.folder });
	const token = await one.token("all");
	const { id, token: other } = await one.client({ token }).tokens.create.mutate({ label: "other" });
	expect((await two.get("/trpc/settings.list", {}, headersOf({ token: other }))).status).toBe(200);
	await one.client({ token }).tokens.revoke.mutate({ id });
	expect((await two.get("/trpc/settings.list", {}, headersOf({ token: other }))).status).toBe(401);
});
