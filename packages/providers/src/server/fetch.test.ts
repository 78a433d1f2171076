import { expect, test, vi } from "vitest";
import { chat, HERE, KEY, providerOf, valuesFor } from "../../test/call.ts";
import { answering, standIn } from "../../test/stand-in.ts";
import { fetchAnywhere } from "./fetch.ts";
import { listModels, testProvider } from "./index.ts";

/** A name server that gives a metadata address for `*.test`, as an attacker's would. */
vi.mock("node:dns", async (importOriginal) => {
	const dns = await importOriginal<typeof import("node:dns")>();
	const lookup = (name: string, options: { all?: boolean }, callback: (...given: unknown[]) => void) => {
		if (!name.endsWith(".test")) return dns.lookup(name, options, callback);
		const address = "169.254.169.254";
		callback(null, options.all ? [{ address, family: 4 }] : address, 4);
	};
	return { ...dns, lookup };
});

test("FAULTS 36: a redirect is not followed, so no other address gets the key", async () => {
	await using elsewhere = await answering(200, { data: [] });
	for (const status of [301, 302, 303, 307, 308]) {
		await using server = await answering(status, "", { location: `${elsewhere.url}/models` });
		for (const id of ["google", "openai", "anthropic"]) {
			const provider = providerOf(id);
			const result = await testProvider(provider, valuesFor(provider, server.url), HERE);
			expect(result).toMatchObject({ outcome: "wrong-url" });
		}
	}
	expect(elsewhere.requests).toEqual([]);
});

test("FAULTS 36: a chat is held to the same rules", async () => {
	await using elsewhere = await answering(200, {});
	await using server = await answering(307, "", { location: elsewhere.url });
	for (const id of ["google", "openai", "anthropic", "mistral", "groq", "xai", "cohere"]) {
		const provider = providerOf(id);
		for (const url of [server.url, "http://169.254.169.254/v1", "https://metadata.test/v1"]) {
			const failure = chat({ provider, values: valuesFor(provider, url) });
			await expect(failure).rejects.toMatchObject({
				code: "PROVIDER_URL",
				fields: { name: provider.settings[1]?.name },
			});
		}
	}
	expect(elsewhere.requests).toEqual([]);
});

test.each([
	"file:///etc/passwd",
	"ftp://127.0.0.1/",
	"data:application/json,{}",
	"http://user:password@127.0.0.1/",
	"https://canary@127.0.0.1/",
	"127.0.0.1",
])("FAULTS 36: %s is no address of an AI service", async (url) => {
	const failure = fetchAnywhere(url);
	await expect(failure).rejects.toMatchObject({ code: "PROVIDER_URL" });
	await expect(failure).rejects.not.toThrow(/canary|passw/);
	const provider = providerOf("local");
	expect(await testProvider(provider, valuesFor(provider, url), HERE)).toMatchObject({
		outcome: "wrong-url",
		latency: null,
	});
});

test.each([
	"http://169.254.169.254/",
	"http://2852039166/",
	"http://0xa9fea9fe/",
	"http://0251.0376.0251.0376/",
	"http://[::ffff:169.254.169.254]/",
	"http://[::ffff:a9fe:a9fe]/",
	"http://[fd00:ec2::254]/",
	"http://[fe80::1]/",
	"http://100.100.100.200/",
])("FAULTS 36: %s is a metadata address and is not connected to", async (url) => {
	const provider = providerOf("local");
	expect(await testProvider(provider, valuesFor(provider, url), HERE)).toMatchObject({ outcome: "wrong-url" });
});

test.each(["http://metadata.test/v1", "https://metadata.test/v1"])(
	"FAULTS 36: %s leads to a metadata address",
	async (url) => {
		const provider = providerOf("openai");
		const result = await testProvider(provider, valuesFor(provider, url), HERE);
		expect(result).toMatchObject({ outcome: "wrong-url", sentence: expect.stringContaining("OPENAI_BASE_URL") });
	},
);

test("a host name that leads elsewhere is connected to", async () => {
	await using server = await answering(200, { data: [{ id: "gpt-a" }] });
	const provider = providerOf("openai");
	const list = await listModels(provider, valuesFor(provider, server.url.replace("127.0.0.1", "localhost")), HERE);
	expect(list.from).toBe("provider");
});

test("an answer without end is cut off", async () => {
	const piece = Buffer.alloc(1024 * 1024, " ");
	await using server = await standIn((_, response) => {
		const pour = () => {
			while (!response.destroyed && response.write(piece));
		};
		response.on("drain", pour);
		pour();
	});
	const provider = providerOf("openai");
	expect(await testProvider(provider, valuesFor(provider, server.url), HERE)).toMatchObject({
		outcome: "failed",
		sentence: expect.stringContaining("too large"),
	});
});

test("the key travels in a header, never in the URL", async () => {
	await using server = await standIn((_, response) => response.writeHead(404).end());
	for (const id of ["google", "openai", "anthropic", "mistral", "groq", "cohere", "azure", "openrouter", "together"]) {
		const provider = providerOf(id);
		await testProvider(provider, valuesFor(provider, server.url), HERE);
	}
	expect(server.requests).toHaveLength(18);
	for (const { url, headers } of server.requests) {
		expect(decodeURIComponent(url)).not.toContain(KEY);
		expect(JSON.stringify(headers)).toContain(KEY);
	}
});
