/** A `.env` file edited by hand, broken and mended, and what the dashboard makes of it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "playwright-core";
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

const KEY = "sk-canary-saved-0123456789-Zq7w";
const HAND = "sk-canary-hand-9876543210-Xy4v";
const LATER = "sk-canary-later-5556667778-Pt2k";
const BY_HAND = "# my app\nDATABASE_URL='postgres://localhost/app'\n";

let project: Project;
let screen: Screen;
let origin: string;

beforeAll(async () => {
	project = await newProject(BY_HAND);
	screen = await newScreen();
	const { url, claimCode } = await project.start();
	origin = url;
	await claim(screen.page, url, claimCode ?? "");
	await save({ OPENAI_API_KEY: KEY, OPENAI_MODEL: "gpt-5", MISTRAL_API_KEY: KEY, GROQ_API_KEY: KEY });
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

function save(values: Record<string, string>, environment = "default"): Promise<void> {
	const writes = Object.entries(values).map(([name, value]) => ({ name, value }));
	return call(screen.page, "settings.save", { environment, writes });
}

const read = (file = ".env") => readFileSync(join(project.folder, file), "utf8");

/** Edits the file as an editor would. */
function edit(change: (text: string) => string, file = ".env"): void {
	writeFileSync(join(project.folder, file), change(read(file)));
}

/** The part of the screen that is about one environment. */
const mirror = (environment = "default") => screen.page.getByRole("region", { name: environment, exact: false });

/** The side of one line, to choose. */
const side = (choice: "Keep saved" | "Take the file’s", name: string): Locator =>
	mirror().getByRole("radio", { name: `${choice} for ${name}:` });

test("how the file is kept is chosen in a dialog", async () => {
	const { page } = screen;
	await page.getByRole("link", { name: "Drift" }).press("Enter");
	await mirror().getByText("In step").waitFor();
	await mirror().getByText("No line waits for a choice.").waitFor();
	await picture(page, "in-step");
	await expectAccessible(page);
	await mirror().getByRole("button", { name: "How it is kept in .env" }).press("Enter");
	const dialog = page.getByRole("dialog", { name: "How .env is kept" });
	await dialog.getByLabel("Ask", { exact: true }).press("Space");
	await dialog.getByLabel("A POSIX shell").press("Space");
	await dialog.getByLabel("File", { exact: true }).fill("../.env");
	await picture(page, "options");
	await expectAccessible(page);
	await expectFits(page, dialog, "options");
	await dialog.getByRole("button", { name: "Save" }).press("Enter");
	await dialog.getByText("../.env cannot be the file of an environment").waitFor();
	await expectAccessible(page);
	await dialog.getByLabel("File", { exact: true }).fill("");
	await dialog.getByRole("button", { name: "Save" }).press("Enter");
	await dialog.waitFor({ state: "detached" });
	await mirror().getByText("Hand edits wait for a choice.").waitFor();
	await mirror()
		.getByText(/^Plain text, for .*Docker Compose\./)
		.waitFor();
});

test("a hand edit waits, is seen on every screen, and takes either side by keyboard alone", async () => {
	const { page } = screen;
	edit((text) =>
		text.replace(`OPENAI_API_KEY='${KEY}'`, `OPENAI_API_KEY='${HAND}'`).replace("'gpt-5'", "'gpt-5-mini'"),
	);
	await mirror().getByText("2 lines wait for a choice").waitFor();
	await page.getByRole("link", { name: "AI settings" }).first().press("Enter");
	await page.getByText("OPENAI_API_KEY and OPENAI_MODEL in .env are not as Holdfast wrote them.").waitFor();
	await expectAccessible(page);
	await picture(page, "settings-notice");
	await page.getByRole("link", { name: "Open Drift" }).press("Enter");
	await page.getByRole("navigation").getByRole("link", { name: "Drift 1 file waits" }).waitFor();

	await side("Keep saved", "OPENAI_API_KEY").press("Space");
	await side("Take the file’s", "OPENAI_MODEL").press("Space");
	await mirror().getByText("2 of 2 chosen").waitFor();
	await picture(page, "edited");
	await expectAccessible(page);
	await expectFits(page, mirror(), "edited");
	await mirror().getByRole("button", { name: "Review and apply" }).press("Enter");
	const dialog = page.getByRole("dialog", { name: "Apply 2 choices to .env?" });
	await dialog.getByText("Take the file’s: saves it as the next version").waitFor();
	await dialog.getByLabel("Message").fill("the smaller model");
	await picture(page, "review");
	await expectAccessible(page);
	await expectFits(page, dialog, "review");
	await dialog.getByRole("button", { name: "Apply 2 choices" }).press("Enter");
	await mirror().getByText("Applied: 1 kept as saved, 1 taken from the file.").waitFor();
	await mirror().getByText("In step").waitFor();
	await page.getByRole("navigation").getByRole("link", { name: "Drift", exact: true }).waitFor();
	expect(read()).toContain(`OPENAI_API_KEY='${KEY}'\nOPENAI_MODEL='gpt-5-mini'\n`);
});

