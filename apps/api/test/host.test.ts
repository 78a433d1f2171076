import { expect, test } from "vitest";
import { testApp } from "./app.ts";
import { statusOf, wire } from "./raw.ts";

const REFUSED = (port: number): [string, string][] => [
	["another name", "evil.example"],
	["another name with the port", `evil.example:${port}`],
	["a name that ends like one of the server's", "evil-localhost"],
	["a name below one of the server's", "evil.localhost"],
	["a name that begins like one of the server's", "127.0.0.1.evil.example"],
	["a trailing dot", "localhost."],
	["another loopback address", "127.0.0.2"],
	["the unspecified address", "0.0.0.0"],
	["another IPv6 address", "[::2]"],
	["an IPv4 address in IPv6's clothes", "[::ffff:127.0.0.1]"],
	["a user name before it", `localhost@evil.example:${port}`],
	["an allowed name as the user", "localhost:80@evil.example"],
	["a path after it", "evil.example/localhost"],
	["two names", "localhost, evil.example"],
	["nothing", ""],
	["a space", "local host"],
	["no port number", "localhost:port"],
	["a decimal address", "2130706433"],
	["bytes that are no text", "\xff\xfe"],
];

test("FAULTS 28: a foreign Host is refused everywhere, and no procedure runs", async () => {
	await using app = await testApp();
	for (const [what, Host] of REFUSED(app.port)) {
		for (const path of ["/trpc/health", "/auth/get-session", "/healthz", "/", "/assets/none.js"]) {
			const answer = await app.raw(wire(`GET ${path}`, { Host, Connection: "close" }));
			expect([what, path, [400, 403].includes(statusOf(answer))]).toEqual([what, path, true]);
			expect(answer).not.toMatch(/"revision"|"status":"ok"|<html/);
		}
	}
});

test("FAULTS 28: a mutation under a foreign Host saves nothing", async () => {
	await using app = await testApp();
	const body = JSON.stringify({ writes: [{ name: "SAMPLE", value: "one" }] });
	const headers = {
		Host: `evil.example:${app.port}`,
		Authorization: `Bearer ${await app.token("all")}`,
		"Content-Type": "application/json",
		"Content-Length": String(body.length),
		Connection: "close",
	};
	expect(statusOf(await app.raw(wire("POST /trpc/settings.save", headers, body)))).toBe(403);
	expect(await app.vault.storage.current("default", "shared")).toEqual([]);
});

test("FAULTS 28: a subscription's request is no exception", async () => {
	await using app = await testApp();
	const headers = { Host: "evil.example", Accept: "text/event-stream", Connection: "close" };
	expect(statusOf(await app.raw(wire("GET /trpc/settings.list?input=%7B%7D", headers)))).toBe(403);
});

test("FAULTS 28: an absolute request target counts as the host, and so does each of two Hosts", async () => {
	await using app = await testApp();
	const target = `GET http://evil.example:${app.port}/trpc/health`;
	expect(statusOf(await app.raw(wire(target, { Host: "localhost", Connection: "close" })))).toBe(403);
	const twice = `GET /trpc/health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
	expect(statusOf(await app.raw(twice))).toBe(403);
	const forwarded = { Host: "evil.example", "X-Forwarded-Host": "localhost", Connection: "close" };
	expect(statusOf(await app.raw(wire("GET /trpc/health", forwarded)))).toBe(403);
	expect(statusOf(await app.raw("GET /trpc/health HTTP/1.0\r\n\r\n"))).toBe(400);
});

test("the server's own names are served, in any case, with any port, and as an IPv6 literal", async () => {
	await using app = await testApp({ server: { allowedHosts: ["keys.example"] } });
	for (const name of ["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "keys.example", "Keys.Example"]) {
		for (const Host of [name, `${name}:${app.port}`, `${name}:80`]) {
			const answer = await app.raw(wire("GET /trpc/health", { Host, Connection: "close" }));
			expect([Host, statusOf(answer)]).toEqual([Host, 200]);
		}
	}
});
