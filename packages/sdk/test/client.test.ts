/** The client against a real server: what it calls, how it fails, and what it does again. */
import { inspect } from "node:util";
import { expect, expectTypeOf, test } from "vitest";
import { createHoldfast, HoldfastError } from "../src/index.ts";
import { testServer } from "./server.ts";

async function failure(call: Promise<unknown>): Promise<HoldfastError> {
	const error = await call.then(
		() => expect.unreachable(),
		(reason: unknown) => reason,
	);
	if (!(error instanceof HoldfastError)) throw error;
	return error;
}

/** `fetch` that counts, and answers the first requests itself. */
function counting(...answers: (() => Response | Promise<Response>)[]) {
	const urls: string[] = [];
	const fetch: typeof globalThis.fetch = async (input, init) => {
		urls.push(String(input));
		return await (answers[urls.length - 1]?.() ?? globalThis.fetch(input, init));
	};
	return { urls, fetch };
}

const badGateway = () => new Response("<html>Bad gateway</html>", { status: 502 });
const cut = () => Promise.reject(new TypeError("fetch failed"));

test("procedures are called with their own types, several in one request", async () => {
	await using server = await testServer();
	const { urls, fetch } = counting();
	const holdfast = server.client({ fetch });
	const saved = await holdfast.settings.save.mutate({ writes: [{ name: "OPENAI_API_KEY", value: "sk-one" }] });
	expectTypeOf(saved.revision).toEqualTypeOf<number>();
	expect(saved.settings[0]).toMatchObject({ name: "OPENAI_API_KEY", version: 1 });

	const [list, health] = await Promise.all([holdfast.settings.list.query({}), holdfast.health.query()]);

	expect(list.settings.map(({ name }) => name)).toContain("OPENAI_API_KEY");
	expect(health.status).toBe("ok");
	expect(urls).toHaveLength(2);
	expect(urls.join()).not.toContain("sk-one");
	expect(urls.join()).not.toContain(server.token);
});

test("a refusal is an error with its code, what to do and whether a retry helps", async () => {
	await using server = await testServer();
	const holdfast = server.client();
	const forbidden = await failure(holdfast.settings.save.mutate({ writes: [{ name: "PATH", value: "/tmp" }] }));
	expect(forbidden).toMatchObject({ name: "HoldfastError", code: "NAME_FORBIDDEN", subject: "PATH", retryable: false });
	expect(forbidden.fix).toBe("Set it in the process that needs it, or choose another name.");
	expect(forbidden.message).toContain("PATH may not be saved");

	const stranger = server.client({ token: "hf_0123456789abcdef_0123456789012345678901234567890123456789012" });
	expect(await failure(stranger.settings.list.query({}))).toMatchObject({ code: "TOKEN_REFUSED", retryable: false });
	expect(await failure(stranger.secret("A").get())).toMatchObject({ code: "TOKEN_REFUSED" });
	expect(await failure(holdfast.secret("NEVER_SAVED").get())).toMatchObject({
		code: "NOT_SET",
		subject: "NEVER_SAVED",
	});
	expect(await failure(holdfast.secret("A", { environment: "nowhere" }).get())).toMatchObject({
		code: "ENVIRONMENT_NOT_FOUND",
	});
	const elsewhere = server.client({ url: server.url.replace("127.0.0.1", "127.0.0.2"), retries: 0 });
	expect(await failure(elsewhere.health.query())).toMatchObject({ code: "SERVER_UNREACHABLE", retryable: true });
});

test("an address that leads nowhere is refused at once", () => {
	for (const url of ["", "holdfast", "file:///etc", "https://user:password@a.test"]) {
		expect(() => createHoldfast({ url, token: "t" })).toThrow(HoldfastError);
	}
});

test("a token that cannot be sent is refused at once, and quoted nowhere", () => {
	for (const token of ["", " ", "hf_one\nhf_two", "hf_one\u2019", undefined as unknown as string]) {
		let thrown: unknown;
		try {
			createHoldfast({ url: "http://127.0.0.1:1", token });
		} catch (error) {
			thrown = error;
		}
		expect(thrown).toMatchObject({ code: "OPTION_INVALID", subject: "token" });
		expect(inspect(thrown)).not.toContain("hf_one");
	}
});

test("a query is tried again through a cut connection and a proxy's own answer; a save is not", async () => {
	await using server = await testServer();
	const query = counting(cut, badGateway);
	expect((await server.client({ fetch: query.fetch }).health.query()).status).toBe("ok");
	expect(query.urls).toHaveLength(3);

	const save = counting(cut);
	const call = server.client({ fetch: save.fetch }).settings.save.mutate({ writes: [{ name: "A", value: "once" }] });
	expect(await failure(call)).toMatchObject({ code: "SERVER_UNREACHABLE", retryable: true });
	expect(save.urls).toHaveLength(1);

	const hydrate = counting(badGateway, cut);
	await server.save({ A: "value" });
	expect(await server.client({ fetch: hydrate.fetch }).secret("A").get()).toBe("value");
	expect(hydrate.urls).toHaveLength(3);
});

test("what is not to be tried again, or was often enough, is not", async () => {
	await using server = await testServer();
	const refused = counting();
	await failure(server.client({ fetch: refused.fetch }).settings.list.query({ environment: "nowhere" }));
	expect(refused.urls).toHaveLength(1);

	const down = counting(cut, cut, cut, cut);
	await failure(server.client({ fetch: down.fetch, retries: 2 }).health.query());
	expect(down.urls).toHaveLength(3);
});

test("a call that takes too long ends, and one that is broken off at once", async () => {
	await using server = await testServer();
	const hanging: typeof fetch = (_, init) =>
		new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
	const slow = server.client({ fetch: hanging, timeout: 50, retries: 1 });
	expect(await failure(slow.health.query())).toMatchObject({ code: "SERVER_UNREACHABLE" });

	const breaking = new AbortController();
	const broken = server.client({ fetch: hanging }).health.query(undefined, { signal: breaking.signal });
	breaking.abort();
	await expect(broken).rejects.toMatchObject({ cause: { name: "AbortError" } });

	const closed = server.client({ fetch: hanging });
	const call = closed.health.query();
	closed.close();
	await expect(call).rejects.toMatchObject({ cause: { name: "AbortError" } });
});

test("the token is sent to no other server", async () => {
	await using server = await testServer();
	const elsewhere = counting(() => Response.redirect("https://elsewhere.test/", 307));
	const asked: (string | undefined)[] = [];
	const fetch: typeof globalThis.fetch = (input, init) => {
		asked.push(init?.redirect);
		return elsewhere.fetch(input, init);
	};
	await failure(server.client({ fetch, retries: 0 }).health.query());
	expect(asked).toEqual(["error"]);
});
