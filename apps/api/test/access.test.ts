import { type Permission, PROCEDURES, type ProcedurePath, ROLES, type Role } from "@holdfast/contract";
import { expect, test } from "vitest";
import { listed, open, router } from "../src/trpc.ts";
import { chat, headersOf, refusal, type TestApp, testApp } from "./app.ts";
import { codeIn, procedures, SAMPLES, subscriptions } from "./samples.ts";
import { openStream } from "./stream.ts";

const PATHS = Object.keys(PROCEDURES) as ProcedurePath[];
const GUARDED = PATHS.filter((path) => PROCEDURES[path] !== "public");

/** What answers with a stream says in it what is refused, and its status says nothing. */
const STREAMS: ReadonlySet<string> = new Set(["chat.send", ...subscriptions]);

/** What one call with a token, or without, is refused with; `null` when it is not. */
async function refused(app: TestApp, path: ProcedurePath, token?: string): Promise<string | null> {
	const credential = token === undefined ? {} : { token };
	if (procedures[path]._def.type === "subscription") return refusedWatch(app, path, headersOf(credential));
	if (path === "chat.send") return refusal(chat(app.client(credential), SAMPLES["chat.send"] as never));
	return codeIn(await call(app, path, headersOf(credential)));
}

async function refusedWatch(app: TestApp, path: ProcedurePath, headers: Record<string, string>) {
	const stream = await openStream(app.url, path, { input: SAMPLES[path], headers });
	const event = await stream.next();
	stream.close();
	return event?.event === "serialized-error" ? codeIn({ json: () => ({ error: event.data }) }) : null;
}

function call(app: TestApp, path: ProcedurePath, headers: Record<string, string>) {
	return procedures[path]._def.type === "query"
		? app.get(`/trpc/${path}`, SAMPLES[path], headers)
		: app.post(`/trpc/${path}`, SAMPLES[path] ?? "", headers);
}

async function denials(app: TestApp): Promise<number> {
	const rows = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1_000);
	return rows.filter(({ outcome }) => outcome === "denied").length;
}

test("the router has exactly the procedures of the table", () => {
	expect(Object.keys(procedures).sort()).toEqual([...PATHS].sort());
});

test("FAULTS 32: a procedure without a row in the table keeps the server from loading", () => {
	const stray = router({ settings: router({ stray: open.query(() => 1) }) });
	expect(() => listed(stray)).toThrow("The procedure settings.stray has no row in PROCEDURES.");
});

test("FAULTS 32: without a credential every procedure but the public ones answers SIGNED_OUT, and records nothing", async () => {
	await using app = await testApp();
	const before = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 10);
	for (const path of GUARDED) {
		expect([path, await refused(app, path)]).toEqual([path, "SIGNED_OUT"]);
		if (!STREAMS.has(path)) expect([path, (await call(app, path, {})).status]).toEqual([path, 401]);
	}
	expect(await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 10)).toEqual(before);
});

test.for(Object.keys(ROLES) as Role[])("FAULTS 32: every procedure × the role %s, as the table says", async (role) => {
	await using app = await testApp();
	const held: readonly Permission[] = ROLES[role];
	const token = await app.token(held);
	for (const path of GUARDED) {
		const needed = PROCEDURES[path];
		const before = await denials(app);
		const code = await refused(app, path, token);
		const recorded = (await denials(app)) - before;
		// About one's own account: a token is nobody's.
		if (needed === "signed-in") expect([path, code, recorded]).toEqual([path, "PEOPLE_ONLY", 1]);
		else if (held.includes(needed as Permission))
			expect([path, code === "NOT_ALLOWED", recorded]).toEqual([path, false, 0]);
		else expect([path, code, recorded]).toEqual([path, "NOT_ALLOWED", 1]);
	}
});

test("FAULTS 32: the last denial names who, what and where, and nothing of the input", async () => {
	await using app = await testApp();
	const headers = headersOf({ token: await app.token(ROLES.viewer) });
	await call(app, "settings.save", headers);
	const [entry] = await app.vault.storage.audit(Number.MAX_SAFE_INTEGER, 1);
	expect(entry).toMatchObject({
		action: "settings.save",
		target: "SAMPLE",
		environment: "default",
		outcome: "denied",
		address: "127.0.0.1",
		details: { refusal: "NOT_ALLOWED" },
	});
});
