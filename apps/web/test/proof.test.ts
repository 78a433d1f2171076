/** What gives a secret away asks for a fresh proof, and goes on from where it was once it has one. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	call,
	claim,
	expectAccessible,
	expectFits,
	newProject,
	newScreen,
	PASSWORD,
	type Project,
	picture,
	type Screen,
} from "./kit.ts";

const KEY = "sk-canary-proof-0123456789-Zq7w";

let project: Project;
let screen: Screen;

beforeAll(async () => {
	project = await newProject("# my app\n");
	screen = await newScreen();
	const { url, claimCode } = await project.start();
	await claim(screen.page, url, claimCode ?? "");
	const writes = [{ name: "MISTRAL_API_KEY", value: KEY }];
	await call(screen.page, "settings.save", { environment: "default", writes });
	await screen.page.goto(`${url}/settings#mistral`);
	await screen.page.reload();
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

/** Date every proof to eleven minutes ago. */
function age(): void {
	using database = new DatabaseSync(join(project.folder, ".holdfast", "holdfast.db"), { timeout: 5_000 });
	database.prepare("UPDATE session SET proven_at = ?").run(Date.now() - 11 * 60_000);
}

const dialog = () => screen.page.getByRole("dialog", { name: "Confirm that it is you" });
const reveal = () => screen.page.getByRole("button", { name: "Reveal MISTRAL_API_KEY" });

test("revealing asks for the password, and then shows the value without another click", async () => {
	const { page } = screen;
	age();
	await reveal().click();
	await dialog().waitFor();
	await expectAccessible(page);
	await expectFits(page, dialog(), "proof");
	expect(
		await dialog()
			.getByLabel("Password")
			.evaluate((field) => field === document.activeElement),
	).toBe(true);
	await page.keyboard.type("not the password");
	await page.keyboard.press("Enter");
	await dialog().getByText("This is not your password. Type it again.").waitFor();
	expect(await dialog().getByLabel("Password").inputValue()).toBe("");
	await picture(page, "proof-refused");
	await dialog().getByLabel("Password").fill(PASSWORD);
	await page.keyboard.press("Enter");
	await page.getByText(KEY).waitFor();
	expect(await dialog().count()).toBe(0);
});

test("whoever gives up reads why nothing was shown, and is asked again the next time", async () => {
	const { page } = screen;
	await reveal().click();
	age();
	await reveal().click();
	await dialog().waitFor();
	await page.keyboard.press("Escape");
	await page.getByText("This asks for a proof that it is you").waitFor();
	expect(await page.getByText(KEY).count()).toBe(0);
	await reveal().click();
	await dialog().getByLabel("Password").fill(PASSWORD);
	await dialog().getByRole("button", { name: "Confirm" }).click();
	await page.getByText(KEY).waitFor();
});
