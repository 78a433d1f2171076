/** The Account screen: another password, where one is signed in, and leaving. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	addPerson,
	BEHIND_PROXY,
	claim,
	expectAccessible,
	expectFits,
	kept,
	moveElsewhere,
	newProject,
	newScreen,
	PASSWORD,
	type Project,
	picture,
	type Screen,
	signIn,
	spellings,
} from "./kit.ts";

const SECOND = "another long enough password";

let project: Project;
let screen: Screen;
let url: string;

beforeAll(async () => {
	project = await newProject("");
	screen = await newScreen();
	const started = await project.start(BEHIND_PROXY);
	url = started.url;
	await claim(screen.page, url, started.claimCode ?? "");
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

const region = (name: string) => screen.page.getByRole("region", { name });
const dialog = (name: string) => screen.page.getByRole("dialog", { name });

/** Date every proof to eleven minutes ago. */
function age(): void {
	using database = new DatabaseSync(join(project.folder, ".holdfast", "holdfast.db"), { timeout: 5_000 });
	database.prepare("UPDATE session SET proven_at = ?").run(Date.now() - 11 * 60_000);
}

test("the menu leads to who one is, by keyboard", async () => {
	const { page } = screen;
	await page.getByRole("button", { name: "Ann" }).press("Enter");
	await page.getByRole("menuitem", { name: "Account" }).press("Enter");
	await page.getByRole("heading", { name: "Account" }).waitFor();
	const main = page.getByRole("main");
	await main.getByText("ann@example.com").waitFor();
	await region("Sessions").getByText("Chrome on Linux").waitFor();
	await region("Passkeys").getByText("You have none.").waitFor();
	await picture(page, "account");
	await expectAccessible(page);
	await page.emulateMedia({ colorScheme: "dark" });
	await picture(page, "account-dark");
	await page.emulateMedia({ colorScheme: "light" });
	await expectFits(page, main, "account");
});

test("another session is seen, and ended one by one or all at once", async () => {
	const { page } = screen;
	await using first = await newScreen();
	await using second = await newScreen();
	for (const other of [first, second]) {
		await moveElsewhere(other.page);
		await signIn(other.page, url, "ann@example.com");
	}
	await page.reload();
	const sessions = region("Sessions").getByRole("listitem");
	await sessions.nth(2).waitFor();
	expect(await sessions.filter({ hasText: "This one" }).count()).toBe(1);
	await picture(page, "account-sessions");
	await sessions.getByRole("button", { name: "End" }).first().press("Enter");
	await page.locator("output:focus", { hasText: "The session of Chrome on Linux has ended." }).waitFor();
	expect(await sessions.count()).toBe(2);
	await region("Sessions").getByRole("button", { name: "End all others" }).press("Enter");
	await page.locator("output:focus", { hasText: "All other sessions have ended." }).waitFor();
	expect(await sessions.count()).toBe(1);
	await expectAccessible(page);
	for (const other of [first, second]) {
		await other.page.reload();
		await other.page.getByRole("heading", { name: "Sign in" }).waitFor();
	}
});

test("another password asks for a proof, goes on, and is the one that counts", async () => {
	const { page } = screen;
	age();
	await region("Password").getByLabel("New password").fill("short");
	await page.keyboard.press("Enter");
	await region("Password").getByText("Use at least 10 characters.").last().waitFor();
	await region("Password").getByLabel("New password").fill(SECOND);
	await page.keyboard.press("Enter");
	await dialog("Confirm that it is you").waitFor();
	await page.keyboard.press("Escape");
	await region("Password").getByText("This asks for a proof that it is you").waitFor();
	await region("Password").getByRole("button", { name: "Set the password" }).click();
	await dialog("Confirm that it is you").getByLabel("Password").fill(PASSWORD);
	await page.keyboard.press("Enter");
	await region("Password").getByText("Your password is set. Your other sessions have ended.").waitFor();
	expect(await region("Password").getByLabel("New password").inputValue()).toBe("");
	const stored = await kept(screen);
	for (const secret of [...spellings(SECOND), ...spellings(PASSWORD)]) expect(stored).not.toContain(secret);
	await using other = await newScreen();
	await moveElsewhere(other.page);
	await other.page.goto(`${url}/sign-in`);
	await other.page.getByLabel("Email").fill("ann@example.com");
	await other.page.getByLabel("Password").fill(PASSWORD);
	await other.page.keyboard.press("Enter");
	await other.page.getByText("This email and password do not belong together.").waitFor();
	await other.page.getByLabel("Password").fill(SECOND);
	await other.page.keyboard.press("Enter");
	await other.page.getByRole("navigation", { name: "Main" }).waitFor();
});

test("the last owner is told why they may not leave", async () => {
	const { page } = screen;
	await page.getByRole("button", { name: "Leave…" }).press("Enter");
	const asked = dialog("Leave this Holdfast?");
	expect(await asked.getByRole("button", { name: "Leave for good" }).isDisabled()).toBe(true);
	await asked.getByLabel("Type ann@example.com to confirm").fill("ann@example.com");
	await page.keyboard.press("Enter");
	await asked.getByText("Ann is the last owner of this instance. Make someone else an owner first.").waitFor();
	await picture(page, "account-leave-refused");
	await expectAccessible(page);
	await expectFits(page, asked, "account-leave");
	await page.keyboard.press("Escape");
	expect(screen.complaints).toEqual([]);
});

test("a viewer has all of it, and is gone once they have left", async () => {
	await using vic = await newScreen();
	// With the password that the owner has meanwhile.
	const { email } = addPerson(project, { name: "Vic", role: "viewer" });
	const { page } = vic;
	await page.goto(`${url}/sign-in?to=/account`);
	await page.getByLabel("Email").fill(email);
	await page.getByLabel("Password").fill(SECOND);
	await page.keyboard.press("Enter");
	await page.getByRole("button", { name: "Leave…" }).click();
	await page.getByLabel(`Type ${email} to confirm`).fill(email);
	await page.getByRole("button", { name: "Leave for good" }).click();
	await page.waitForURL(`${url}/sign-in`);
	const people = await (await screen.page.request.get(`${url}/trpc/people.list`)).text();
	expect([people.includes("ann@example.com"), people.includes(email)]).toEqual([true, false]);
	expect(vic.complaints).toEqual([]);
});
