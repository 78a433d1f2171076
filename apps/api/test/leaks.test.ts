import { ROLES } from "@holdfast/contract";
import { expect, test } from "vitest";
import { chat, EMAIL, headersOf, refusal, type TestApp, testApp } from "./app.ts";
import { canary, found } from "./canary.ts";
import { answering } from "./provider.ts";
import { wire } from "./raw.ts";

const HELLO = { provider: "google", messages: [{ role: "user" as const, content: "hello" }] };
const MAY_HAVE_IT = (place: string) => /\/(\.env|root\.key)$/.test(place) || place.includes("settings.reveal");
const NOWHERE = (place: string) => place.endsWith("/root.key");

/** Write, fail to write, and read a secret in every way there is. */
async function handle(app: TestApp, secret: string, headers: Record<string, string>): Promise<void> {
	const writes = [{ name: "GOOGLE_API_KEY", value: secret }];
	expect((await app.post("/trpc/settings.save", { writes, message: "the key" }, headers)).status).toBe(200);
	await app.post("/trpc/settings.save", { writes: [{ name: "OTHER_KEY", value: secret }] }, headers);
	await app.post("/trpc/settings.remove", { name: "OTHER_KEY" }, headers);
	for (const [path, input] of [
		["settings.list", {}],
		["settings.history", { name: "GOOGLE_API_KEY" }],
		["settings.explain", { name: "GOOGLE_API_KEY" }],
		["providers.list", {}],
		["audit.list", { limit: 200 }],
		["tokens.list", undefined],
	] as const) {
		expect([path, (await app.get(`/trpc/${path}`, input, headers)).status]).toEqual([path, 200]);
	}
	await app.get("/trpc/settings.list,settings.history?batch=1", {}, headers);
}

/** Every way in which a write or a draft with this value fails. */
async function failToSave(app: TestApp, value: string, headers: Record<string, string>): Promise<void> {
	const refused: unknown[] = [
		{ writes: [{ name: "bad name", value }] },
		{ writes: [{ name: "NODE_OPTIONS", value }] },
		{ writes: [{ name: "A", value: `${value}\0` }] },
		{ writes: [{ name: "A", value: `${value}\r\n` }] },
		{ writes: [{ name: "A", value: `${value}\ud800` }] },
		{ writes: [{ name: "A", value: value.repeat(4_000) }] },
		{ writes: [{ name: "A", value: `••••${value}` }] },
		{ writes: [{ name: "A", value, expectedVersion: 7 }] },
		{
			writes: [
				{ name: "A", value },
				{ name: "A", value },
			],
		},
		{ writes: [{ name: "A", value: [value] }] },
		{ writes: [{ name: "A", value, secret: value }] },
		{ writes: [{ name: "A", value, [value]: 1 }] },
		{ writes: [{ name: "A", value }], owner: value },
		{ environment: "none", writes: [{ name: "A", value }] },
		{ writes: { [value]: value } },
		value,
		[value],
	];
	for (const input of refused) {
		expect((await app.post("/trpc/settings.save", input, headers)).status).toBeGreaterThanOrEqual(400);
	}
	for (const text of [`{"writes":[{"name":"A","value":"${value}"`, `{"value":"${value}"}}`, value, `${value}{`]) {
		expect((await app.post("/trpc/settings.save", text, headers)).status).toBe(400);
		expect((await app.post("/trpc/settings.save?batch=1", text, headers)).status).toBe(400);
		expect((await app.post("/auth/sign-in/email", text)).status).toBeGreaterThanOrEqual(400);
	}
	await app.post("/trpc/providers.test", { provider: "google", draft: [{ name: value, value, more: value }] }, headers);
	await app.post(
		"/trpc/settings.save",
		{ writes: [{ name: "A", value }] },
		{ ...headers, "content-type": "text/plain" },
	);
	await app.post(
		"/trpc/settings.save",
		{ writes: [{ name: "A", value }] },
		{ ...headers, origin: "https://evil.example" },
	);
	await app.post("/trpc/settings.save", { writes: [{ name: "A", value }] });
	const viewer = headersOf({ token: await app.token(ROLES.viewer) });
	expect((await app.post("/trpc/settings.save", { writes: [{ name: "A", value }] }, viewer)).status).toBe(403);
	const lengths = { "Content-Type": "application/json", "Content-Length": "99" };
	await app.raw(wire("POST /trpc/settings.save", { Host: "localhost", ...lengths }, value));
}

