/** The System screen: checks, rotation while others save, backups that are proven, and what is kept. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	addPerson,
	call,
	claimOnly,
	expectAccessible,
	expectFits,
	kept,
	newProject,
	newScreen,
	type Project,
	picture,
	type Screen,
	signIn,
	spellings,
} from "./kit.ts";

const KEY = "sk-canary-system-0123456789-Zq7w";
const LATER = "sk-canary-later-9876543210-Xy4v";
/** Settings to seal anew, each with as many versions: more than one step of a rotation gets through. */
const SETTINGS = 500;
const VERSIONS = 6;

let project: Project;
let screen: Screen;
let origin: string;
/** The recovery kit of the first root key. */
let kit = "";

beforeAll(async () => {
	project = await newProject("# my app\n");
	screen = await newScreen();
	const { page } = screen;
	const { url, claimCode } = await project.start();
	origin = url;
	kit = await claimOnly(page, url, claimCode ?? "");
	await page.getByRole("button", { name: "I stored it" }).click();
	await page.getByRole("navigation", { name: "Main" }).waitFor();
	// No backup but those made here.
	await call(page, "system.configure", { backupHours: null });
	await save({ OPENAI_API_KEY: KEY });
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

function save(values: Record<string, string>, environment = "default"): Promise<void> {
	const writes = Object.entries(values).map(([name, value]) => ({ name, value }));
	return call(screen.page, "settings.save", { environment, writes });
}

const section = (name: string) => screen.page.getByRole("region", { name, exact: true });

test("the state of the instance is one screen, what is wrong first, with commands to copy", async () => {
	const { page } = screen;
	await page.getByRole("link", { name: "System" }).press("Enter");
	await section("Checks").getByText("Warning").first().waitFor();
	await section("Keys").getByText("Stored", { exact: true }).waitFor();
	await section("Keys")
		.getByText(/^[0-9a-f]{4}(-[0-9a-f]{4}){3}$/)
		.waitFor();
	await section("Backups").getByText("No restore is proven yet.").waitFor();
	await picture(page, "system");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "system");
	await section("Checks").getByRole("button", { name: "Copy holdfast key move" }).waitFor();
});

test("all checks are run, and say how much was opened", async () => {
	const { page } = screen;
	await section("Checks").getByRole("button", { name: "Run all checks" }).click();
	await section("Checks")
		.getByText(/^Everything was opened .*: 1 value, history included\. None is damaged\.$/)
		.waitFor();
	await section("Checks")
		.getByText(/\d+ in order/)
		.last()
		.click();
	await section("Checks").getByText("What is sealed.").waitFor();
	await picture(page, "system-checked");
	await expectAccessible(page);
});

test("a backup is made and proven with the kit from paper, by keyboard alone", async () => {
	const { page } = screen;
	const typed = kit.toLowerCase().replaceAll("-", " ");
	await section("Backups").getByRole("button", { name: "Make one now" }).press("Enter");
	await section("Backups")
		.getByText(/^Made holdfast-.*\.backup, .* with revision \d+\.$/)
		.waitFor();
	await section("Backups").getByText("Not proven").waitFor();
	// It was disabled meanwhile, which takes focus away.
	await page.locator("button:focus", { hasText: "Make one now" }).waitFor();
	await section("Backups").getByRole("button", { name: "Prove restore now" }).press("Enter");
	const dialog = page.getByRole("dialog", { name: "Prove that the newest backup restores" });
	await dialog.getByLabel("Recovery kit").fill(`${kit.slice(0, -1)}${kit.endsWith("Q") ? "P" : "Q"}`);
	await dialog.getByLabel("Recovery kit").press("Enter");
	await dialog.getByRole("alert").getByText("its checksum does not match").waitFor();
	await picture(page, "prove");
	await expectAccessible(page);
	await expectFits(page, dialog, "prove");
	await dialog.getByLabel("Recovery kit").fill(typed);
	await dialog.getByLabel("Recovery kit").press("Enter");
	await dialog.waitFor({ state: "detached" });
	await section("Backups")
		.getByText(/restores: 1 of 1 value, with the recovery kit\.$/)
		.waitFor();
	await section("Backups").getByText("Last proven restore").waitFor();
	await section("Backups").getByText("Proven", { exact: true }).waitFor();
	await picture(page, "system-proven");
	await expectAccessible(page);
	await expectFits(page, section("Backups"), "backups");
	const left = (await kept(screen)) + project.log;
	for (const spelling of [...spellings(kit), ...spellings(typed)]) expect(left.includes(spelling)).toBe(false);
});

test("the data keys are replaced to the end, over a reload and while others save", async () => {
	const { page } = screen;
	await fill();
	await section("Keys").getByRole("button", { name: "Replace the data keys" }).click();
	const dialog = page.getByRole("dialog", { name: "Replace the data keys?" });
	await picture(page, "rotate-data");
	await expectAccessible(page);
	await expectFits(page, dialog, "rotate-data");
	await dialog.getByRole("button", { name: "Replace" }).press("Enter");
	const standing = section("Keys").getByText(/^(Replacing the data keys|The data keys are replaced)$/);
	await standing.waitFor();
	await picture(page, "rotating-data");
	await expectAccessible(page);
	await page.reload();
	await standing.waitFor();
	await save({ OPENAI_API_KEY: LATER });
	await section("Keys").getByText("The data keys are replaced").waitFor();
	await section("Keys")
		.getByText(/^([\d,]+) of \1 rows sealed anew$/)
		.waitFor();
	await picture(page, "rotated-data");
	await expectAccessible(page);
	await revealed(LATER);
});

test("the root key is replaced, asks for its own kit to be stored, and the old one is listed", async () => {
	const { page } = screen;
	const before = readFileSync(join(project.folder, ".holdfast", "root.key"), "utf8");
	await section("Keys").getByRole("button", { name: "Replace the root key" }).click();
	const dialog = page.getByRole("dialog", { name: "Replace the root key?" });
	await dialog.getByText("The new key is written to").waitFor();
	await picture(page, "rotate-root");
	await expectAccessible(page);
	await expectFits(page, dialog, "rotate-root");
	await dialog.getByRole("button", { name: "Replace" }).click();
	await section("Keys").getByText("The root key is replaced").waitFor();
	await section("Keys").getByText("Not stored").waitFor();
	await section("Keys")
		.getByText(/^retired/)
		.waitFor();
	await page.getByRole("link", { name: "The recovery kit is not stored" }).waitFor();
	await picture(page, "rotated-root");
	await expectAccessible(page);
	await expectFits(page, section("Keys"), "rotated-root");
	expect(readFileSync(join(project.folder, ".holdfast", "root.key"), "utf8")).not.toBe(before);
	await revealed(LATER);
	await page.getByRole("link", { name: "System" }).click();
	await section("Keys").getByRole("link", { name: "Keep it now" }).click();
	await page.getByRole("button", { name: "I stored it" }).click();
});

test("what is kept is chosen in a small form", async () => {
	const { page } = screen;
	await page.getByRole("link", { name: "System" }).click();
	const form = section("What is kept");
	await form.getByLabel("Versions of a setting").fill("0");
	await form.getByRole("button", { name: "Save" }).click();
	await form.getByText("A whole number from 1 to 10,000.").waitFor();
	await expectAccessible(page);
	await form.getByLabel("Versions of a setting").fill("20");
	await form.getByLabel("Hours between backups").fill("48");
	await form.getByLabel("Scheduled backups kept").fill("");
	await form.getByRole("button", { name: "Save" }).click();
	await form.getByText("Enter how many.").waitFor();
	await form.getByLabel("Scheduled backups kept").fill("7");
	await form.getByLabel("Scheduled backups kept").press("Enter");
	await form.getByRole("status").getByText("Saved.").waitFor();
	await picture(page, "kept");
	await page.reload();
	await form.getByLabel("Versions of a setting").waitFor();
	expect(await form.getByLabel("Versions of a setting").inputValue()).toBe("20");
	expect(await form.getByLabel("Days an old version is kept").inputValue()).toBe("");
	expect(await form.getByLabel("Hours between backups").inputValue()).toBe("48");
	expect(await form.getByLabel("Scheduled backups kept").inputValue()).toBe("7");
});

test("who may only see is offered no act, and who may not see has no such screen", async () => {
	await using ben = await newScreen();
	await signIn(ben.page, origin, addPerson(project, { name: "Ben", role: "admin" }).email);
	await ben.page.getByRole("link", { name: "System" }).click();
	await ben.page.getByRole("region", { name: "Keys", exact: true }).getByText("Data keys").waitFor();
	expect(await ben.page.getByRole("button", { name: /^Replace/ }).count()).toBe(0);
	await using eve = await newScreen();
	await signIn(eve.page, origin, addPerson(project, { name: "Eve", role: "editor" }).email);
	await eve.page.getByRole("link", { name: "AI settings" }).first().waitFor();
	expect(await eve.page.getByRole("link", { name: "System" }).count()).toBe(0);
	expect([...ben.complaints, ...eve.complaints, ...screen.complaints]).toEqual([]);
});

/** Gives a rotation something to do. */
async function fill(): Promise<void> {
	await call(screen.page, "environments.create", { name: "load" });
	const names = Array.from({ length: SETTINGS }, (_, i) => `LOAD_${i}`);
	for (let version = 0; version < VERSIONS; version++) {
		await save(Object.fromEntries(names.map((name) => [name, `value ${version} of ${name}`])), "load");
	}
}

/** The key as the settings screen reveals it. */
async function revealed(value: string): Promise<void> {
	const { page } = screen;
	await page.goto(`${origin}/settings#openai`);
	const card = page.getByRole("region", { name: "OpenAI", exact: true });
	await card.getByRole("button", { name: "Reveal OPENAI_API_KEY" }).click();
	await card.getByText(value).waitFor();
	await page.getByRole("link", { name: "System" }).click();
}

test("a host in the local network is allowed by its name, and not any more once it is removed", async () => {
	const { page } = screen;
	const local = section("Local AI");
	await local.getByLabel("Host").fill("two words");
	await local.getByRole("button", { name: "Allow" }).click();
	await local.getByText("A host name or address").waitFor();
	await local.getByLabel("Host").fill("AI.lan:8000");
	await local.getByRole("button", { name: "Allow" }).click();
	await local.getByRole("listitem").getByText("ai.lan:8000").first().waitFor();
	expect(await local.getByLabel("Host").inputValue()).toBe("");
	await expectAccessible(page);
	await expectFits(page, local, "local-ai");
	await local.getByRole("button", { name: "Remove ai.lan:8000" }).click();
	await local.getByRole("listitem").waitFor({ state: "detached" });
});
