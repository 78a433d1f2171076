/** TLS by certificate files: only new enough, renewed without a restart, refused with the fix where it is no pair. */
import { copyFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { testFolder } from "@holdfast/vault/test";
import { expect, test } from "vitest";
import { testApp } from "./app.ts";

const fixture = (name: string) => fileURLToPath(new URL(`./tls/${name}.pem`, import.meta.url));

/** The pair of this name, in a folder where it can be replaced. */
function pairIn(folder: string) {
	const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
	const put = (name: string) => {
		copyFileSync(fixture(`${name}.key`), files.key);
		copyFileSync(fixture(`${name}.cert`), files.cert);
	};
	return { files, put };
}

interface Said {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	subject: string;
	protocol: string | null;
}

function ask(port: number, path: string, { method = "GET", headers = {}, body = "" } = {}): Promise<Said> {
	return new Promise((resolve, reject) => {
		const sent = request(
			{ host: "127.0.0.1", port, path, method, headers, rejectUnauthorized: false, agent: false },
			(response) => {
				const socket = response.socket as TLSSocket;
				const subject = String(socket.getPeerCertificate().subject.CN);
				response.resume().once("end", () =>
					resolve({
						status: response.statusCode ?? 0,
						headers: response.headers,
						subject,
						protocol: socket.getProtocol(),
					}),
				);
			},
		);
		sent.once("error", reject).end(body);
	});
}

test("with a certificate the server speaks TLS alone, its cookies are secure, and its own pages are https", async () => {
	using folder = testFolder();
	const { files, put } = pairIn(folder.path);
	put("first");
	await using app = await testApp({ server: { tls: files } });
	const { port } = app;
	expect(await ask(port, "/healthz")).toMatchObject({
		status: 200,
		subject: "first.holdfast.test",
		protocol: "TLSv1.3",
	});
	const body = JSON.stringify({
		name: "Ann",
		email: "ann@example.test",
		password: "a pass phrase of Ann",
		claimCode: app.vault.claimCode,
	});
	const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
	const claim = (origin: string) =>
		ask(port, "/auth/sign-up/email", { method: "POST", headers: { ...headers, origin }, body });
	expect((await claim(`http://localhost:${port}`)).status).toBe(403);
	const claimed = await claim(`https://localhost:${port}`);
	expect(claimed.status).toBe(200);
	expect(String(claimed.headers["set-cookie"])).toMatch(/^__Secure-holdfast\S+; .*Secure/);
	expect(await app.raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")).not.toContain("200 OK");
});

test("old versions of TLS are refused", async () => {
	using folder = testFolder();
	const { files, put } = pairIn(folder.path);
	put("first");
	await using app = await testApp({ server: { tls: files } });
	const { port } = app;
	const refused = new Promise((resolve) => {
		const socket = connect({
			host: "127.0.0.1",
			port,
			maxVersion: "TLSv1.1",
			minVersion: "TLSv1",
			rejectUnauthorized: false,
		});
		socket.once("error", () => resolve(true)).once("secureConnect", () => resolve(false));
	});
	expect(await refused).toBe(true);
});

test("a certificate that is renewed is served without a restart, and half a pair leaves the one there was", async () => {
	using folder = testFolder();
	const { files, put } = pairIn(folder.path);
	put("first");
	await using app = await testApp({ server: { tls: files } });
	writeFileSync(files.cert, "half of a certifi");
	await expect.poll(() => app.logs.some((line) => line.includes("HOLDFAST_TLS_CERT")), { timeout: 30_000 }).toBe(true);
	expect((await ask(app.port, "/healthz")).subject).toBe("first.holdfast.test");
	put("second");
	await expect
		.poll(async () => (await ask(app.port, "/healthz")).subject, { timeout: 30_000 })
		.toBe("second.holdfast.test");
});

test("HSTS is sent where there is a name to remember it for", async () => {
	using folder = testFolder();
	const { files, put } = pairIn(folder.path);
	put("first");
	for (const [allowedHosts, sent] of [
		[[], undefined],
		[["keys.example"], "max-age=31536000"],
	] as const) {
		await using app = await testApp({ server: { tls: files, allowedHosts: [...allowedHosts] } });
		expect((await ask(app.port, "/healthz")).headers["strict-transport-security"]).toBe(sent);
	}
});

test("files that are no pair, or not there, are refused at the start with the variable's name", async () => {
	using folder = testFolder();
	const { files, put } = pairIn(folder.path);
	const start = (tls = files) => testApp({ server: { tls } });
	await expect(start()).rejects.toMatchObject({ code: "OPTION_INVALID", fields: { name: "HOLDFAST_TLS_CERT" } });
	put("first");
	await expect(start({ ...files, key: fixture("second.key") })).rejects.toMatchObject({ code: "OPTION_INVALID" });
	await expect(start({ ...files, key: join(folder.path, "none") })).rejects.toMatchObject({
		code: "OPTION_INVALID",
		fields: { name: "HOLDFAST_TLS_KEY" },
	});
});
