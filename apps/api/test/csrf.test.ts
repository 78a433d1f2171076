import { expect, test } from "vitest";
import { EMAIL, headersOf, PASSWORD, type TestApp, testApp } from "./app.ts";
import { codeIn, mutations } from "./samples.ts";

const WRITE = { writes: [{ name: "SAMPLE", value: "one" }] };
const TEXT = JSON.stringify(WRITE);

async function saved(app: TestApp): Promise<number> {
	return (await app.vault.storage.current("default", "shared")).length;
}

const FORM = '--b\r\nContent-Disposition: form-data; name="0"\r\n\r\n1\r\n--b--\r\n';
const TYPES: [string, string | null, string][] = [
	["multipart", "multipart/form-data; boundary=b", FORM],
	["octet-stream", "application/octet-stream", TEXT],
	["text/plain", "text/plain;charset=UTF-8", TEXT],
	["text/plain that says JSON", "text/plain; application/json", TEXT],
	["two types", "text/plain, application/json", TEXT],
	["urlencoded", "application/x-www-form-urlencoded", `input=${encodeURIComponent(TEXT)}`],
	["a look-alike", "application/json-patch+json", TEXT],
];

test.for(TYPES)("FAULTS 26: %s is refused and saves nothing", async ([, type, body]) => {
	await using app = await testApp();
	const credential = headersOf({ token: await app.token("all") });
	const answer = await app.post("/trpc/settings.save", body, { ...credential, "content-type": type });
	expect([answer.status, codeIn(answer)]).toEqual([400, "NOT_JSON"]);
	for (const path of ["/auth/sign-in/email", "/auth/sign-out", "/auth/sign-up/email"]) {
		const refused = await app.post(path, body, { "content-type": type });
		expect([path, refused.status, codeIn(refused)]).toEqual([path, 400, "NOT_JSON"]);
	}
	expect(await saved(app)).toBe(0);
});

test("FAULTS 26: a body without a content type is refused and saves nothing", async () => {
	await using app = await testApp();
	const authorization = `Bearer ${await app.token("all")}`;
	const init = { method: "POST", headers: { authorization }, body: new Blob([TEXT]) };
	expect(codeIn(await app.request("/trpc/settings.save", init))).toBe("NOT_JSON");
	expect(codeIn(await app.request("/auth/sign-out", { method: "POST" }))).toBe("NOT_JSON");
	expect(await saved(app)).toBe(0);
});

const ORIGINS: [string, Record<string, string | null>][] = [
	["a foreign origin", { origin: "https://evil.example" }],
	["Origin: null", { origin: "null" }],
	["the same host on another port", { origin: "http://127.0.0.1:1" }],
	["the same host over TLS", { origin: "https://127.0.0.1" }],
	["an origin that begins like the server's", { origin: "http://127.0.0.1.evil.example" }],
	["an empty origin", { origin: "" }],
	["cross-site without an origin", { origin: null, "sec-fetch-site": "cross-site" }],
	["same-site without an origin", { origin: null, "sec-fetch-site": "same-site" }],
	["a made-up site without an origin", { origin: null, "sec-fetch-site": "SAME-ORIGIN, cross-site" }],
];

test("FAULTS 26: a request from another site is refused, with a valid session too", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	for (const [what, headers] of ORIGINS) {
		const answer = await app.post("/trpc/settings.save", WRITE, { ...headers, cookie });
		expect([what, answer.status, codeIn(answer)]).toEqual([what, 403, "ORIGIN_REFUSED"]);
		const signIn = await app.post("/auth/sign-in/email", { email: EMAIL, password: PASSWORD }, headers);
		expect([what, codeIn(signIn), signIn.headers.getSetCookie()]).toEqual([what, "ORIGIN_REFUSED", []]);
		const signOut = await app.post("/auth/sign-out", {}, { ...headers, cookie });
		expect([what, codeIn(signOut)]).toEqual([what, "ORIGIN_REFUSED"]);
	}
	expect(await saved(app)).toBe(0);
	expect((await app.client({ cookie }).session.me.query()).user?.email).toBe(EMAIL);
});

test("FAULTS 26: a cross-site origin is refused whatever it claims in Sec-Fetch-Site, and on reads", async () => {
	await using app = await testApp();
	const headers = { origin: "https://evil.example", "sec-fetch-site": "same-origin" };
	expect(codeIn(await app.post("/trpc/settings.save", WRITE, headers))).toBe("ORIGIN_REFUSED");
	expect(codeIn(await app.get("/trpc/session.me", undefined, headers))).toBe("ORIGIN_REFUSED");
});

test("FAULTS 26: no image or script of another site takes a watch of whoever is signed in; a link to the dashboard opens", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	for (const site of ["same-site", "cross-site"]) {
		const headers = { cookie, "sec-fetch-site": site };
		expect(codeIn(await app.get("/trpc/settings.watch", { environment: null }, headers))).toBe("ORIGIN_REFUSED");
		expect((await app.get("/readyz", undefined, headers)).status).toBe(200);
	}
	for (const site of ["same-origin", "none"])
		expect((await app.get("/trpc/session.me", undefined, { cookie, "sec-fetch-site": site })).status).toBe(200);
});

test("FAULTS 26: GET and HEAD run no mutation", async () => {
	await using app = await testApp();
	const headers = headersOf({ token: await app.token("all") });
	const before = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1);
	for (const path of mutations) {
		const answer = await app.get(`/trpc/${path}`, WRITE, headers);
		expect([path, answer.status]).toEqual([path, 405]);
		await app.request(`/trpc/${path}?input=${encodeURIComponent(TEXT)}`, { method: "HEAD", headers });
		await app.request(`/trpc/${path}?batch=1&input=${encodeURIComponent(`{"0":${TEXT}}`)}`, { headers });
	}
	expect(await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1)).toEqual(before);
});

test("FAULTS 26: GET on sign-in and sign-out does nothing, with parameters in the URL too", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	for (const path of ["/auth/sign-in/email", "/auth/sign-out", "/auth/sign-up/email"]) {
		const answer = await app.request(`${path}?email=${EMAIL}&password=x`, { headers: { cookie } });
		expect([path, answer.status, answer.headers.getSetCookie()]).toEqual([path, 404, []]);
	}
	expect((await app.client({ cookie }).session.me.query()).user?.email).toBe(EMAIL);
});

test("FAULTS 26: no header turns one method into another", async () => {
	await using app = await testApp();
	const headers = { ...headersOf({ token: await app.token("all") }), "x-http-method-override": "POST" };
	const answer = await app.request(`/trpc/settings.save?input=${encodeURIComponent(TEXT)}&_method=POST`, { headers });
	expect(answer.status).toBe(405);
	expect(await saved(app)).toBe(0);
});

test("the dashboard's own request goes through, and so does one from the command line", async () => {
	await using app = await testApp();
	const headers = headersOf({ token: await app.token("all") });
	expect((await app.post("/trpc/settings.save", WRITE, headers)).status).toBe(200);
	const plain = { ...headers, origin: null, "content-type": "application/json; charset=utf-8" };
	expect((await app.post("/trpc/settings.save", WRITE, plain)).status).toBe(200);
});
