import { expect, test } from "vitest";
import { type Answer, type TestApp, testApp } from "./app.ts";
import { wire } from "./raw.ts";

const LISTED = "https://listed.example";

/** One answer of each kind the server gives, however it comes about. */
async function everyKind(app: TestApp, headers: Record<string, string> = {}): Promise<[string, Headers][]> {
	const post = (path: string, body: unknown, more = {}) => app.post(path, body, { origin: null, ...headers, ...more });
	const get = (path: string) => app.request(path, { headers });
	const answers: [string, Answer][] = [
		["a procedure", await get("/trpc/health")],
		["a batch", await get("/trpc/health,session.me?batch=1&input=%7B%7D")],
		["a refused procedure", await get("/trpc/settings.list?input=%7B%7D")],
		["a refused watch", await get("/trpc/settings.watch?input=%7B%7D")],
		["an unknown procedure", await get("/trpc/none.such")],
		["a malformed input", await post("/trpc/settings.save", '{"writes":')],
		["a failed sign-in", await post("/auth/sign-in/email", { email: "a@b.example", password: "wrong password" })],
		["an unknown account path", await get("/auth/none")],
		["health", await get("/healthz")],
		["readiness", await get("/readyz")],
		["a screen of the dashboard", await get("/settings")],
		["the dashboard", await get("/")],
		["a missing asset", await get("/assets/none.js")],
		["an asset", await get("/assets/page-0123.js")],
		["an unknown path and method", await post("/none", {}, {})],
		["HEAD", await app.request("/healthz", { method: "HEAD", headers })],
		["no JSON", await post("/trpc/settings.save", "x", { "content-type": "text/plain" })],
		["a foreign site", await post("/trpc/settings.save", {}, { origin: "https://evil.example" })],
		["a foreign site's preflight", await preflight(app, "https://evil.example")],
	];
	const raw: [string, string][] = [
		["a foreign host", wire("GET /", { Host: "evil.example", Connection: "close" })],
		["an unreadable host", wire("GET /", { Host: "local host", Connection: "close" })],
		[
			"too large a body",
			wire("POST /trpc/x", {
				Host: "localhost",
				"Content-Type": "application/json",
				"Content-Length": "9000000",
				Connection: "close",
			}),
		],
	];
	const rawAnswers = raw.map(
		async ([what, text]): Promise<[string, Headers]> => [what, headersIn(await app.raw(text))],
	);
	return [
		...answers.map(([what, answer]): [string, Headers] => [what, answer.headers]),
		...(await Promise.all(rawAnswers)),
	];
}

function headersIn(answer: string): Headers {
	const [, ...lines] = (answer.split("\r\n\r\n")[0] ?? "").split("\r\n");
	return new Headers(lines.map((line): [string, string] => [line.split(": ")[0] ?? "", line.split(": ")[1] ?? ""]));
}

