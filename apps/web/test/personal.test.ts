/** A value of one's own in place of the shared one: whom it is for, and who never learns of it. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	addPerson,
	call,
	claim,
	expectAccessible,
	expectFits,
	newProject,
	newScreen,
	type Project,
	picture,
	type Screen,
	signIn,
	spellings,
} from "./kit.ts";

const SHARED = "sk-canary-shared-0123456789-Zq7w";
const OWN = "sk-canary-own-9876543210-Xy4v";

let project: Project;
let ann: Screen;
let ben: Screen;
let provider: Server;
/** What the provider was sent as its key, in order. */
const sent: Array<string | undefined> = [];

beforeAll(async () => {
	provider = createServer((request, response) => {
		sent.push(request.headers.authorization);
		response.writeHead(401, { "content-type": "application/json" });
		response.end(JSON.stringify({ error: { message: "no" } }));
	}).listen(0, "127.0.0.1");
	project = await newProject("# my app\n");
	ann = await newScreen();
	ben = await newScreen();
	const { url, claimCode } = await project.start();
	await claim(ann.page, url, claimCode ?? "");
	const { port } = provider.address() as AddressInfo;
	await call(ann.page, "system.configure", { localHosts: ["127.0.0.1"] });
	const values = { MISTRAL_API_KEY: SHARED, MISTRAL_BASE_URL: `http://127.0.0.1:${port}/v1` };
	const writes = Object.entries(values).map(([name, value]) => ({ name, value }));
	await call(ann.page, "settings.save", { environment: "default", writes });
	const { email } = addPerson(project, { name: "Ben", role: "editor" });
	await signIn(ben.page, url, email);
	for (const { page } of [ann, ben]) {
		await page.goto(`${url}/settings#mistral`);
		await page.reload();
	}
});

afterAll(async () => {
	await ann?.[Symbol.asyncDispose]();
	await ben?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
	provider?.close();
});

const card = ({ page }: Screen) => page.getByRole("region", { name: "Mistral" });
const choose = (whose: string) => card(ann).getByRole("radio", { name: whose });
const typed = () => card(ann).getByLabel("MISTRAL_API_KEY", { exact: true });

/** Presses Test and gives the key that the provider got. */
async function tested(screen: Screen): Promise<string | undefined> {
	const before = sent.length;
	await card(screen).getByRole("button", { name: "Test", exact: true }).click();
	await card(screen).getByRole("alert").getByText("was refused by the provider").waitFor();
	expect(sent.length).toBeGreaterThan(before);
	return sent.at(-1);
}

test("a value of one's own is saved by keyboard alone, and the card says whose it is", async () => {
	const { page } = ann;
	await choose("For everyone").press("ArrowRight");
	await card(ann).getByText("Nobody else sees them, and no file holds them.").waitFor();
	expect(await typed().getAttribute("placeholder")).toBe("Enter your own; blank keeps the shared one");
	await typed().fill(OWN);
	await picture(page, "personal-typed");
	await expectAccessible(page);
	await typed().press("Enter");
	await card(ann).getByRole("status").getByText("Saved for you alone.").waitFor();
	await card(ann).getByText("Yours alone").first().waitFor();
	expect(await typed().inputValue()).toBe("");
	await picture(page, "personal-saved");
	await expectAccessible(page);
	await expectFits(page, card(ann), "personal");
});

test("the shared value is still the shared value, and is shown as that", async () => {
	const { page } = ann;
	await choose("For everyone").check();
	await card(ann).getByText("You use your own value. This one is for everyone else.").waitFor();
	await card(ann).getByText("Test uses your own MISTRAL_API_KEY.").waitFor();
	await card(ann).getByRole("button", { name: "Reveal MISTRAL_API_KEY" }).click();
	await card(ann).getByText(SHARED).waitFor();
	await card(ann).getByRole("button", { name: "Reveal MISTRAL_API_KEY" }).click();
	await picture(page, "personal-shared-side");
	await expectAccessible(page);
	expect(readFileSync(join(project.folder, ".env"), "utf8")).toContain(`MISTRAL_API_KEY='${SHARED}'`);
});

