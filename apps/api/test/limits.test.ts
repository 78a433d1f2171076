/** FAULTS 29 and 30: how often, how deep and how slowly one may ask, by raw requests. */
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { networkOf } from "../src/limits.ts";
import { EMAIL, headersOf, PASSWORD, testApp } from "./app.ts";
import { setForward } from "./clock.ts";
import { connect, rawExchange, statusOf, wire } from "./raw.ts";
import { codeIn } from "./samples.ts";

const FEW = 20;
const LIST = `/trpc/settings.list?input=${encodeURIComponent("{}")}`;
const get = (path: string, headers: Record<string, string>) =>
	wire(`GET ${path}`, { Host: "localhost", Connection: "close", ...headers });

test("FAULTS 29: one token has so many calls a minute, and then is told when to come again; another one goes on", async () => {
	await using app = await testApp({ server: { callsPerMinute: FEW } });
	const [one, other] = [headersOf({ token: await app.token("all") }), headersOf({ token: await app.token("all") })];
	const statuses: number[] = [];
	for (let n = 0; n < FEW + 2; n++) statuses.push(statusOf(await app.raw(get(LIST, one))));
	expect(statuses).toEqual([...Array(FEW).fill(200), 429, 429]);
	const refused = await app.raw(get(LIST, one));
	expect([/^retry-after: 60\r$/im.test(refused), refused.includes("RATE_LIMITED")]).toEqual([true, true]);
	expect(statusOf(await app.raw(get(LIST, other)))).toBe(200);
});

test("FAULTS 29: the calls of a batch count one by one", async () => {
	await using app = await testApp({ server: { callsPerMinute: FEW } });
	const headers = headersOf({ token: await app.token("all") });
	const input = JSON.stringify(Object.fromEntries(Array.from({ length: 15 }, (_, n) => [n, {}])));
	const batch = `/trpc/${Array(15).fill("settings.list").join(",")}?batch=1&input=${encodeURIComponent(input)}`;
	const [first, second] = [await app.raw(get(batch, headers)), await app.raw(get(batch, headers))];
	expect(first.match(/RATE_LIMITED/g)).toBeNull();
	expect(second.match(/"code":"RATE_LIMITED"/g)).toHaveLength(10);
});

test("FAULTS 29: a person's calls count by who they are, whatever session they come with", async () => {
	await using app = await testApp({ server: { callsPerMinute: FEW } });
	const cookie = await app.claim();
	for (let n = 0; n < FEW; n++) await app.get("/trpc/settings.list", {}, { cookie });
	expect((await app.get("/trpc/settings.list", {}, { cookie })).status).toBe(429);
});

test("FAULTS 30: guesses at tokens are limited by address, and take nothing from those who have one", async () => {
	await using app = await testApp();
	const guess = (n: number) => ({ authorization: `Bearer hf_${String(n).padStart(16, "0")}_${"x".repeat(43)}` });
	let limited = 0;
	for (let n = 0; n < 700; n++) if ((await app.get("/trpc/settings.list", {}, guess(n))).status === 429) limited++;
	expect(limited).toBe(100);
	const token = await app.token("all");
	expect((await app.get("/trpc/settings.list", {}, headersOf({ token }))).status).toBe(200);
});

test("FAULTS 30: one account's password is tried twenty times from everywhere together, and others are not shut out", async () => {
	await using app = await testApp({ server: { trustedProxies: ["127.0.0.1"] } });
	await app.claim();
	const tryAs = (email: string, n: number, password = "a wrong pass phrase") =>
		app.post("/auth/sign-in/email", { email, password }, { "x-forwarded-for": `198.51.100.${n}` });
	const statuses: number[] = [];
	for (let n = 1; n <= 22; n++) statuses.push((await tryAs(n % 2 ? EMAIL : EMAIL.toUpperCase(), n)).status);
	expect(statuses).toEqual([...Array(20).fill(401), 429, 429]);
	expect((await tryAs(EMAIL, 40, PASSWORD)).status).toBe(429);
	expect((await tryAs("other@example.test", 41)).status).toBe(401);
	const entries = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 5);
	expect(entries[0]).toMatchObject({ action: "session.signIn", outcome: "denied", address: "198.51.100.41" });
});

