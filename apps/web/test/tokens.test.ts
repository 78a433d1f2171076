/** The Tokens screen: a credential is seen once and works over HTTP, rotates with an overlap, and is refused once revoked. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { PERMISSIONS, ROLES } from "@holdfast/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	addPerson,
	call,
	claim,
	expectAccessible,
	expectFits,
	kept,
	newProject,
	newScreen,
	PASSWORD,
	type Project,
	picture,
	type Screen,
	signIn,
	spellings,
} from "./kit.ts";

const KEY = "sk-canary-tokens-0123456789-Zq7w";

let project: Project;
let screen: Screen;
let origin: string;
/** Every credential that was shown, in order. */
const credentials: string[] = [];

beforeAll(async () => {
	project = await newProject("# my app\n");
	screen = await newScreen();
	const { page } = screen;
	const { url, claimCode } = await project.start();
	origin = url;
	await claim(page, url, claimCode ?? "");
	await call(page, "environments.create", { name: "production" });
	for (const environment of ["default", "production"]) {
		await call(page, "settings.save", { environment, writes: [{ name: "OPENAI_API_KEY", value: KEY }] });
	}
	await page.goto(`${url}/?env=production`);
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

const dialog = (name: string) => screen.page.getByRole("dialog", { name });
const row = (label: string) => screen.page.getByRole("row").filter({ hasText: label });

/** What a program is answered that asks for the value with a credential: the status, and the value if there is one. */
async function ask(credential: string, environment = "production"): Promise<{ status: number; told: boolean }> {
	const response = await fetch(`${origin}/trpc/settings.hydrate`, {
		method: "POST",
		headers: { "content-type": "application/json", authorization: `Bearer ${credential}` },
		body: JSON.stringify({ environment }),
	});
	return { status: response.status, told: (await response.text()).includes(KEY) };
}

/** Reads the credential that a dialog shows. */
async function shown(title: string): Promise<string> {
	const credential = (await dialog(title).getByText(/^hf_/).textContent()) ?? "";
	credentials.push(credential);
	return credential;
}

/** Nothing that the page keeps, shows or prints holds any credential. */
async function expectGone(): Promise<void> {
	const left = (await kept(screen)) + project.log;
	for (const credential of credentials)
		for (const spelling of spellings(credential)) expect(left.includes(spelling)).toBe(false);
}

test("without a token the screen says what one is for", async () => {
	const { page } = screen;
	await page.getByRole("link", { name: "Tokens" }).press("Enter");
	await page.getByText("No token works here.").waitFor();
	await picture(page, "tokens-none");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "tokens-none");
});

test("a token is made by keyboard, each field checked as it is typed", async () => {
	const { page } = screen;
	await page.getByRole("button", { name: "New token" }).press("Enter");
	const form = dialog("New token");
	const isChecked = (name: string) => form.getByRole("checkbox", { name, exact: true }).isChecked();
	expect(await isChecked("production")).toBe(true);
	expect(await isChecked("default")).toBe(false);
	expect(await isChecked("Read values")).toBe(true);
	expect(await form.getByRole("checkbox", { name: "Manage people" }).count()).toBe(0);
	await form.getByRole("radio", { name: "All" }).check();
	await form.getByRole("checkbox", { name: "Manage people" }).waitFor();
	await form.getByRole("radio", { name: "Only these" }).check();
	await form.getByLabel("Addresses").pressSequentially("127.0.0.1 ai.lan");
	await form.getByText("ai.lan is no address or range. Write one like 10.0.0.5 or 10.0.0.0/8.").waitFor();
	await form.getByLabel("Expires").selectOption("on a date…");
	await form.getByLabel("Last day").fill("2020-01-01");
	await form.getByText("Choose a day after today.").waitFor();
	await form.getByRole("button", { name: "Create" }).press("Enter");
	await form.getByText("Enter what it is for.").waitFor();
	expect(await form.getByLabel("Label").evaluate((field) => field === document.activeElement)).toBe(true);
	await picture(page, "token-refused");
	await expectAccessible(page);
	await form.getByLabel("Expires").selectOption("in 90 days");
	await form.getByLabel("Addresses").fill("127.0.0.1, 10.0.0.0/8");
	await picture(page, "token-new");
	await expectAccessible(page);
	await expectFits(page, form, "token-new");
	await form.getByLabel("Label").fill("chat server");
	age();
	await page.keyboard.press("Enter");
	const proof = dialog("Confirm that it is you");
	await proof.getByLabel("Password").fill(PASSWORD);
	await page.keyboard.press("Enter");
	await dialog("chat server is ready").waitFor();
});

test("its credential is seen once, works for what it is for, and is gone from the page", async () => {
	const { page } = screen;
	const title = "chat server is ready";
	const credential = await shown(title);
	await dialog(title).getByText("read -rs HOLDFAST_TOKEN").waitFor();
	await dialog(title).getByText("export HOLDFAST_ENVIRONMENT=production").waitFor();
	await page.locator("button:focus", { hasText: "Copy" }).waitFor();
	await picture(page, "token-shown");
	await expectAccessible(page);
	await expectFits(page, dialog(title), "token-shown");
	expect(await ask(credential)).toEqual({ status: 200, told: true });
	expect(await ask(credential, "default")).toEqual({ status: 403, told: false });
	await page.keyboard.press("Escape");
	await dialog(title).getByText("Once this closes, nobody can see the credential again.").waitFor();
	await picture(page, "token-leaving");
	await expectAccessible(page);
	await page.keyboard.press("Escape");
	await dialog(title).waitFor({ state: "detached" });
	await page.locator("button:focus", { hasText: "New token" }).waitFor();
	const made = row("chat server");
	for (const words of ["production", "See settings, read values", "10.0.0.0/8", "Active"])
		await made.getByText(words, { exact: true }).waitFor();
	await picture(page, "tokens");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "tokens");
	await expectGone();
});

