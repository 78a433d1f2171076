/** The People screen: someone is invited, joins by the link, is given another role, helped back in, signed out and removed. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	addPerson,
	call,
	claim,
	expectAccessible,
	expectFits,
	kept,
	newProject,
	newScreen,
	PASSWORD,
	type Project,
	picture,
	type Screen,
	signIn,
	spellings,
} from "./kit.ts";

const EMAIL = "bob@example.com";
const FIRST = "a pass phrase of Bob, the first";
const SECOND = "a pass phrase of Bob, the second";

let project: Project;
let screen: Screen;
let bob: Screen;
let origin: string;
/** The code of every link that was shown. */
const codes: string[] = [];

beforeAll(async () => {
	project = await newProject("# my app\n");
	screen = await newScreen();
	bob = await newScreen();
	const { url, claimCode } = await project.start();
	origin = url;
	await claim(screen.page, url, claimCode ?? "");
	await call(screen.page, "environments.create", { name: "production" });
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await bob?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

const dialog = (name: string) => screen.page.getByRole("dialog", { name });
const row = (text: string) => screen.page.getByRole("row").filter({ hasText: text });
const said = (text: string) => screen.page.locator("output:focus", { hasText: text }).waitFor();
const menu = (name: string) => screen.page.getByRole("button", { name: `Manage ${name}` });
const hasFocus = (name: string) => screen.page.locator(`button:focus[aria-label="Manage ${name}"]`).waitFor();

/** Choose an act with someone by keyboard. */
async function choose(name: string, act: string): Promise<void> {
	await menu(name).press("Enter");
	await screen.page.getByRole("menuitem", { name: act }).press("Enter");
}

/** Reads the link that a dialog shows. */
async function shown(title: string): Promise<string> {
	const link = (await dialog(title).getByText(/^http/).textContent()) ?? "";
	codes.push(new URL(link).hash.slice(1));
	return link;
}

/** Nothing that the page keeps, shows or prints holds the code of any link. */
async function expectGone(): Promise<void> {
	const left = (await kept(screen)) + project.log;
	for (const code of codes) for (const spelling of spellings(code)) expect(left.includes(spelling)).toBe(false);
}

/** A statement behind the server's back. */
function write(sql: string, ...values: Array<string | number>): void {
	using database = new DatabaseSync(join(project.folder, ".holdfast", "holdfast.db"), { timeout: 5_000 });
	database.prepare(sql).run(...values);
}

test("someone is invited by keyboard, with a role that is less in production, and the link is shown once", async () => {
	const { page } = screen;
	await page.getByRole("link", { name: "People" }).press("Enter");
	await row("ann@example.com").getByText("You", { exact: true }).waitFor();
	await row("ann@example.com").getByText("Owner").last().waitFor();
	await picture(page, "people-alone");
	await expectAccessible(page);
	await page.getByRole("button", { name: "Invite" }).press("Enter");
	const form = dialog("Invite someone");
	await form.getByLabel("Email").fill("bob");
	await page.keyboard.press("Enter");
	await form.getByText("Enter their email address.").waitFor();
	await form.getByLabel("Email").fill("Bob@example.com");
	await form.getByRole("radio", { name: "Admin" }).check();
	await form.getByRole("checkbox", { name: "A lesser role in some" }).check();
	await form.getByText("Whoever is less than an admin anywhere").waitFor();
	await form.getByRole("radio", { name: "Editor" }).check();
	await form.getByLabel("Role in production").selectOption("Viewer");
	expect(await form.getByLabel("Role in default").locator("option").allTextContents()).toEqual([
		"Editor",
		"Viewer",
		"Nothing",
	]);
	await picture(page, "invite");
	await expectAccessible(page);
	await expectFits(page, form, "invite");
	// Dated to eleven minutes ago, a proof does not count any more.
	write("UPDATE session SET proven_at = ?", Date.now() - 11 * 60_000);
	await form.getByRole("button", { name: "Invite" }).press("Enter");
	await dialog("Confirm that it is you").getByLabel("Password").fill(PASSWORD);
	await page.keyboard.press("Enter");
	const title = `${EMAIL} is invited`;
	await dialog(title).getByText("Their role: Editor; viewer in production.").waitFor();
	await dialog(title).getByText("in 7d").waitFor();
	await picture(page, "invited");
	await expectAccessible(page);
	await expectFits(page, dialog(title), "invited");
	expect(await shown(title)).toMatch(/\/join#[\w-]{43}$/);
	await page.keyboard.press("Escape");
	await dialog(title).getByText("nobody can see the link again").waitFor();
	await page.keyboard.press("Escape");
	await page.locator("button:focus", { hasText: "Invite" }).waitFor();
	await row(EMAIL).getByText("Invitation: Editor; viewer in production").waitFor();
	await row(EMAIL).getByText("Ann, just now").waitFor();
	await picture(page, "people-invited");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "people-invited");
	await expectGone();
});

test("whoever opens the link joins, and appears with that role", async () => {
	const { page } = bob;
	await page.goto(`${origin}/join#${codes[0]}`);
	await page.getByLabel("Name").fill("Bob");
	await page.getByLabel("Password").fill(FIRST);
	await page.getByRole("button", { name: "Join" }).click();
	await page.getByRole("button", { name: "Bob" }).waitFor();
	await menu("Bob").waitFor();
	await row("Bob").getByText("viewer in production", { exact: true }).waitFor();
	await row("Bob").getByText("1 open session").waitFor();
	await screen.page.getByText("1 link ended").click();
	await row(EMAIL).getByText("Used").waitFor();
	await expectAccessible(screen.page);
});

test("another role counts from the next request on", async () => {
	const { page } = screen;
	expect(await bob.page.getByRole("link", { name: "People" }).count()).toBe(0);
	await choose("Bob", "Change role");
	const form = dialog("Role of Bob");
	expect(await form.getByRole("button", { name: "Change" }).isDisabled()).toBe(true);
	expect(await form.getByLabel("Role in production").inputValue()).toBe("viewer");
	await form.getByRole("radio", { name: "Admin" }).check();
	expect(await form.getByLabel("Role in default").inputValue()).toBe("admin");
	expect(await form.getByLabel("Role in production").inputValue()).toBe("viewer");
	await picture(page, "role");
	await expectAccessible(page);
	await expectFits(page, form, "role");
	await page.keyboard.press("Escape");
	await hasFocus("Bob");
	await choose("Bob", "Change role");
	await form.getByRole("radio", { name: "Admin" }).check();
	await form.getByRole("checkbox", { name: "A lesser role in some" }).uncheck();
	await form.getByRole("button", { name: "Change" }).press("Enter");
	await said("The role of Bob is changed: Admin.");
	await bob.page.reload();
	await bob.page.getByRole("link", { name: "People" }).click();
	await bob.page.getByRole("row").filter({ hasText: "ann@example.com" }).waitFor();
});

test("an admin is offered no more than they may give, and nothing with an owner or an admin", async () => {
	const { page } = bob;
	addPerson(project, { name: "Vic", role: "viewer" });
	await page.getByRole("button", { name: "Manage Vic" }).waitFor();
	expect(await page.getByRole("button", { name: /^Manage / }).count()).toBe(1);
	await page.getByRole("button", { name: "Invite" }).click();
	const form = page.getByRole("dialog", { name: "Invite someone" });
	await form.getByRole("radio", { name: "Editor" }).waitFor();
	expect(await form.getByRole("radio").count()).toBe(2);
	await form.getByLabel("Email").fill("vic@example.com");
	await form.getByRole("button", { name: "Invite" }).click();
	await form.getByRole("alert").getByText("has an account already.").waitFor();
	await page.keyboard.press("Escape");
	expect(bob.complaints).toEqual([]);
});

test("a reset link sets another password, and ends the sessions", async () => {
	const { page } = screen;
	await choose("Bob", "Password reset link");
	await picture(page, "reset-ask");
	await expectAccessible(page);
	await dialog("Reset the password of Bob?").getByRole("button", { name: "Make a link" }).press("Enter");
	const title = "A reset link for Bob";
	await dialog(title).getByText("in 1d").waitFor();
	await picture(page, "reset-link");
	await expectAccessible(page);
	await expectFits(page, dialog(title), "reset-link");
	const link = await shown(title);
	await dialog(title).getByRole("button", { name: "I have it" }).click();
	await hasFocus("Bob");
	await row("Password reset").getByText("in 1d").waitFor();
	await expectGone();
	await bob.page.goto(link);
	await bob.page.getByLabel("New password").fill(SECOND);
	await bob.page.getByRole("button", { name: "Set the password" }).click();
	await bob.page.getByRole("heading", { name: "Your password is set" }).waitFor();
	await row("Password reset").getByText("Used").waitFor();
	await row("Bob").getByText("none open sessions").waitFor();
	await enter(SECOND);
	await row("Bob").getByText("1 open session").waitFor();
});

test("someone is signed out everywhere, and has to sign in again", async () => {
	const { page } = screen;
	await choose("Bob", "Sign out everywhere");
	const asked = dialog("Sign Bob out everywhere?");
	await asked.getByText("1 session ends at once.").waitFor();
	await picture(page, "sign-out");
	await expectAccessible(page);
	await asked.getByRole("button", { name: "Sign out" }).press("Enter");
	await said("Bob is signed out everywhere.");
	await bob.page.goto(`${origin}/settings`);
	await bob.page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
	await row("Bob").getByText("none open sessions").waitFor();
	await menu("Bob").press("Enter");
	await page.getByRole("menuitem", { name: "Remove" }).waitFor();
	expect(await page.getByRole("menuitem", { name: "Sign out everywhere" }).count()).toBe(0);
	await picture(page, "person-menu");
	await expectAccessible(page);
	await page.keyboard.press("Escape");
	await hasFocus("Bob");
});

test("lost second factors are taken away, and the password alone signs in", async () => {
	const { page } = screen;
	const who = "(SELECT id FROM user WHERE name = 'Bob')";
	write(`UPDATE user SET two_factor_enabled = 1 WHERE name = 'Bob'`);
	write(
		`INSERT INTO two_factor (id, secret, backup_codes, user_id, verified) VALUES ('factor', 'lost', 'lost', ${who}, 1)`,
	);
	write(
		`INSERT INTO passkey (id, public_key, user_id, credential_id, counter, device_type, backed_up) VALUES ('passkey', 'lost', ${who}, 'lost', 0, 'singleDevice', 0)`,
	);
	await row("Bob").getByText("Password and code").waitFor();
	await row("Bob").getByText("1 passkey").waitFor();
	await choose("Bob", "Reset second factors");
	const asked = dialog("Reset the second factors of Bob?");
	await asked.getByText("authenticator, recovery codes and 1 passkey").waitFor();
	await picture(page, "second-factors");
	await expectAccessible(page);
	await expectFits(page, asked, "second-factors");
	await asked.getByRole("button", { name: "Reset" }).press("Enter");
	await said("Bob has no codes and no passkeys any more");
	await row("Bob").getByText("Password", { exact: true }).waitFor();
	await enter(SECOND);
});

test("a link is revoked, and opens nothing", async () => {
	const { page } = screen;
	const invitation = await call<{ url: string }>(page, "people.invite", { email: "eve@example.com" });
	await row("eve@example.com").getByRole("button", { name: "Revoke the link for eve@example.com" }).press("Enter");
	await said("The invitation for eve@example.com is revoked.");
	await row("eve@example.com").getByText("Revoked").waitFor();
	await using eve = await newScreen();
	await eve.page.goto(invitation.url);
	await eve.page.getByRole("heading", { name: "This link opens nothing" }).waitFor();
});

test("the last owner stays one, and the server says why", async () => {
	const { page } = screen;
	await menu("Ann").press("Enter");
	expect(await page.getByRole("menuitem").allTextContents()).toEqual(["Change role"]);
	await page.getByRole("menuitem", { name: "Change role" }).press("Enter");
	const form = dialog("Role of Ann");
	await form.getByRole("radio", { name: "Editor" }).check();
	await form.getByRole("button", { name: "Change" }).click();
	await form.getByRole("alert").getByText("Ann is the last owner of this instance.").waitFor();
	await picture(page, "last-owner");
	await expectAccessible(page);
	await expectFits(page, form, "last-owner");
	await page.keyboard.press("Escape");
});

test("people of all kinds read well, wide and narrow", async () => {
	const { page } = screen;
	addPerson(project, { name: "Maximiliana-Konstantinopolska-von-und-zu-Hohenzollern", role: "editor" });
	await call(page, "environments.create", { name: "a-name-of-an-environment-as-long-as-any" });
	const narrowed = { "*": "viewer", default: "editor", production: "none" };
	await call(page, "people.update", { id: "Maximiliana-Konstantinopolska-von-und-zu-Hohenzollern", narrowed });
	const wanted = { email: "dora@example.com", role: "admin", narrowed: { production: "viewer", default: "none" } };
	await call(page, "people.invite", wanted);
	await row("Maximiliana").getByText("nothing in production, viewer elsewhere", { exact: true }).waitFor();
	await row("dora@example.com").getByText("in 7d").waitFor();
	await picture(page, "people-many");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "people-many");
	for (const width of [660, 800, 1040]) {
		await page.setViewportSize({ width, height: 800 });
		for (const table of await page.getByRole("table").all()) expect(await isWhole(table), String(width)).toBe(true);
		await picture(page, `people-many-${width}`);
	}
	await page.setViewportSize({ width: 1280, height: 800 });
	await page.emulateMedia({ colorScheme: "dark" });
	await picture(page, "people-many-dark");
	await page.emulateMedia({ colorScheme: "light" });
});

test("someone is removed once their address was typed, with the tokens they made", async () => {
	const { page } = screen;
	await call(bob.page, "tokens.create", { label: "nightly", permissions: ["settings.see"] });
	await choose("Bob", "Remove");
	const form = dialog("Remove Bob?");
	await form.getByRole("button", { name: "Remove" }).click();
	await form.getByText(`Type ${EMAIL} to remove them.`).waitFor();
	await picture(page, "remove");
	await expectAccessible(page);
	await expectFits(page, form, "remove");
	await form.getByLabel(`Type ${EMAIL} to confirm`).fill(EMAIL);
	await page.keyboard.press("Enter");
	await said("Bob is removed. The token nightly ended with it.");
	expect(await menu("Bob").count()).toBe(0);
	await bob.page.goto(`${origin}/settings`);
	await bob.page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
	expect(screen.complaints).toEqual([]);
});

test("whoever may manage nobody is offered none of it", async () => {
	await using vic = await newScreen();
	await signIn(vic.page, origin, "vic@example.com");
	expect(await vic.page.getByRole("link", { name: "People" }).count()).toBe(0);
	await vic.page.goto(`${origin}/people`);
	await vic.page.getByText("You may not manage people.").waitFor();
	expect(await vic.page.getByRole("button", { name: "Invite" }).count()).toBe(0);
	await expectAccessible(vic.page);
	expect(vic.complaints).toEqual([]);
});

/** Bob signs in. */
async function enter(password: string): Promise<void> {
	const { page } = bob;
	await page.goto(`${origin}/sign-in`);
	await page.getByLabel("Email").fill(EMAIL);
	await page.getByLabel("Password").fill(password);
	await page.getByRole("button", { name: "Sign in", exact: true }).click();
	await page.getByRole("button", { name: "Bob" }).waitFor();
}

/** Whether a table is no wider than its frame. */
function isWhole(table: Locator): Promise<boolean> {
	return table.evaluate(({ parentElement }) => {
		return parentElement !== null && parentElement.scrollWidth <= parentElement.clientWidth;
	});
}
