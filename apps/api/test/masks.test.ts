/** A person who may save and not reveal reads no value that way: what is plain in one place uncovers no other place. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { person as personCaller } from "@holdfast/vault/test";
import { expect, test } from "vitest";
import { appRouter } from "../src/router.ts";
import { type TestApp, testApp } from "./app.ts";
import { canary, traces } from "./canary.ts";

const NAME = "GOOGLE_API_KEY";

/** Someone with a role, as a session stands for them, who keeps all that is answered. */
function person(app: TestApp, role: string) {
	const caller = personCaller(role, role);
	const api = appRouter.createCaller({
		vault: app.vault,
		caller,
		user: null,
		origin: "http://localhost",
		report: () => undefined,
	});
	const seen: unknown[] = [];
	return {
		seen,
		save: async (write: { name: string; value: string; secret: boolean }, place: object = {}) =>
			void seen.push(await api.settings.save({ writes: [write], ...place })),
		look: async (name: string, environment = "default") => {
			seen.push(await api.settings.list({ environment }), await api.settings.explain({ environment, name }));
			seen.push(await api.providers.list({ environment }), await api.settings.history({ environment, name }));
		},
	};
}

function expectUnseen(seen: unknown[], secret: string): void {
	const text = JSON.stringify(seen);
	expect(traces(secret).filter((trace) => text.includes(trace))).toEqual([]);
}

const PLAIN = { name: NAME, value: "nothing secret", secret: false };

test("a plain personal value uncovers no shared secret", async () => {
	await using app = await testApp();
	const secret = canary("personal");
	await app.client({ token: await app.token("all") }).settings.save.mutate({ writes: [{ name: NAME, value: secret }] });
	const editor = person(app, "editor");
	await editor.save(PLAIN, { owner: "personal" });
	await editor.look(NAME);
	expectUnseen(editor.seen, secret);
	expect(JSON.stringify(editor.seen)).toContain("nothing secret");
});

test("a plain value in an environment uncovers no secret that it inherits", async () => {
	await using app = await testApp();
	const secret = canary("inherited");
	const admin = app.client({ token: await app.token("all") });
	await admin.settings.save.mutate({ writes: [{ name: NAME, value: secret }] });
	await admin.environments.create.mutate({ name: "staging" });
	const editor = person(app, "editor");
	await editor.save(PLAIN, { environment: "staging" });
	await editor.look(NAME, "staging");
	expectUnseen(editor.seen, secret);
});

test("a plain value uncovers nothing of the server's own process", async () => {
	const secret = canary("process");
	await using app = await testApp({ vault: { processEnv: new Map([["AWS_SECRET_ACCESS_KEY", secret]]) } });
	const editor = person(app, "editor");
	await editor.look("AWS_SECRET_ACCESS_KEY");
	await editor.save({ ...PLAIN, name: "AWS_SECRET_ACCESS_KEY" });
	await editor.look("AWS_SECRET_ACCESS_KEY");
	expectUnseen(editor.seen, secret);
});

test("a plain value uncovers no hand-written line, neither beside it nor in its history", async () => {
	await using app = await testApp();
	const [first, second] = [canary("line"), canary("edited line")];
	writeFileSync(join(app.folder, ".env"), `SMTP_PASSWORD='${first}'\n`);
	const editor = person(app, "editor");
	await editor.look("SMTP_PASSWORD");
	await editor.save({ ...PLAIN, name: "SMTP_PASSWORD" });
	await editor.look("SMTP_PASSWORD");
	writeFileSync(join(app.folder, ".env"), `SMTP_PASSWORD='${second}'\n`);
	await editor.look("SMTP_PASSWORD");
	expectUnseen(editor.seen, first);
	expectUnseen(editor.seen, second);
});

test("a setting made plain shows what is saved from then on, and its secret versions stay masked", async () => {
	await using app = await testApp();
	const secret = canary("earlier");
	await app.client({ token: await app.token("all") }).settings.save.mutate({ writes: [{ name: NAME, value: secret }] });
	const viewer = person(app, "viewer");
	const editor = person(app, "editor");
	await editor.save(PLAIN);
	await viewer.look(NAME);
	expectUnseen([viewer.seen, editor.seen], secret);
	expect(JSON.stringify(viewer.seen)).toContain("nothing secret");
});