test("a conflict, a removed line and a blank one wait, each in its own words", async () => {
	const { page } = screen;
	edit((text) =>
		text
			.replace(`MISTRAL_API_KEY='${KEY}'`, `MISTRAL_API_KEY='${HAND}'`)
			.replace(`GROQ_API_KEY='${KEY}'\n`, "")
			.replace(`OPENAI_API_KEY='${KEY}'`, "OPENAI_API_KEY="),
	);
	await save({ MISTRAL_API_KEY: LATER });
	expect(read(), "the edit is left alone").toContain(HAND);
	await mirror().getByText("Another value was saved, and the line was changed by hand.").waitFor();
	await mirror().getByText("Someone took the line out by hand.").waitFor();
	await mirror().getByText("The line has no value that can be read").waitFor();
	await side("Take the file’s", "OPENAI_API_KEY").locator("..").getByText("Removes the setting").waitFor();
	await mirror().getByRole("button", { name: "All saved" }).press("Enter");
	await side("Take the file’s", "MISTRAL_API_KEY").press("Space");
	await picture(page, "conflict");
	await expectAccessible(page);
	await expectFits(page, mirror(), "conflict");
	if (process.env.PICTURES) await takeSizes("drift");
	await mirror().getByText("1 settled line").click();
	await mirror().getByRole("button", { name: "Review and apply" }).press("Enter");
	await page.getByRole("button", { name: "Apply 3 choices" }).press("Enter");
	await mirror().getByText("Applied: 2 kept as saved, 1 taken from the file.").waitFor();
	expect(read()).toContain(`MISTRAL_API_KEY='${HAND}'`);
	expect(read()).toContain(`OPENAI_API_KEY='${KEY}'`);
	expect(read()).toContain(`GROQ_API_KEY='${KEY}'`);
});

test("a line that changes under review is named, nothing is applied, and the other choices stay", async () => {
	const { page } = screen;
	edit((text) =>
		text.replace("'gpt-5-mini'", "'gpt-5-nano'").replace(`GROQ_API_KEY='${KEY}'`, `GROQ_API_KEY='${HAND}'`),
	);
	await mirror().getByText("2 lines wait for a choice").waitFor();
	await mirror().getByRole("button", { name: "All file" }).press("Enter");
	await mirror().getByText("2 of 2 chosen").waitFor();
	await mirror().getByRole("button", { name: "Review and apply" }).press("Enter");
	edit((text) => text.replace("'gpt-5-nano'", "'gpt-5-pro'"));
	await page.getByRole("button", { name: "Apply 2 choices" }).press("Enter");
	await mirror().getByRole("alert").getByText("OPENAI_MODEL has changed since you looked").waitFor();
	await mirror().getByText("It changed since you chose. Choose again.").waitFor();
	await mirror().getByText("1 of 2 chosen").waitFor();
	expect(await side("Take the file’s", "GROQ_API_KEY").isChecked()).toBe(true);
	expect(await side("Take the file’s", "OPENAI_MODEL").isChecked()).toBe(false);
	expect(read()).toContain("'gpt-5-pro'");
	await picture(page, "outdated");
	await expectAccessible(page);

	await page.getByRole("link", { name: "Audit log" }).first().press("Enter");
	await page
		.getByRole("dialog", { name: "Leave without saving?" })
		.getByRole("button", { name: "Stay" })
		.press("Enter");
	await mirror().getByRole("button", { name: "All saved" }).press("Enter");
	await mirror().getByRole("button", { name: "Review and apply" }).press("Enter");
	await page.getByRole("button", { name: "Apply 2 choices" }).press("Enter");
	await mirror().getByText("Applied: 2 kept as saved.").waitFor();
	await mirror().getByText("In step").waitFor();
});

