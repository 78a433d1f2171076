/** The whole path as a new user goes it: claim, save a key, lose the server, and still have the key. */
import { readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	call,
	claim,
	expectAccessible,
	newProject,
	newScreen,
	PASSWORD,
	type Project,
	type Screen,
	spellings,
} from "./kit.ts";

const KEY = "AIzaSy-canary-0123456789-Zq7w";
const WRONG_KEY = "sk-canary-wrong-9876543210-Xy4v";
const BY_HAND = "# my app\nDATABASE_URL='postgres://localhost/app' # keep\n\nexport DEBUG=1\n";
const PICTURE = fileURLToPath(new URL("../../../docs/dashboard.png", import.meta.url));

let project: Project;
let screen: Screen;
let provider: LLMock;
let refusing: Server;

beforeAll(async () => {
	project = await newProject(BY_HAND);
	screen = await newScreen();
	provider = new LLMock({ port: 0 });
	provider.onMessage(/.*/, { content: "The key you saved still works." });
	await provider.start();
	// A provider that knows no key, and quotes the one it was sent.
	refusing = createServer((request, response) => {
		response.writeHead(401, { "content-type": "application/json" });
		response.end(JSON.stringify({ error: { message: `Incorrect API key: ${request.headers.authorization}` } }));
	}).listen(0, "127.0.0.1");
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
	await provider?.stop();
	refusing?.close();
});

test("a key saved in the browser outlives the server, and answers a chat", async () => {
	const { page } = screen;
	const { url, claimCode } = await project.start();
	await page.goto(url);
	await page.getByRole("heading", { name: "Claim this Holdfast" }).waitFor();
	await expectAccessible(page);
	await claim(page, url, claimCode ?? "");

	await page.getByRole("link", { name: "AI settings" }).first().waitFor();
	await expectAccessible(page);
	await call(page, "system.configure", { localHosts: [new URL(provider.url).host] });
	await saveGoogleKey(url);
	expect(readFileSync(join(project.folder, ".env"), "utf8")).toBe(
		`${BY_HAND}GOOGLE_API_KEY='${KEY}'\nGOOGLE_BASE_URL='${provider.url}/v1beta'\n`,
	);
	expect(statSync(join(project.folder, ".env")).mode & 0o777).toBe(0o600);

	await project.kill();
	expect((await project.start()).url).toBe(url);
	await page.goto(`${url}/settings#google`);
	const card = page.getByRole("region", { name: "Google Gemini" });
	await card.getByText("Zq7w").first().waitFor();
	await expectAccessible(page);

	await page.getByRole("link", { name: "Playground" }).first().click();
	await page.getByLabel("Message").fill("Are you there?");
	await page.getByRole("button", { name: "Send" }).click();
	await page.getByRole("log").getByText("The key you saved still works.").waitFor();
	await expectAccessible(page);
});

test("a wrong key shows a typed failure on its card", async () => {
	const { page } = screen;
	const { port } = refusing.address() as AddressInfo;
	await page.goto(`${new URL(page.url()).origin}/settings#mistral`);
	const card = page.getByRole("region", { name: "Mistral" });
	await card.getByLabel("MISTRAL_API_KEY").fill(WRONG_KEY);
	await card.getByText("Advanced").click();
	await card.getByLabel("MISTRAL_BASE_URL").fill(`http://127.0.0.1:${port}/v1`);
	await card.getByRole("button", { name: "Test", exact: true }).click();
	const alert = card.getByRole("alert");
	await alert.getByText("MISTRAL_BASE_URL leads into a local network").waitFor();
	await expectAccessible(page);
	await alert.getByRole("button", { name: `Allow 127.0.0.1:${port} and test again` }).click();
	await alert.getByText("MISTRAL_API_KEY was refused by the provider.").waitFor();
	await expectAccessible(page);
	expect(readFileSync(join(project.folder, ".env"), "utf8"), "testing saves nothing").not.toContain("MISTRAL");
});