test("what is typed on one side stays on that side", async () => {
	await typed().fill("sk-for-everyone");
	await choose("Only for me").check();
	expect(await typed().inputValue()).toBe("");
	await card(ann).getByText("not saved yet").first().waitFor();
	expect(await card(ann).getByRole("button", { name: "Save for me" }).isDisabled()).toBe(true);
	await choose("For everyone").check();
	expect(await typed().inputValue()).toBe("sk-for-everyone");
	await typed().fill("");
});

test("it is used for one's own tests, and for nobody else's", async () => {
	expect(await tested(ann)).toBe(`Bearer ${OWN}`);
	expect(await tested(ben)).toBe(`Bearer ${SHARED}`);
});

test("nobody else sees that there is one", async () => {
	const { page } = ben;
	await page.reload();
	await card(ben).getByText("••••Zq7w").first().waitFor();
	await card(ben).getByRole("button", { name: "History of MISTRAL_API_KEY" }).click();
	const drawer = page.getByRole("dialog", { name: "History" });
	await drawer.getByText("Version 1").waitFor();
	expect(await drawer.getByRole("radio").count()).toBe(0);
	expect(await drawer.getByRole("listitem").count()).toBe(1);
	await page.keyboard.press("Escape");
	await card(ben).getByRole("radio", { name: "Only for me" }).check();
	expect(await card(ben).getByRole("button", { name: "Remove MISTRAL_API_KEY" }).count()).toBe(0);
	const told = [...(await Promise.all(ben.answers)), await page.content()].join("\n");
	expect(told).not.toContain("Xy4v");
});

test("its history is its owner's, and removing it brings the shared one back", async () => {
	const { page } = ann;
	await choose("Only for me").check();
	await card(ann).getByRole("button", { name: "History of MISTRAL_API_KEY" }).click();
	const drawer = page.getByRole("dialog", { name: "History" });
	await drawer.getByText("••••Xy4v").waitFor();
	await picture(page, "personal-history");
	await expectAccessible(page);
	await drawer.getByRole("radio", { name: "For everyone" }).check();
	await drawer.getByText("••••Zq7w").waitFor();
	await page.keyboard.press("Escape");
	await card(ann).getByRole("button", { name: "Remove MISTRAL_API_KEY" }).click();
	const asked = page.getByRole("dialog", { name: "Remove MISTRAL_API_KEY?" });
	await asked.getByText("Afterwards this value applies: Saved in default (••••Zq7w).").waitFor();
	await asked.getByRole("button", { name: "Remove" }).click();
	await card(ann).getByRole("status").getByText("Removed for you alone.").waitFor();
	expect(await tested(ann)).toBe(`Bearer ${SHARED}`);
});

test("whoever is less in one environment is offered there what they may do, and the rest elsewhere", async () => {
	const { page } = ben;
	await call(ann.page, "environments.create", { name: "production" });
	await call(ann.page, "people.update", { id: "Ben", narrowed: { production: "viewer" } });
	const { origin } = new URL(page.url());
	await page.goto(`${origin}/settings?env=production#mistral`);
	await card(ben).getByText("Changing these needs the right to save settings.").waitFor();
	for (const name of ["Save", "Test"])
		expect([name, await card(ben).getByRole("button", { name, exact: true }).count()]).toEqual([name, 0]);
	expect(await card(ben).getByRole("radio", { name: "Only for me" }).count()).toBe(0);
	await page.goto(`${origin}/settings#mistral`);
	await card(ben).getByRole("button", { name: "Save", exact: true }).waitFor();
	await card(ben).getByRole("button", { name: "Test", exact: true }).waitFor();
});

test("the value of one's own is in no file, no log and no answer", async () => {
	const told = [...(await Promise.all(ann.answers)), ...(await Promise.all(ben.answers)), project.log].join("\n");
	for (const spelling of spellings(OWN)) {
		expect(told.includes(spelling)).toBe(false);
		const holding = [...project.files()].filter(([, bytes]) => bytes.includes(spelling)).map(([path]) => path);
		expect(holding).toEqual([]);
	}
	expect([...ann.complaints, ...ben.complaints]).toEqual([]);
});
