/** The recovery kit: shown after the claim, printed, put off, stored; and where it is afterwards. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	addPerson,
	claimOnly,
	expectAccessible,
	expectFits,
	kept,
	newProject,
	newScreen,
	type Project,
	picture,
	type Screen,
	shownKit,
	signIn,
	spellings,
} from "./kit.ts";

let project: Project;
let screen: Screen;
let origin: string;
let kit = "";

beforeAll(async () => {
	project = await newProject("# my app\n");
	screen = await newScreen();
	const { url, claimCode } = await project.start();
	origin = url;
	kit = await claimOnly(screen.page, url, claimCode ?? "");
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

/** What is left of it anywhere, in any spelling that could be turned back. */
async function traces(): Promise<string[]> {
	const text = (await kept(screen)) + project.log;
	const bare = kit.replace(/[\s-]/g, "");
	const groups = bare.slice("HOLDFAST1".length).match(/.{5}/g) ?? [];
	return [...spellings(kit), ...spellings(bare), ...groups].filter((each) => text.includes(each));
}

test("after the claim the kit is shown in groups, to be copied or printed", async () => {
	const { page, context } = screen;
	expect(kit).toMatch(/^HOLDFAST1(-[02-9AC-HJ-NP-Z]{5}){11}-[02-9AC-HJ-NP-Z]{3}$/);
	await page.locator("h1:focus", { hasText: "Keep this key" }).waitFor();
	await page.getByText("It is the recovery kit").waitFor();
	await picture(page, "kit");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "kit");
	await context.grantPermissions(["clipboard-read", "clipboard-write"]);
	await page.getByRole("button", { name: "Copy the recovery kit" }).click();
	await page.getByRole("button", { name: "Copied the recovery kit" }).waitFor();
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(kit);
	await page.evaluate(() => navigator.clipboard.writeText(""));
});

test("it prints as one sheet, with what it is for, and nothing else of the page", async () => {
	const { page } = screen;
	await page.emulateMedia({ media: "print", colorScheme: "dark" });
	expect(await page.getByRole("button").count()).toBe(0);
	const sheet = await page.locator(".sheet").textContent();
	expect(sheet).toContain(origin);
	expect(sheet).toContain("holdfast restore FILE");
	expect(sheet).toMatch(/Fingerprint\s*[0-9a-f]{4}(-[0-9a-f]{4}){3}/);
	await picture(page, "kit-print");
	const paper = (await page.pdf({ format: "A4" })).toString("latin1");
	expect(paper.match(/\/Type\s*\/Page\b/g)?.length).toBe(1);
	await page.emulateMedia({ media: "screen", colorScheme: "light" });
});

test("put off, it leaves nothing behind but a reminder that leads back", async () => {
	const { page } = screen;
	await page.getByRole("link", { name: "Later" }).press("Enter");
	await page.getByRole("navigation", { name: "Main" }).waitFor();
	expect(await traces()).toEqual([]);
	const reminder = page.getByRole("link", { name: "The recovery kit is not stored" });
	await reminder.waitFor();
	await picture(page, "kit-reminder");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("banner"), "kit-reminder");
	await page.reload();
	await reminder.press("Enter");
	expect(await shownKit(page)).toBe(kit);
	expect(new URL(page.url()).pathname).toBe("/recovery-kit");
});

test("who may not rotate keys is not reminded, and is not shown it", async () => {
	const { email } = addPerson(project, { name: "Ben", role: "admin" });
	await using other = await newScreen();
	await signIn(other.page, origin, email);
	await other.page.getByRole("link", { name: "System" }).waitFor();
	await other.page.goto(`${origin}/recovery-kit`);
	await other.page.waitForURL(`${origin}/settings`);
	expect(await other.page.getByText("The recovery kit is not stored").count()).toBe(0);
	expect((await Promise.all(other.answers)).join().includes(kit)).toBe(false);
});

test("once stored it is not shown again, and the refusal says where it is to be had", async () => {
	const { page } = screen;
	await page.getByRole("button", { name: "I stored it" }).press("Enter");
	await page.getByRole("navigation", { name: "Main" }).waitFor();
	expect(await page.getByText("The recovery kit is not stored").count()).toBe(0);
	expect(await traces()).toEqual([]);
	await page.goto(`${origin}/recovery-kit`);
	await page.getByRole("alert").getByText("Print it again with holdfast key kit on the server's machine.").waitFor();
	await picture(page, "kit-stored");
	await expectAccessible(page);
	expect(await traces()).toEqual([]);
	await page.goBack();
	expect(await traces()).toEqual([]);
});

test("only the answers to the one question held it, and nothing complained", async () => {
	const holding = (await Promise.all(screen.answers)).filter((answer) => answer.includes(kit));
	for (const answer of holding) expect(answer).toContain(`"kit":"${kit}"`);
	expect(screen.complaints).toEqual([]);
});
