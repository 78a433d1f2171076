/** Import and export as someone does them in the browser, and where the pasted text is afterwards. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
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

const KEY = "sk-canary-0123456789-Zq7w";
const LEFT = "canary-left-out-9876543210-Xy4v";
const PASTED = [
	"# from the other machine",
	`OPENAI_API_KEY=${KEY}`,
	`MISTRAL_API_KEY='${LEFT}'`,
	"OPENAI_MODEL=gpt-5",
	"NODE_OPTIONS=--inspect",
	`GLUED=${LEFT}#${LEFT}`,
	"OPENAI_MODEL=gpt-5-mini",
].join("\n");

let project: Project;
let screen: Screen;

beforeAll(async () => {
	project = await newProject("# my app\nBY_HAND='1'\n");
	screen = await newScreen();
	const { url, claimCode } = await project.start();
	await claim(screen.page, url, claimCode ?? "");
	await screen.page.getByRole("button", { name: "Import .env" }).waitFor();
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

test("a pasted .env is looked at and saved, by keyboard alone", async () => {
	const { page } = screen;
	await page.getByRole("button", { name: "Import .env" }).press("Enter");
	const dialog = page.getByRole("dialog", { name: "Import into default" });
	await page.keyboard.insertText(PASTED);
	await picture(page, "transfer-pasted");
	await expectAccessible(page);
	await expectFits(page, dialog, "transfer");
	await dialog.getByRole("button", { name: "Preview" }).press("Enter");
	await dialog.getByText("3 new, 2 refused, 1 superseded.").waitFor();
	await dialog.getByRole("checkbox", { name: "Save MISTRAL_API_KEY" }).press("Space");
	await dialog.getByText("Line 7 sets it again.").waitFor();
	await dialog.getByText("Its name may not be saved: it makes every Node process load other code.").waitFor();
	await picture(page, "transfer-preview");
	await expectAccessible(page);
	await expectFits(page, dialog, "transfer");
	await dialog.getByRole("button", { name: "Save 2 settings" }).press("Enter");
	await dialog.getByText("Saved. Live in 1 of 1 process, mirrored to .env.").waitFor();
	await picture(page, "transfer-saved");
	await expectAccessible(page);
	await page.keyboard.press("Enter");
	await dialog.waitFor({ state: "detached" });
	expect(readFileSync(join(project.folder, ".env"), "utf8")).toBe(
		`# my app\nBY_HAND='1'\nOPENAI_API_KEY='${KEY}'\nOPENAI_MODEL='gpt-5-mini'\n`,
	);
	await page.getByRole("region", { name: "OpenAI", exact: true }).getByText("Zq7w").first().waitFor();
});

test("a dropped file is taken, one that is no text is refused, and the environment's own file is offered", async () => {
	const { page } = screen;
	await page.getByRole("button", { name: "Import .env" }).click();
	const dialog = page.getByRole("dialog", { name: "Import into default" });
	const file = dialog.getByLabel("The .env file");
	await file.setInputFiles({ name: "photo.env", mimeType: "text/plain", buffer: Buffer.from([0xff, 0xfe, 0x41]) });
	await dialog.getByRole("alert").getByText("photo.env is not UTF-8 text.").waitFor();
	await file.setInputFiles({ name: ".env", mimeType: "text/plain", buffer: Buffer.from(`OPENAI_API_KEY=${KEY}\n`) });
	await dialog.getByRole("button", { name: "Preview" }).click();
	await dialog.getByText("1 same.").waitFor();
	expect(await dialog.getByRole("button", { name: "Save 0 settings" }).isDisabled()).toBe(true);
	await dialog.getByRole("button", { name: "Back" }).click();
	await dialog.getByRole("button", { name: "Look through .env" }).click();
	await dialog.getByText("1 new.").waitFor();
	await dialog.getByRole("checkbox", { name: "Save BY_HAND" }).waitFor();
	await page.keyboard.press("Escape");
	await dialog.waitFor({ state: "detached" });
});

test("what is saved is downloaded in the chosen format", async () => {
	const { page } = screen;
	await page.getByRole("button", { name: "Export" }).click();
	const dialog = page.getByRole("dialog", { name: "Export default" });
	await dialog.getByLabel("Format").selectOption("json");
	const [file] = await Promise.all([
		page.waitForEvent("download"),
		dialog.getByRole("button", { name: "Download" }).click(),
	]);
	expect(file.suggestedFilename()).toBe("default.json");
	expect(JSON.parse(readFileSync(await file.path(), "utf8"))).toEqual({
		OPENAI_API_KEY: KEY,
		OPENAI_MODEL: "gpt-5-mini",
	});
	await dialog.getByText("default.json is in your downloads.").waitFor();
	await dialog.getByLabel("Format").selectOption("kubernetes");
	await picture(page, "transfer-export");
	await expectAccessible(page);
	await expectFits(page, dialog, "transfer");
	await dialog.getByLabel("Name of the Secret").fill("No_Name");
	await dialog.getByRole("button", { name: "Download" }).click();
	await dialog.getByRole("alert").waitFor();
	await dialog.getByRole("button", { name: "Cancel" }).click();
});

test("FAULTS 24: what was pasted is nowhere in the browser afterwards, and what was left out is nowhere at all", async () => {
	const { page, context, complaints, answers } = screen;
	const stored = JSON.stringify([
		await context.storageState({ indexedDB: true }),
		await page.evaluate(() => ({ ...sessionStorage })),
	]);
	const kept = [stored, project.log, page.url(), await page.content()].join("\n");
	const told = (await Promise.all(answers)).filter((text) => !text.includes('"fileName"')).join("\n");
	for (const value of [KEY, LEFT]) {
		for (const spelling of spellings(value)) {
			expect(`${kept}${told}`.includes(spelling), "in what was sent, logged or stored").toBe(false);
			const holding = [...project.files()].filter(([, bytes]) => bytes.includes(spelling)).map(([path]) => path);
			expect(holding, "files that hold it").toEqual(value === KEY && spelling === KEY ? [".env"] : []);
		}
	}
	expect(complaints).toEqual([]);
});
