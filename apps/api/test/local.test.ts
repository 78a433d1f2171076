/** FAULTS 36: a base URL leads into no local network until someone answerable for the instance has named its host. */
import type { Permission } from "@holdfast/contract";
import { expect, test } from "vitest";
import { chat, headersOf, refusal, testApp } from "./app.ts";
import { canary } from "./canary.ts";
import { answering } from "./provider.ts";
import { codeIn } from "./samples.ts";

const KEY = canary("local");
const USE = { environment: "default", provider: "google" };
const CHAT = { ...USE, messages: [{ role: "user" as const, content: "hello" }] };
const SENTENCE = "GOOGLE_BASE_URL leads into a local network, to a host that is not among those allowed.";

test("FAULTS 36: neither a test, nor models, nor a chat reaches a local host, and whoever saves settings cannot allow it", async () => {
	await using thief = await answering(200, () => "{}");
	await using app = await testApp();
	const all = headersOf({ token: await app.token("all") });
	const few: Permission[] = ["settings.see", "settings.write", "providers.use"];
	const token = await app.token(few);
	const editor = headersOf({ token });
	const configure = (localHosts: unknown, as: typeof all) => app.post("/trpc/system.configure", { localHosts }, as);
	expect(codeIn(await configure([], all))).toBeNull();
	const writes = [
		{ name: "GOOGLE_API_KEY", value: KEY },
		{ name: "GOOGLE_BASE_URL", value: thief.url },
	];
	expect(codeIn(await app.post("/trpc/settings.save", { writes }, editor))).toBeNull();
	expect((await app.post("/trpc/providers.test", USE, editor)).text).toContain(SENTENCE);
	expect(codeIn(await app.get("/trpc/providers.models", USE, editor))).toBe("PROVIDER_LOCAL");
	expect(await refusal(chat(app.client({ token }), CHAT))).toBe("PROVIDER_LOCAL");
	const { host } = new URL(thief.url);
	expect(codeIn(await configure([host], editor))).toBe("NOT_ALLOWED");
	expect(thief.keys).toEqual([]);

	expect(codeIn(await configure([host], all))).toBeNull();
	await app.post("/trpc/providers.test", USE, editor);
	expect(thief.keys.length).toBeGreaterThan(0);
	const [entry] = (await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 10)).filter(
		({ action }) => action === "system.configure",
	);
	expect(entry).toMatchObject({ outcome: "done", details: { localHosts: host } });
});

test("FAULTS 34: what is no host is refused, and a metadata service stays out of reach even where it is named", async () => {
	await using app = await testApp();
	const all = headersOf({ token: await app.token("all") });
	const configure = (localHosts: unknown) => app.post("/trpc/system.configure", { localHosts }, all);
	for (const bad of [
		"",
		"http://ai.lan",
		"ai.lan/v1",
		"AI.lan",
		"a b",
		"user@ai.lan",
		"0x7f.1",
		"::1",
		"ai.lan:99999",
		7,
		null,
	])
		expect([bad, codeIn(await configure([bad]))]).toEqual([bad, "INPUT_INVALID"]);
	expect(codeIn(await configure(["169.254.169.254", "[::1]:8000", "ai.lan:80"]))).toBeNull();
	const draft = [
		{ name: "GOOGLE_API_KEY", value: KEY },
		{ name: "GOOGLE_BASE_URL", value: "http://169.254.169.254/latest" },
	];
	expect((await app.post("/trpc/providers.test", { ...USE, draft }, all)).text).toContain("wrong-url");
});

test("FAULTS 24: a key that a provider echoes in the pieces of a chat is covered", async () => {
	const half = Math.floor(KEY.length / 2);
	const part = (text: string) => `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text }] } }] })}\n\n`;
	const pieces = [`your key is ${KEY.slice(0, half)}`, KEY.slice(half), ` or ${Buffer.from(KEY).toString("base64")}!`];
	await using provider = await answering(200, () => pieces.map(part).join(""), "text/event-stream");
	await using app = await testApp();
	const token = await app.token("all");
	const all = headersOf({ token });
	const writes = [
		{ name: "GOOGLE_API_KEY", value: KEY },
		{ name: "GOOGLE_BASE_URL", value: provider.url },
	];
	await app.post("/trpc/settings.save", { writes }, all);
	const events = await chat(app.client({ token }), CHAT);
	const said = events.map((event) => (event.type === "text" ? event.text : "")).join("");
	expect(said).toContain("your key is •••• or ••••");
	expect(said).not.toContain(KEY);
});
