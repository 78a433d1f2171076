/** A root key that only a person can put in its place: the rotation waits, shows the new key, and ends after the restart. */
import { randomBytes } from "node:crypto";
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
	shownKit,
	spellings,
} from "./kit.ts";

const KEY = "sk-canary-variable-0123456789-Zq7w";

let project: Project;
let screen: Screen;
let kit = "";

beforeAll(async () => {
	project = await newProject("# my app\n");
	screen = await newScreen();
	const { url, claimCode } = await project.start({ HOLDFAST_ROOT_KEY: randomBytes(32).toString("base64") });
	await claim(screen.page, url, claimCode ?? "");
	await call(screen.page, "settings.save", {
		environment: "default",
		writes: [{ name: "OPENAI_API_KEY", value: KEY }],
	});
	await screen.page.getByRole("link", { name: "System" }).click();
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

const keys = () => screen.page.getByRole("region", { name: "Keys", exact: true });

test("the rotation waits, says what a person has to do, and shows the new key when asked", async () => {
	const { page } = screen;
	await keys().getByText("From the environment variable HOLDFAST_ROOT_KEY").waitFor();
	await keys().getByRole("button", { name: "Replace the root key" }).click();
	const dialog = page.getByRole("dialog", { name: "Replace the root key?" });
	await dialog.getByText("When that is done, you put the new key into HOLDFAST_ROOT_KEY and restart.").waitFor();
	await dialog.getByRole("button", { name: "Replace" }).click();
	await keys().getByText("The new root key waits").waitFor();
	await keys().getByText("Set HOLDFAST_ROOT_KEY to the new key, which is in its recovery kit, and restart.").waitFor();
	expect(await page.locator(".sheet").count()).toBe(0);
	await keys().getByRole("button", { name: "Show the new key" }).press("Enter");
	kit = await shownKit(page);
	await picture(page, "waiting");
	await expectAccessible(page);
	await expectFits(page, keys(), "waiting");
	await keys().getByRole("button", { name: "Hide it" }).press("Enter");
	const left = (await kept(screen)) + project.log;
	for (const spelling of spellings(kit)) expect(left.includes(spelling)).toBe(false);
});

test("looking again changes nothing while the key is not in its place", async () => {
	await keys().getByRole("button", { name: "Look again" }).click();
	await keys().getByText("The new root key waits").waitFor();
});

test("started with the new key, the rotation ends and the values open", async () => {
	const { page } = screen;
	await project.kill();
	const { url } = await project.start({ HOLDFAST_ROOT_KEY: kit });
	await page.goto(`${url}/system`);
	await keys().getByText("The root key is replaced").waitFor();
	await keys()
		.getByText(/^retired/)
		.waitFor();
	await page.goto(`${url}/settings#openai`);
	const card = page.getByRole("region", { name: "OpenAI", exact: true });
	await card.getByRole("button", { name: "Reveal OPENAI_API_KEY" }).click();
	await card.getByText(KEY).waitFor();
	expect(screen.complaints).toEqual([]);
});