test("a rotation gives another credential, and the one before works until the overlap ends", async () => {
	const { page } = screen;
	const [first = ""] = credentials;
	await row("chat server").getByRole("button", { name: "Rotate chat server" }).press("Enter");
	await dialog("Rotate chat server?").getByLabel("Overlap").selectOption("1 day");
	await picture(page, "token-rotate");
	await expectAccessible(page);
	await expectFits(page, dialog("Rotate chat server?"), "token-rotate");
	await dialog("Rotate chat server?").getByRole("button", { name: "Rotate" }).press("Enter");
	const title = "chat server has a new credential";
	const second = await shown(title);
	await dialog(title).getByText("The one before works on and ends in 1d").waitFor();
	await picture(page, "token-rotated");
	await dialog(title).getByRole("button", { name: "I stored it" }).click();
	await page.locator("button:focus", { hasText: "Rotate" }).waitFor();
	await row("chat server").getByText("Rotating").waitFor();
	await row("chat server").getByText("old one ends in 1d").waitFor();
	await picture(page, "tokens-rotating");
	await expectAccessible(page);
	for (const credential of [first, second]) expect(await ask(credential)).toEqual({ status: 200, told: true });
	await row("chat server").getByRole("button", { name: "Rotate chat server" }).click();
	await dialog("Rotate chat server?").getByText("the credential of before that ends at once").waitFor();
	await dialog("Rotate chat server?").getByLabel("Overlap").selectOption("none");
	await dialog("Rotate chat server?").getByRole("button", { name: "Rotate" }).click();
	const third = await shown(title);
	await dialog(title).getByRole("button", { name: "I stored it" }).click();
	for (const credential of [first, second]) expect((await ask(credential)).status).toBe(401);
	expect(await ask(third)).toEqual({ status: 200, told: true });
	await expectGone();
});

test("what others make, rotate and revoke appears by itself, and nothing is offered that the person may not do", async () => {
	const { page } = screen;
	await call(page, "people.update", { id: person("Ben", "admin"), narrowed: { production: "viewer" } });
	await using ben = await newScreen();
	await signIn(ben.page, origin, "ben@example.com");
	await ben.page.getByRole("link", { name: "Tokens" }).click();
	await ben.page.getByText("No token works here.").waitFor();
	const wanted = { label: "nightly build", environments: ["default"], permissions: ["settings.see", "keys.write"] };
	const made = await call<{ id: string; token: string }>(page, "tokens.create", wanted);
	credentials.push(made.token);
	const there = ben.page.getByRole("row").filter({ hasText: "nightly build" });
	await there.getByText("Ann, just now").waitFor();
	// It may do what Ben may not.
	expect(await there.getByRole("button", { name: "Rotate" }).count()).toBe(0);
	await ben.page.getByRole("button", { name: "New token" }).click();
	const form = ben.page.getByRole("dialog", { name: "New token" });
	await form.getByRole("checkbox", { name: "default" }).waitFor();
	expect(await form.getByRole("radio").count()).toBe(0);
	for (const name of ["production", "Rotate keys", "Manage people"])
		expect([name, await form.getByRole("checkbox", { name, exact: true }).count()]).toEqual([name, 0]);
	await picture(ben.page, "token-new-narrowed");
	await ben.page.keyboard.press("Escape");
	await call(page, "tokens.revoke", { id: made.id });
	await ben.page.getByText("1 ended").click();
	await there.getByText("Revoked").waitFor();
	expect(await there.getByRole("button", { name: "Revoke" }).count()).toBe(0);
	expect(ben.complaints).toEqual([]);
});