test("FAULTS 24: a saved secret is in .env and in reveal's answer, and nowhere else", async () => {
	await using app = await testApp();
	const secret = canary("saved");
	const headers = headersOf({ token: await app.token("all") });
	await handle(app, secret, headers);
	const revealed = await app.post("/trpc/settings.reveal", { name: "GOOGLE_API_KEY" }, headers);
	expect(revealed.json()).toMatchObject({ result: { data: { value: secret } } });
	await app.get("/trpc/audit.list", { limit: 200 }, headers);
	expect(found(app, secret, MAY_HAVE_IT)).toEqual([]);
	expect(found(app, secret, () => false)).toContain(`${app.folder}/.env`);
});

test("FAULTS 24: a value that was refused is nowhere", async () => {
	await using app = await testApp();
	const secret = canary("refused");
	await failToSave(app, secret, headersOf({ token: await app.token("all") }));
	expect(found(app, secret, NOWHERE)).toEqual([]);
});

test.for([400, 401, 403, 404, 429, 500, 200])(
	"FAULTS 24: a provider's %i that echoes the key reaches nobody",
	async (status) => {
		await using app = await testApp();
		const [saved, drafted] = [canary("echoed"), canary("drafted")];
		await using echo = await answering(status, ({ headers, url }) =>
			JSON.stringify({ error: { message: `API key not valid: ${headers["x-goog-api-key"]} at ${url}`, ...headers } }),
		);
		const token = await app.token("all");
		const headers = headersOf({ token });
		const url = { name: "GOOGLE_BASE_URL", value: echo.url };
		await app.post("/trpc/settings.save", { writes: [{ name: "GOOGLE_API_KEY", value: saved }, url] }, headers);
		await app.get("/trpc/providers.models", { provider: "google" }, headers);
		await app.post("/trpc/providers.test", { provider: "google" }, headers);
		const draft = [{ name: "GOOGLE_API_KEY", value: drafted }, url];
		await app.post("/trpc/providers.test", { provider: "google", draft }, headers);
		await refusal(chat(app.client({ token }), HELLO));
		await app.get("/trpc/audit.list", { limit: 200 }, headers);
		await app.get("/trpc/providers.list", {}, headers);
		expect(echo.keys).toContain(saved);
		expect(echo.keys).toContain(drafted);
		expect(found(app, saved, MAY_HAVE_IT)).toEqual([]);
		expect(found(app, drafted, NOWHERE)).toEqual([]);
	},
);

test("FAULTS 24: passwords, claim codes and session tokens are in no answer's body, no log line and no file", async () => {
	await using app = await testApp();
	const [password, code] = [canary("password"), canary("code")];
	const claim = { name: "Owner", email: EMAIL, password, claimCode: app.vault.claimCode };
	await app.post("/auth/sign-up/email", { ...claim, claimCode: code });
	const cookie = (await app.post("/auth/sign-up/email", claim)).headers.getSetCookie()[0] ?? "";
	const session = decodeURIComponent(/=([^;.%]+)/.exec(cookie)?.[1] ?? "");
	expect(session.length).toBeGreaterThan(20);
	const typo = canary("typo");
	await app.post("/auth/sign-in/email", { email: EMAIL, password: typo });
	await app.post("/auth/sign-in/email", { email: typo, password });
	const target = canary("target");
	const elsewhere = { email: EMAIL, password, callbackURL: `https://evil.example/${target}` };
	expect((await app.post("/auth/sign-in/email", elsewhere)).status).toBe(403);
	for (const secret of [password, code, typo, target]) expect(found(app, secret, NOWHERE)).toEqual([]);
	expect(app.answers.map(({ text }) => text).join()).not.toContain(session);
	expect(app.logs.join()).not.toContain(session);
});

test("FAULTS 24: no answer has a stack, and an error has the listed fields only", async () => {
	await using app = await testApp();
	await failToSave(app, canary("shape"), headersOf({ token: await app.token("all") }));
	await app.request("/trpc/none.such");
	await app.post("/auth/sign-up/email", { email: 7 });
	for (const { text } of app.answers) {
		expect(text).not.toMatch(/\n\s+at |node_modules|file:\/\/|"stack"|\.ts:\d/);
		if (!text.startsWith("{") && !text.startsWith("[")) continue;
		for (const { error } of [JSON.parse(text)].flat()) {
			if (error === undefined) continue;
			expect(Object.keys(error).sort()).toEqual(["code", "data", "message"]);
			expect(["app", "code", "httpStatus", "path"]).toEqual(expect.arrayContaining(Object.keys(error.data)));
			expect(Object.keys(error.data.app).sort()).toEqual(["code", "fix", "name", "retryable"]);
		}
	}
});
