import { expect, onTestFinished, test } from "vitest";
import { headersOf, type TestApp, testApp } from "./app.ts";
import { connect, statusOf, wire } from "./raw.ts";
import { codeIn } from "./samples.ts";

/** Errors that nothing caught, from here to the end of the test. */
function uncaught(): unknown[] {
	const errors: unknown[] = [];
	const keep = (error: unknown) => void errors.push(error);
	process.on("unhandledRejection", keep).on("uncaughtException", keep);
	onTestFinished(() => void process.off("unhandledRejection", keep).off("uncaughtException", keep));
	return errors;
}

async function expectServing(app: TestApp, errors: unknown[]): Promise<void> {
	expect((await app.request("/trpc/health")).status).toBe(200);
	expect((await app.request("/healthz")).status).toBe(200);
	await new Promise((resolve) => setImmediate(resolve));
	expect(errors).toEqual([]);
}

const Host = "localhost";
const JSON_TYPE = { Host, "Content-Type": "application/json" };
const POST = "POST /trpc/settings.save";

const MALFORMED: [string, string][] = [
	["nothing but an end of line", "\r\n\r\n"],
	["no HTTP", "hello\r\n\r\n"],
	["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
	["another version", "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n"],
	["HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
	["a header without a colon", "GET / HTTP/1.1\r\nHost: localhost\r\nbroken\r\n\r\n"],
	["a NUL in a header", "GET / HTTP/1.1\r\nHost: localhost\r\nX: \0\r\n\r\n"],
	["a folded header", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n"],
	["a giant header", wire("GET /", { Host, X: "x".repeat(200_000) })],
	["a giant target", wire(`GET /${"x".repeat(200_000)}`, { Host })],
	["half a request", "POST /trpc/settings.save HTTP/1.1\r\nHost: loc"],
	["half a body", wire(POST, { ...JSON_TYPE, "Content-Length": "500" }, '{"writes":')],
	["a negative length", wire(POST, { ...JSON_TYPE, "Content-Length": "-1" }, "{}")],
	["two lengths", `${POST} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
	[
		"a length and chunks",
		wire(POST, { ...JSON_TYPE, "Content-Length": "2", "Transfer-Encoding": "chunked" }, "2\r\n{}\r\n0\r\n\r\n"),
	],
	["chunks without a length", wire(POST, { ...JSON_TYPE, "Transfer-Encoding": "chunked" }, "2\r\n{}\r\n0\r\n\r\n")],
	["a broken chunk", wire(POST, { ...JSON_TYPE, "Transfer-Encoding": "chunked" }, "zz\r\n{}")],
	["an unknown transfer", wire(POST, { ...JSON_TYPE, "Transfer-Encoding": "chunked, identity" }, "{}")],
	["an upgrade", wire("GET /", { Host, Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Key": "x" })],
	["an upgrade to HTTP/2", wire("GET /", { Host, Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c" })],
	["CONNECT", wire("CONNECT evil.example:443", { Host })],
	["TRACE", wire("TRACE /", { Host })],
	["OPTIONS for all", wire("OPTIONS *", { Host })],
	["an invented method", wire("PROPFIND /trpc/health", { Host })],
	["a target without a slash", wire("GET trpc/health", { Host })],
	["bogus percent-encoding", wire("GET /trpc/%E0%A4%A", { Host })],
	["a lone percent sign", wire("GET /%", { Host })],
	["bogus percent-encoding of an account", wire("POST /auth/%E0%A4%A", { ...JSON_TYPE, "Content-Length": "2" }, "{}")],
	["bogus percent-encoding of an asset", wire("GET /assets/%E0%A4%A.js", { Host })],
	["an encoded NUL", wire("GET /assets/%00.js", { Host })],
	["climbing folders", wire("GET /../../../../etc/passwd", { Host })],
	["climbing encoded folders", wire("GET /assets/..%2f..%2f..%2fetc%2fpasswd", { Host })],
	["a backslash", wire("GET /..\\..\\.env", { Host })],
	["a bogus input", wire("GET /trpc/settings.list?input=%7B", { Host })],
	["a bogus percent-encoded input", wire("GET /trpc/settings.list?input=%E0%A4", { Host })],
	["a batch of nothing", wire("GET /trpc/?batch=1", { Host })],
	["a procedure of the prototype", wire("GET /trpc/__proto__,constructor?batch=1&input=%7B%7D", { Host })],
	["Expect", wire(POST, { ...JSON_TYPE, Expect: "200-maybe", "Content-Length": "2" }, "{}")],
];

test("FAULTS 40: malformed requests are answered or cut off, and the server goes on", async () => {
	const errors = uncaught();
	await using app = await testApp();
	const answers = await Promise.all(MALFORMED.map(async ([what, text]) => [what, await app.raw(text)] as const));
	for (const [what, answer] of answers) {
		const status = statusOf(answer);
		expect([what, status < 500 || status === 503]).toEqual([what, true]);
		expect([what, /root:|\n\s+at /.test(answer)]).toEqual([what, false]);
	}
	await expectServing(app, errors);
	expect(await app.vault.storage.current("default", "shared")).toEqual([]);
	expect(app.logs.filter((line) => line.includes("unexpected failure"))).toEqual([]);
});

test("FAULTS 40: a client that leaves in the middle harms nobody", async () => {
	const errors = uncaught();
	await using app = await testApp();
	const authorization = `Bearer ${await app.token("all")}`;
	const body = JSON.stringify({ writes: [{ name: "SAMPLE", value: "one" }] });
	const headers = { ...JSON_TYPE, Authorization: authorization, "Content-Length": String(body.length) };
	for (const text of [
		wire(POST, headers, body),
		wire(POST, headers, body.slice(0, 9)),
		wire("GET /trpc/health", { Host }),
	]) {
		const socket = connect(app.port);
		await new Promise<void>((resolve) => socket.write(text, () => resolve()));
		socket.resetAndDestroy();
	}
	await expectServing(app, errors);
});

test("FAULTS 40: a body above 8 MB is refused by its length, and one without a length at once", async () => {
	const errors = uncaught();
	await using app = await testApp();
	const headers = headersOf({ token: await app.token("all") });
	const large = await app.post("/trpc/settings.save", `"${"x".repeat(8 * 1024 * 1024)}"`, headers);
	expect([large.status, codeIn(large)]).toEqual([413, "TOO_LARGE"]);
	const chunked = wire(
		POST,
		{ ...JSON_TYPE, "Transfer-Encoding": "chunked", Connection: "close" },
		"2\r\n{}\r\n0\r\n\r\n",
	);
	expect(statusOf(await app.raw(chunked))).toBe(413);
	await expectServing(app, errors);
});

test("FAULTS 40: JSON 100,000 levels deep is refused like any other wrong input", async () => {
	const errors = uncaught();
	await using app = await testApp();
	const headers = headersOf({ token: await app.token("all") });
	const depth = 100_000;
	const deep = [`${"[".repeat(depth)}${"]".repeat(depth)}`, `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`];
	for (const value of deep) {
		for (const body of [value, `{"writes":${value}}`, `{"writes":[{"name":"A","value":${value}}]}`]) {
			const answer = await app.post("/trpc/settings.save", body, headers);
			expect([answer.status, codeIn(answer)]).toEqual([400, "INPUT_INVALID"]);
		}
		const signIn = await app.post("/auth/sign-in/email", `{"email":${value},"password":${value}}`);
		expect([400, 401, 422].includes(signIn.status)).toBe(true);
	}
	await expectServing(app, errors);
});

test("FAULTS 40: bytes that are no UTF-8 are never saved as something else", async () => {
	const errors = uncaught();
	await using app = await testApp();
	const headers = { ...headersOf({ token: await app.token("all") }), "content-type": "application/json" };
	const body = Buffer.concat([
		Buffer.from('{"writes":[{"name":"A","value":"x'),
		Buffer.from([0xff, 0xc3, 0x28]),
		Buffer.from('"}]}'),
	]);
	const answer = await app.request("/trpc/settings.save", { method: "POST", headers, body });
	expect(answer.status).toBe(400);
	expect(await app.vault.storage.current("default", "shared")).toEqual([]);
	await expectServing(app, errors);
});

test("FAULTS 29: 1,000 batched calls are refused, 50 are served", async () => {
	const errors = uncaught();
	await using app = await testApp();
	const batch = (size: number) =>
		`/trpc/${Array.from({ length: size }, () => "health").join(",")}?batch=1&input=%7B%7D`;
	expect((await app.request(batch(50))).status).toBe(200);
	for (const size of [51, 1_000]) {
		const answer = await app.request(batch(size));
		expect([size, answer.status >= 400 && answer.status < 500]).toEqual([size, true]);
		expect(answer.text).not.toContain('"revision"');
	}
	await expectServing(app, errors);
});
