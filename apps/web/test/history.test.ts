/** The history of a setting in the dashboard, and the way back to an earlier value. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	call,
	claim,
	expectAccessible,
	expectFits,
	newProject,
	newScreen,
	type Project,
	picture,
	type Screen,
	spellings,
} from "./kit.ts";

const FIRST = "sk-canary-first-0123456789-Zq7w";
const SECOND = "sk-canary-second-9876543210-Xy4v";

let project: Project;
let screen: Screen;

beforeAll(async () => {
	project = await newProject("# my app\n");
	screen = await newScreen();
	const { url, claimCode } = await project.start();
	await claim(screen.page, url, claimCode ?? "");
	await save({ OPENAI_API_KEY: FIRST, OPENAI_MODEL: "gpt-5" });
	await save({ OPENAI_API_KEY: SECOND, OPENAI_MODEL: "gpt-5-mini" }, "the first one leaked");
	await screen.page.goto(`${url}/settings#openai`);
	await screen.page.reload();
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

function save(values: Record<string, string>, message?: string): Promise<void> {
	const writes = Object.entries(values).map(([name, value]) => ({ name, value }));
	return call(screen.page, "settings.save", { environment: "default", writes, message });
}

const file = () => readFileSync(join(project.folder, ".env"), "utf8");
const card = () => screen.page.getByRole("region", { name: "OpenAI", exact: true });
const drawer = () => screen.page.getByRole("dialog", { name: "History" });
const versions = () => drawer().getByRole("listitem").allInnerTexts();

test("the drawer lists every version, newest first, with who, what changed and why", async () => {
	const { page } = screen;
	await card().getByRole("button", { name: "History of OPENAI_API_KEY" }).click();
	await drawer().getByText("the first one leaked").waitFor();
	const [second, first, ...more] = (await versions()).map((text) => text.replace(/\s+/g, " "));
	expect(more).toEqual([]);
	expect(second).toMatch(
		/^Version 2 changed Current ••••Zq7w → gave way to ••••Xy4v the first one leaked Ann · just now · revision \d+$/,
	);
	expect(first).toMatch(/^Version 1 created Restore version 1 ••••Zq7w Ann · just now · revision \d+$/);
	await picture(page, "history");
	await expectAccessible(page);
	await expectFits(page, drawer(), "history");
});

test("an earlier value comes back as a new version by keyboard alone, is mirrored, and focus returns", async () => {
	const { page } = screen;
	await drawer().getByRole("button", { name: "Restore version 1" }).press("Enter");
	const asked = page.getByRole("dialog", { name: "Restore version 1?" });
	await asked
		.getByText("is saved as a new version of OPENAI_API_KEY in default, for everyone, and mirrored to .env.")
		.waitFor();
	await asked.getByText("Version 2 gives way and stays in the history.").waitFor();
	await picture(page, "restore");
	await expectAccessible(page);
	await page.keyboard.press("Escape");
	await asked.waitFor({ state: "detached" });
	expect(await drawer().getByRole("button", { name: "Restore version 1" }).evaluate(isFocused)).toBe(true);
	await page.keyboard.press("Enter");
	await asked.getByLabel("Message").fill("the provider took it back");
	await expectFits(page, asked, "restore");
	await asked.getByLabel("Message").press("Enter");
	await drawer().waitFor({ state: "detached" });
	await card().getByRole("status").getByText("Restored. Live in 1 of 1 process, mirrored to .env.").waitFor();
	expect(await card().getByRole("button", { name: "History of OPENAI_API_KEY" }).evaluate(isFocused)).toBe(true);
	expect(file()).toContain(`OPENAI_API_KEY='${FIRST}'`);
	await card().getByText("••••Zq7w").first().waitFor();
	await page.keyboard.press("Enter");
	await drawer().getByText("Version 3").waitFor();
	expect((await versions())[0]).toMatch(/restored from version 1[\s\S]*the provider took it back/);
	await page.keyboard.press("Escape");
});

test("a removal is undone the same way", async () => {
	const { page } = screen;
	await card().getByRole("button", { name: "Remove OPENAI_MODEL" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
	await card().getByRole("status").getByText("Removed.").waitFor();
	expect(file()).not.toContain("OPENAI_MODEL");
	await card().getByRole("button", { name: "History of OPENAI_MODEL" }).click();
	await drawer().getByText("removed").waitFor();
	expect((await versions())[0]).toMatch(/removed[\s\S]*gpt-5-mini[\s\S]*no value/);
	await picture(page, "history-removed");
	await drawer().getByRole("button", { name: "Restore version 2" }).click();
	await page.getByRole("dialog", { name: "Restore version 2?" }).getByRole("button", { name: "Restore" }).click();
	await card().getByRole("status").getByText("Restored.").waitFor();
	expect(file()).toContain("OPENAI_MODEL='gpt-5-mini'");
});

test("what was saved meanwhile is not replaced unseen", async () => {
	const { page } = screen;
	await card().getByRole("button", { name: "History of OPENAI_MODEL" }).click();
	await drawer().getByRole("button", { name: "Restore version 1" }).click();
	await save({ OPENAI_MODEL: "gpt-5-nano" });
	const asked = page.getByRole("dialog", { name: "Restore version 1?" });
	await asked.getByRole("button", { name: "Restore" }).click();
	await asked.getByRole("alert").getByText("Someone else saved OPENAI_MODEL first.").waitFor();
	await expectAccessible(page);
	await asked.getByRole("button", { name: "Back" }).click();
	await drawer().getByText("Version 5").waitFor();
	await drawer().getByRole("button", { name: "Close" }).click();
	expect(file()).toContain("OPENAI_MODEL='gpt-5-nano'");
});

test("no answer held a value, and nothing complained", async () => {
	const told = (await Promise.all(screen.answers)).join("\n");
	for (const value of [FIRST, SECOND]) {
		for (const spelling of spellings(value)) expect(told.includes(spelling)).toBe(false);
	}
	expect(screen.complaints).toEqual([]);
});

function isFocused(element: Element): boolean {
	return element === document.activeElement;
}