test("FAULTS 30: an IPv6 network of 64 bits counts as one, and IPv4 in IPv6's clothes as itself", () => {
	const same = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::", "2001:DB8:1:2:3:4:5:6", "2001:db8:1:2::"];
	expect(new Set(same.map(networkOf))).toEqual(new Set(["2001:db8:1:2::/64"]));
	expect(networkOf("2001:db8:1:3::1")).not.toBe(networkOf("2001:db8:1:2::1"));
	expect(networkOf("::1")).toBe("0:0:0:0::/64");
	expect(networkOf("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
	expect(["::ffff:10.0.0.1", "::ffff:a00:1", "10.0.0.1"].map(networkOf)).toEqual(Array(3).fill("10.0.0.1"));
});

test("FAULTS 30: what a client says of where it comes from is believed of named proxies alone, from the nearest back", async () => {
	const cases: [string[], string, string][] = [
		[[], "203.0.113.7", "127.0.0.1"],
		[["127.0.0.0/8"], "203.0.113.7", "203.0.113.7"],
		[["127.0.0.1"], "198.51.100.1, 203.0.113.7", "203.0.113.7"],
		[["127.0.0.1", "203.0.113.0/24"], "198.51.100.1, 203.0.113.7", "198.51.100.1"],
		[["127.0.0.1"], "evil.example", "127.0.0.1"],
		[["127.0.0.1"], "203.0.113.7, <script>", "127.0.0.1"],
		[["127.0.0.1"], "::ffff:203.0.113.7", "203.0.113.7"],
		[["10.0.0.0/8"], "203.0.113.7", "127.0.0.1"],
	];
	for (const [trustedProxies, forwarded, address] of cases) {
		await using app = await testApp({ server: { trustedProxies } });
		const headers = { "x-forwarded-for": forwarded, ...headersOf({ token: await app.token(["settings.see"]) }) };
		expect(codeIn(await app.post("/trpc/settings.save", { writes: [{ name: "A", value: "b" }] }, headers))).toBe(
			"NOT_ALLOWED",
		);
		const [entry] = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1);
		expect([forwarded, entry?.address]).toEqual([forwarded, address]);
	}
});

test("FAULTS 29: JSON that is nested without end is refused before it is read, in bodies, queries and sign-ins", async () => {
	await using app = await testApp();
	const headers = headersOf({ token: await app.token("all") });
	const deep = `${'{"a":'.repeat(40)}1${"}".repeat(40)}`;
	const said = "nested more than 32 levels deep";
	expect((await app.post("/trpc/settings.save", deep, headers)).text).toContain(said);
	expect((await app.post("/auth/sign-in/email", deep)).text).toContain(said);
	const query = await app.request(`/trpc/settings.list?input=${encodeURIComponent(deep)}`, { headers });
	expect([query.status, query.text.includes(said)]).toEqual([400, true]);
	const flat = { writes: [{ name: "BRACES", value: `${"[{".repeat(100)}\\"${"[".repeat(100)}` }] };
	expect((await app.post("/trpc/settings.save", flat, headers)).status).toBe(200);
});

test("FAULTS 29: a client that sends its headers or its body a byte at a time is let go of", async () => {
	await using app = await testApp();
	const ended = (text: string) =>
		new Promise<boolean>((resolve) => {
			const socket = connect(app.port);
			socket
				.on("error", () => resolve(true))
				.on("close", () => resolve(true))
				.resume();
			socket.write(text);
			const drip = setInterval(() => socket.write("x"), 500);
			socket.once("close", () => clearInterval(drip));
		});
	const slow = [
		"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
		wire(
			"POST /trpc/settings.save",
			{ Host: "localhost", "Content-Type": "application/json", "Content-Length": "999999" },
			"{",
		),
	];
	expect(await Promise.all(slow.map(ended))).toEqual([true, true]);
}, 90_000);

test("FAULTS 40: a port that is taken, and one that is none, are refused at the start", async () => {
	const taken = createServer().listen(0, "127.0.0.1");
	await new Promise((resolve) => taken.once("listening", resolve));
	const { port } = taken.address() as { port: number };
	await expect(testApp({ server: { port } })).rejects.toMatchObject({ code: "PORT_IN_USE" });
	await new Promise((resolve) => taken.close(resolve));
	setForward(0);
	expect(await rawExchange(port, "GET / HTTP/1.1\r\n\r\n")).toBe("");
});
