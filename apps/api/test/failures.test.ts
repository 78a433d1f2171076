/** What a server with a broken database says, and what it does not. */
import { expect, test } from "vitest";
import { headersOf, testApp } from "./app.ts";
import { canary, found } from "./canary.ts";

const NOWHERE = (place: string) => place.endsWith("/root.key");

test("FAULTS 24: a failing database is reported without what was asked of it", async () => {
	await using app = await testApp();
	const secret = canary("broken");
	const headers = headersOf({ token: await app.token("all") });
	app.vault.database.$client.exec("ALTER TABLE user RENAME TO lost; ALTER TABLE version RENAME TO gone");
	const email = `${secret.slice(3, 27)}@example.test`;
	const signIn = await app.post("/auth/sign-in/email", { email, password: secret });
	expect(signIn.status).toBe(500);
	expect(signIn.text).toContain("INTERNAL");
	const save = await app.post(
		"/trpc/settings.save",
		{ writes: [{ name: "A", value: secret, expectedVersion: 0 }] },
		headers,
	);
	expect(save.status).toBe(500);
	expect(app.logs.filter((line) => line.includes("unexpected failure")).length).toBeGreaterThanOrEqual(1);
	expect(found(app, secret, NOWHERE)).toEqual([]);
	app.vault.database.$client.exec("ALTER TABLE lost RENAME TO user; ALTER TABLE gone RENAME TO version");
});

test("a session that cannot be looked up is reported, and is nobody's", async () => {
	await using app = await testApp();
	const cookie = await app.claim();
	app.vault.database.$client.exec("ALTER TABLE session RENAME TO lost");
	const answer = await app.get("/trpc/settings.list", {}, { cookie });
	expect(answer.status).toBeGreaterThanOrEqual(400);
	expect(answer.text).not.toContain('"result"');
	expect(app.logs.some((line) => line.includes("unexpected failure"))).toBe(true);
	expect(app.logs.join()).not.toContain(cookie.split("=")[1]?.slice(0, 16));
	app.vault.database.$client.exec("ALTER TABLE lost RENAME TO session");
});