test("a file that cannot be edited safely is pending with the reason, and recovers once it is mended", async () => {
	const { page } = screen;
	const whole = read();
	edit((text) => `${text}BROKEN="never closed\n`);
	await mirror().getByText("Pending").waitFor();
	await mirror().getByText(".env cannot be edited safely").waitFor();
	await mirror()
		.getByText(/failed (once|\d+ times) · retried (in \d+s|in 1m|now)/)
		.waitFor();
	await picture(page, "pending");
	await expectAccessible(page);
	await expectFits(page, mirror(), "pending");
	await mirror().getByRole("button", { name: "Try now" }).press("Enter");
	await mirror().getByRole("button", { name: "Try now" }).waitFor();

	await page.goto(`${origin}/settings#openai`);
	await page.getByRole("main").getByText(".env cannot be edited safely").first().waitFor();
	const card = page.getByRole("region", { name: "OpenAI", exact: true });
	await card.getByLabel("OPENAI_API_KEY", { exact: true }).fill(LATER);
	await card.getByRole("button", { name: "Save", exact: true }).press("Enter");
	await card.getByText("Saved. Live in 1 of 1 process.").waitFor();
	await expectAccessible(page);
	await card.getByRole("link", { name: "Open Drift" }).press("Enter");
	await mirror().getByText("Pending").waitFor();
	edit(() => whole);
	await mirror().getByText("In step").waitFor();
	expect(read()).toBe(whole.replace(`OPENAI_API_KEY='${KEY}'`, `OPENAI_API_KEY='${LATER}'`));
});

test("a line that is nobody's but the file's is named, and imported from there", async () => {
	const { page } = screen;
	await mirror().getByText("1 line is not Holdfast’s and never touched: DATABASE_URL.").waitFor();
	await mirror().getByRole("button", { name: "Import from .env" }).press("Enter");
	const dialog = page.getByRole("dialog", { name: "Import into default" });
	await dialog.getByRole("button", { name: "Save 1 setting" }).press("Enter");
	await dialog.getByText(/^Saved\./).waitFor();
	await dialog.getByRole("button", { name: "Close" }).press("Enter");
	await mirror().getByRole("button", { name: "Import from .env" }).waitFor({ state: "detached" });
});

test("a file that lost every line removes nothing by itself, and one that is turned off says so", async () => {
	const { page } = screen;
	const whole = read();
	await call(screen.page, "mirrors.configure", { environment: "default", onEdit: "take-in" });
	edit(() => "# a fresh start\n");
	await mirror().getByText("Every line of Holdfast’s is gone from .env.").waitFor();
	await picture(page, "emptied");
	await expectAccessible(page);
	await mirror().getByRole("button", { name: "All saved" }).press("Enter");
	await mirror().getByRole("button", { name: "Review and apply" }).press("Enter");
	await page.getByRole("button", { name: /^Apply \d+ choices$/ }).press("Enter");
	await mirror()
		.getByText(/^Applied: \d+ kept as saved\.$/)
		.waitFor();
	const named = (text: string) => text.match(/^[A-Z_]+=/gm)?.sort();
	expect(named(read())).toEqual(named(whole));

	await mirror().getByRole("button", { name: "How it is kept in .env" }).press("Enter");
	const dialog = page.getByRole("dialog", { name: "How .env is kept" });
	await dialog.getByLabel("Keep this file").press("Space");
	await dialog.getByRole("button", { name: "Save" }).press("Enter");
	await mirror().getByText("Nothing is written to .env.").waitFor();
	await picture(page, "off");
	await expectAccessible(page);
	await call(screen.page, "mirrors.configure", { environment: "default", enabled: true });
	await mirror().getByText("In step").waitFor();
});

test("lines that cannot be loaded are never shown as none", async () => {
	const { page } = screen;
	await page.route(/mirrors\.diff/, (route) => route.fulfill({ status: 404, body: "" }));
	await page.goto(`${origin}/drift`);
	await mirror().getByRole("alert").getByText("The Holdfast server does not answer.").waitFor();
	expect(await mirror().getByText("No line waits for a choice.").count()).toBe(0);
	await picture(page, "load-failed");
	await expectAccessible(page);
	await page.unroute(/mirrors\.diff/);
	await mirror().getByRole("button", { name: "Retry" }).press("Enter");
	await mirror().getByText("No line waits for a choice.").waitFor();
});