test("without a key the playground says which one, and leads to its card", async () => {
	const { page } = screen;
	await page.goto(`${new URL(page.url()).origin}/playground`);
	page.on("dialog", (dialog) => void dialog.accept());
	await page.getByLabel("Provider").selectOption("openai");
	await page.getByLabel("Message").fill("Are you there?");
	await page.getByRole("button", { name: "Send" }).click();
	await page.getByText("OPENAI_API_KEY is not set.").waitFor();
	await page
		.getByRole("link", { name: /AI Settings/ })
		.last()
		.click();
	await page.getByRole("region", { name: "OpenAI", exact: true }).getByLabel("OPENAI_API_KEY").waitFor();
	expect(new URL(page.url()).pathname).toBe("/settings");
});

test("the audit log tells what was done, and the next visit asks for the password", async () => {
	const { page } = screen;
	await page.getByRole("link", { name: "Audit log" }).first().click();
	await page.getByText("settings.save").first().waitFor();
	await page.getByText("session.claim").first().waitFor();
	await expectAccessible(page);

	await page.getByRole("button", { name: /Ann/ }).click();
	await page.getByRole("menuitem", { name: "Sign out" }).click();
	await page.getByRole("heading", { name: "Sign in" }).waitFor();
	await expectAccessible(page);
	await page.getByLabel("Email").fill("ann@example.com");
	await page.getByLabel("Password").fill(PASSWORD);
	await page.getByRole("button", { name: "Sign in", exact: true }).click();
	await page.getByRole("link", { name: "AI settings" }).first().waitFor();
	if (process.env.PICTURE) await takePicture(page.url());
});

test("FAULTS 24: the key is in .env and nowhere else: on disk, in answers, in the log, in the browser", async () => {
	const { page, context, complaints, answers } = screen;
	const stored = JSON.stringify([
		await context.storageState({ indexedDB: true }),
		await page.evaluate(() => ({ ...sessionStorage })),
	]);
	const told = [...(await Promise.all(answers)), stored, project.log, page.url(), await page.content()].join("\n");
	for (const value of [KEY, WRONG_KEY]) {
		for (const spelling of spellings(value)) {
			expect(told.includes(spelling), "in what was sent, logged or stored").toBe(false);
			const holding = [...project.files()].filter(([, bytes]) => bytes.includes(spelling)).map(([path]) => path);
			expect(holding, "files that hold it").toEqual(value === KEY && spelling === KEY ? [".env"] : []);
		}
	}
	expect(complaints).toEqual([]);
});

async function saveGoogleKey(url: string): Promise<void> {
	const { page } = screen;
	await page.goto(`${url}/settings#google`);
	const card = page.getByRole("region", { name: "Google Gemini" });
	await card.getByLabel("GOOGLE_API_KEY").fill(KEY);
	await card.getByText("Advanced").click();
	await card.getByLabel("GOOGLE_BASE_URL").fill(`${provider.url}/v1beta`);
	await card.getByRole("button", { name: "Save", exact: true }).click();
	await card.getByRole("status").getByText("Saved. Live in 1 of 1 process, mirrored to .env.").waitFor();
	await card.getByText("Zq7w").first().waitFor();
	await card.getByText("Saved in default").first().waitFor();
	await card.getByRole("button", { name: "Test", exact: true }).click();
	await card.getByText("Works").first().waitFor();
}

/** The picture that the README begins with: the first screen with one provider set up, tested and open. */
async function takePicture(url: string): Promise<void> {
	const { page } = screen;
	await page.goto(new URL("/settings", url).href);
	const card = page.getByRole("region", { name: "Google Gemini" });
	await card.getByRole("button", { name: /^Google Gemini/ }).click();
	await page.mouse.move(0, 0);
	await page.evaluate(() => scrollTo(0, 0));
	await page.waitForTimeout(300);
	await page.screenshot({ path: PICTURE });
}