test("a list of all kinds reads well, wide and narrow", async () => {
	const { page } = screen;
	const read = ["settings.see", "settings.reveal"];
	const wanted = [
		{ label: "everything", permissions: Object.keys(PERMISSIONS), days: 3 },
		{ label: "a-label-without-any-blank-that-goes-on-and-on-for-longer", permissions: ROLES.editor, days: 20 },
		{
			label: "deploy",
			environments: ["default", "production"],
			permissions: [...read, "settings.write", "environments.write", "mirrors.write", "audit.see"],
			addresses: ["2001:db8:1234:5678:9abc:def0::/96"],
		},
	];
	const made: string[] = [];
	for (const each of wanted) made.push((await call<{ id: string }>(page, "tokens.create", each)).id);
	await row("everything").getByText("All that an owner may").waitFor();
	await row("everything").getByText("Ends soon").waitFor();
	await row("a-label").getByText("in 20d").waitFor();
	await picture(page, "tokens-many");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "tokens-many");
	for (const width of [660, 780, 1040]) {
		await page.setViewportSize({ width, height: 800 });
		await expectWhole(width);
		await picture(page, `tokens-many-${width}`);
	}
	await page.setViewportSize({ width: 1280, height: 800 });
	await page.emulateMedia({ colorScheme: "dark" });
	await picture(page, "tokens-many-dark");
	await page.emulateMedia({ colorScheme: "light" });
	for (const id of made) await call(page, "tokens.revoke", { id });
	await row("deploy").getByText("Active").waitFor({ state: "hidden" });
});

test("whoever may manage no tokens is offered none of it", async () => {
	for (const [name, role] of [
		["Eve", "editor"],
		["Vic", "viewer"],
	] as const) {
		await using other = await newScreen();
		person(name, role);
		await signIn(other.page, origin, `${name.toLowerCase()}@example.com`);
		expect(await other.page.getByRole("link", { name: "Tokens" }).count()).toBe(0);
		await other.page.goto(`${origin}/tokens`);
		await other.page.getByText("You may not manage service tokens.").waitFor();
		expect(await other.page.getByRole("button", { name: "New token" }).count()).toBe(0);
		expect(other.complaints).toEqual([]);
	}
});

test("a revoked token is refused at once, and is listed among what has ended", async () => {
	const { page } = screen;
	const last = credentials.findLast((each) => each.startsWith(credentials[0]?.slice(0, 19) ?? "?")) ?? "";
	expect((await ask(last)).status).toBe(200);
	await row("chat server").getByRole("button", { name: "Revoke chat server" }).press("Enter");
	const asked = dialog("Revoke chat server?");
	await asked.getByText("Whatever uses it is refused from its next call on").waitFor();
	await page.locator("button:focus", { hasText: "Keep it" }).waitFor();
	await picture(page, "token-revoke");
	await expectAccessible(page);
	await expectFits(page, asked, "token-revoke");
	await asked.getByRole("button", { name: "Revoke" }).press("Enter");
	await page.locator("output:focus", { hasText: "chat server is revoked." }).waitFor();
	expect((await ask(last)).status).toBe(401);
	await page.getByText("5 ended").click();
	await row("chat server").getByText("Revoked").waitFor();
	await picture(page, "tokens-ended");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "tokens-ended");
	await expectGone();
	expect(screen.complaints).toEqual([]);
});

function person(name: string, role: "admin" | "editor" | "viewer"): string {
	addPerson(project, { name, role });
	return name;
}

/** Nothing of the table is cut off by its frame, and each of its heads is on one line. */
async function expectWhole(width: number): Promise<void> {
	const table = screen.page.getByRole("table").first();
	const { wider, tallest } = await table.evaluate((element) => ({
		wider: (element.parentElement?.scrollWidth ?? 0) - (element.parentElement?.clientWidth ?? 0),
		tallest: Math.max(...[...element.querySelectorAll("th")].map((head) => head.clientHeight)),
	}));
	expect([wider, tallest <= 32], `at ${width} pixels`).toEqual([0, true]);
}

/** Date every proof to eleven minutes ago. */
function age(): void {
	using database = new DatabaseSync(join(project.folder, ".holdfast", "holdfast.db"), { timeout: 5_000 });
	database.prepare("UPDATE session SET proven_at = ?").run(Date.now() - 11 * 60_000);
}