function preflight(app: TestApp, origin: string): Promise<Answer> {
	const headers = { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" };
	return app.request("/trpc/settings.save", { method: "OPTIONS", headers });
}

test("FAULTS 27: every answer carries the strict headers", async () => {
	await using app = await testApp();
	for (const [what, headers] of await everyKind(app)) {
		const policy = headers.get("content-security-policy") ?? "";
		expect([what, /unsafe|\*|https?:/.test(policy)]).toEqual([what, false]);
		expect([what, policy.includes("default-src 'none'")]).toEqual([what, true]);
		expect([what, policy.includes("frame-ancestors 'none'")]).toEqual([what, true]);
		expect([what, headers.get("x-content-type-options")]).toEqual([what, "nosniff"]);
		expect([what, headers.get("referrer-policy")]).toEqual([what, "same-origin"]);
		expect([what, headers.get("strict-transport-security")]).toEqual([what, null]);
		expect([what, headers.get("access-control-allow-origin")]).toEqual([what, null]);
		expect([what, headers.get("x-powered-by") ?? headers.get("server")]).toEqual([what, null]);
	}
});

test("FAULTS 27: HSTS on every answer when people come over TLS", async () => {
	await using app = await testApp({ server: { publicUrl: "https://keys.example" } });
	for (const [what, headers] of await everyKind(app)) {
		expect([what, headers.get("strict-transport-security")]).toEqual([what, "max-age=31536000"]);
	}
});

test("FAULTS 27: a listed origin gets exactly itself, without credentials, on every answer", async () => {
	await using app = await testApp({ server: { allowedOrigins: [LISTED] } });
	const own = new Set(["a foreign site", "a foreign site's preflight"]);
	for (const [what, headers] of await everyKind(app, { origin: LISTED })) {
		if (own.has(what) || !headers.has("access-control-allow-origin")) continue;
		expect([what, headers.get("access-control-allow-origin")]).toEqual([what, LISTED]);
		expect([what, headers.get("access-control-allow-credentials")]).toEqual([what, null]);
		expect([what, headers.get("vary")?.includes("origin")]).toEqual([what, true]);
	}
	const allowed = await preflight(app, LISTED);
	expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([204, LISTED]);
	expect(allowed.headers.get("access-control-allow-credentials")).toBeNull();
});

test("FAULTS 27: no other origin is reflected, and none is a pattern", async () => {
	await using app = await testApp({ server: { allowedOrigins: [LISTED] } });
	const others = [
		"https://evil.example",
		"null",
		"*",
		`${LISTED}.evil.example`,
		`${LISTED}:444`,
		"http://listed.example",
		"https://evil.listed.example",
		LISTED.toUpperCase(),
		`${LISTED}, https://evil.example`,
	];
	for (const origin of others) {
		for (const answer of [await preflight(app, origin), await app.request("/trpc/health", { headers: { origin } })]) {
			expect([origin, answer.status]).toEqual([origin, 403]);
			const cors = [...answer.headers.keys()].filter((name) => name.startsWith("access-control"));
			expect([origin, cors]).toEqual([origin, []]);
		}
	}
});

test("FAULTS 27: a page of a listed origin never acts with someone's session", async () => {
	await using app = await testApp({ server: { allowedOrigins: [LISTED] } });
	const cookie = await app.claim();
	const headers = { origin: LISTED, cookie };
	const me = await app.request("/trpc/session.me", { headers });
	expect(me.json()).toMatchObject({ result: { data: { user: null, access: { usual: [], apart: {} } } } });
	expect((await app.post("/trpc/settings.save", { writes: [{ name: "A", value: "b" }] }, headers)).status).toBe(401);
	await app.post("/auth/sign-out", {}, headers);
	expect((await app.client({ cookie }).session.me.query()).user).not.toBeNull();
});

test("FAULTS 25: answers of procedures and accounts are kept by no cache", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	const answers = [
		await app.request("/trpc/health"),
		await app.request("/trpc/none.such"),
		await app.post("/trpc/settings.save", { writes: [{ name: "SAMPLE", value: "one" }] }, { cookie }),
		await app.post("/trpc/settings.reveal", { name: "SAMPLE" }, { cookie }),
		await app.post("/trpc/settings.save", "{", { cookie }),
		await app.post("/auth/sign-in/email", {}),
		await app.post("/auth/sign-out", {}, { cookie }),
		await app.request("/auth/none"),
	];
	for (const { url, status, headers } of answers) {
		expect([url, status, headers.get("cache-control")]).toEqual([url, status, "no-store"]);
	}
});

test("a start in a folder that has a project serves no file of it", async () => {
	await using app = await testApp();
	for (const path of [
		"/.env",
		"/.holdfast/holdfast.db",
		"/.holdfast/root.key",
		"/..%2f..%2fpackage.json",
		"/assets/..%2f..%2f..%2f..%2f.env",
	]) {
		const { text } = await app.request(path);
		expect([path, /SQLite format|"dependencies"|holdfast-root/.test(text)]).toEqual([path, false]);
	}
});