test("an environment is made, renamed and removed; default offers neither", async () => {
	const { page } = screen;
	expect(
		await mirror()
			.getByRole("button", { name: /^(Rename|Remove) default$/ })
			.count(),
	).toBe(0);
	await page.getByRole("button", { name: "New environment" }).press("Enter");
	await page.getByLabel("Environment name").fill("production");
	await page.getByRole("button", { name: "Create" }).press("Enter");
	await mirror("production").getByRole("button", { name: "Rename production" }).waitFor();
	await save({ OPENAI_API_KEY: HAND }, "production");
	edit((text) => `${text}KEPT='1'\n`, ".env.production");

	await mirror("production").getByRole("button", { name: "Rename production" }).press("Enter");
	const renaming = page.getByRole("dialog", { name: "Rename production" });
	await renaming.getByLabel("New name").fill("Staging!");
	await renaming.getByRole("button", { name: "Rename" }).press("Enter");
	await renaming.getByText("It cannot be the name: it is not lower-case words joined by hyphens.").waitFor();
	await picture(page, "rename");
	await expectAccessible(page);
	await expectFits(page, renaming, "rename");
	await renaming.getByLabel("New name").fill("staging");
	await renaming.getByRole("button", { name: "Rename" }).press("Enter");
	await page.getByText("production is called staging, and kept in .env.staging.").waitFor();
	await mirror("staging").getByText("In step").waitFor();
	expect(new URL(page.url()).search).toBe("?env=staging");
	expect(read(".env.staging")).toContain(`OPENAI_API_KEY='${HAND}'\nKEPT='1'\n`);

	await mirror("staging").getByRole("button", { name: "Remove staging" }).press("Enter");
	const removing = page.getByRole("dialog", { name: "Remove staging?" });
	await removing.getByRole("button", { name: "Remove" }).press("Enter");
	await removing.getByText("Type staging to remove it.").waitFor();
	await picture(page, "remove");
	await expectAccessible(page);
	await expectFits(page, removing, "remove");
	await removing.getByLabel("Type staging to confirm").fill("staging");
	await removing.getByRole("button", { name: "Remove" }).press("Enter");
	await page.getByText("staging was removed. Its history is kept, sealed.").waitFor();
	await mirror("staging").waitFor({ state: "detached" });
	expect(new URL(page.url()).search).toBe("");
	expect(read(".env.staging")).toContain("KEPT='1'\n");
	expect(read(".env.staging")).not.toContain("OPENAI_API_KEY=");
	await expectAccessible(page);
});

test("who may only see is offered no choice and no act, and who may not read secrets not the file's side", async () => {
	const { page } = screen;
	await call(screen.page, "mirrors.configure", { environment: "default", onEdit: "ask" });
	edit((text) => text.replace(/OPENAI_MODEL='[^']*'/, "OPENAI_MODEL='by-hand'"));
	const asRole = async (...permissions: string[]) => {
		await page.unroute(/session\.me/);
		await page.route(/session\.me/, async (route) => {
			const response = await route.fetch();
			const body = (await response.text()).replace(/"usual":\[[^\]]*\]/g, () => {
				return `"usual":${JSON.stringify(permissions)}`;
			});
			await route.fulfill({ response, body });
		});
		await page.goto(`${origin}/drift`);
	};
	await asRole("settings.see");
	await mirror().getByText("Choosing needs the right to save settings.").waitFor();
	await picture(page, "viewer");
	await expectAccessible(page);
	expect(await page.getByRole("main").getByRole("radio").count()).toBe(0);
	expect(await page.getByRole("main").getByRole("button").allTextContents()).toEqual(["default"]);
	await asRole("settings.see", "settings.write");
	await side("Keep saved", "OPENAI_MODEL").press("Space");
	await mirror().getByText("1 of 1 chosen · The file’s side needs the right to read secrets").waitFor();
	expect(await side("Take the file’s", "OPENAI_MODEL").count()).toBe(0);
	await page.unroute(/session\.me/);
	await mirror().getByRole("button", { name: "Clear" }).press("Enter");
	await page.goto(`${origin}/drift`);
	await mirror().getByRole("button", { name: "All file" }).waitFor();
});

test("FAULTS 24: no value of either side is in what the browser was sent or keeps", async () => {
	const { page, context, complaints, answers } = screen;
	const stored = JSON.stringify([
		await context.storageState({ indexedDB: true }),
		await page.evaluate(() => ({ ...sessionStorage })),
	]);
	const told = [...(await Promise.all(answers)), stored, project.log, page.url(), await page.content()].join("\n");
	for (const spelling of [KEY, HAND, LATER].flatMap(spellings)) {
		expect(told.includes(spelling), "in what was sent, logged or stored").toBe(false);
	}
	expect(complaints).toEqual([]);
});

/** The whole screen, in each theme, on a wide and a narrow window. */
async function takeSizes(name: string): Promise<void> {
	const { page } = screen;
	for (const colorScheme of ["light", "dark"] as const) {
		for (const width of [1280, 360]) {
			await page.emulateMedia({ colorScheme });
			await page.setViewportSize({ width, height: 800 });
			await picture(page, `${name}-${colorScheme}-${width}`);
		}
	}
	await page.emulateMedia({ colorScheme: "light" });
	await page.setViewportSize({ width: 1280, height: 800 });
}
