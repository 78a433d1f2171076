/** Links that let someone join, and set a new password: opened in a browser that is nobody's yet. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	call,
	claim,
	expectAccessible,
	expectFits,
	kept,
	newProject,
	newScreen,
	type Project,
	picture,
	type Screen,
	spellings,
} from "./kit.ts";

const EMAIL = "bob@example.com";
const FIRST = "a pass phrase of Bob, the first";
const SECOND = "a pass phrase of Bob, the second";

let project: Project;
let url: string;
let owner: Screen;
let bob: Screen;

beforeAll(async () => {
	project = await newProject("");
	owner = await newScreen();
	bob = await newScreen();
	const started = await project.start();
	url = started.url;
	await claim(owner.page, url, started.claimCode ?? "");
});

afterAll(async () => {
	await owner?.[Symbol.asyncDispose]();
	await bob?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

const heading = (name: string) => bob.page.getByRole("heading", { name });

test("whoever is invited sees as what, makes an account, and the code is nowhere afterwards", async () => {
	const { page } = bob;
	const link = await call<{ url: string }>(owner.page, "people.invite", { email: EMAIL, role: "editor" });
	const code = new URL(link.url).hash.slice(1);
	await page.goto(`${url}/join#${code}`);
	await heading("Join this Holdfast").waitFor();
	expect(page.url()).toBe(`${url}/join`);
	expect(await page.evaluate(() => history.length), "the address with the code was replaced").toBeLessThan(3);
	await page.getByText(`invites ${EMAIL}, as editor.`).waitFor();
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "join");
	await page.getByLabel("Name").fill("Bob");
	await page.getByLabel("Password").fill("short");
	await page.getByRole("button", { name: "Join" }).click();
	await page.getByText("Use at least 10 characters.").waitFor();
	await page.getByLabel("Password").fill(FIRST);
	await page.getByRole("button", { name: "Join" }).click();
	await page.waitForURL(`${url}/settings**`);
	await page.getByRole("button", { name: "Bob" }).waitFor();
	const stored = await kept(bob);
	for (const secret of [...spellings(code), ...spellings(FIRST)]) expect(stored).not.toContain(secret);
});

test("a link that was used opens nothing, and says what to do", async () => {
	const { page } = bob;
	await page.goto(`${url}/join#${"x".repeat(43)}`);
	await heading("This link opens nothing").waitFor();
	await page.getByRole("alert").getByText("Ask whoever sent it for a new one.").waitFor();
	await expectAccessible(page);
	await picture(page, "link-of-no-use");
});

test("a reset link sets a password, signs out everywhere, and the new one signs in", async () => {
	const { page } = bob;
	const answer = await page.request.get(`${url}/trpc/session.me`);
	const { id } = (await answer.json()).result.data.user;
	const link = await call<{ url: string }>(owner.page, "people.resetLink", { id });
	await page.goto(`${url}/reset#${new URL(link.url).hash.slice(1)}`);
	await heading("Set a new password").waitFor();
	expect(page.url()).toBe(`${url}/reset`);
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "reset");
	await page.getByLabel("New password").fill(SECOND);
	await page.getByRole("button", { name: "Set the password" }).click();
	await heading("Your password is set").waitFor();
	await page.getByRole("link", { name: "Sign in" }).click();
	await page.getByLabel("Email").fill(EMAIL);
	await page.getByLabel("Password").fill(SECOND);
	await page.getByRole("button", { name: "Sign in", exact: true }).click();
	await page.waitForURL(`${url}/settings**`);
	await page.getByRole("button", { name: "Bob" }).waitFor();
});
