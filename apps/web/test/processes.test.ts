/** The Processes screen and the live counts: real processes that take what is saved, or do not, and a server that restarts. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	call,
	claim,
	expectAccessible,
	expectFits,
	killed,
	newProject,
	newScreen,
	type Project,
	picture,
	type Screen,
	signIn,
} from "./kit.ts";

const CHILD = fileURLToPath(new URL("application-child.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../../packages/config", import.meta.url));
const NAME = "GOOGLE_API_KEY";

/** An application as the README has it, which keeps up with what is saved. */
const WATCHER = `import { hydrate } from "@holdfast/config";
hydrate({ watch: true });
setInterval(() => {}, 60_000);
`;

let project: Project;
let screen: Screen;
let origin: string;
/** Of the other server. */
let elsewhere: string;
let application: ChildProcess;
let token: string;

beforeAll(async () => {
	project = await newProject("# my app\n");
	screen = await newScreen();
	const { url, claimCode } = await project.start();
	origin = url;
	await claim(screen.page, url, claimCode ?? "");
	await call(screen.page, "environments.create", { name: "production" });
	await call(screen.page, "environments.create", { name: "staging" });
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await killed(application ?? null);
	await project?.[Symbol.asyncDispose]();
});

function save(name: string, value: string, environment = "default"): Promise<{ revision: number }> {
	return call(screen.page, "settings.save", { environment, writes: [{ name, value }] });
}

async function startApplication(environment: string): Promise<void> {
	const wanted = { label: "chat", permissions: ["settings.see", "settings.reveal", "settings.write"] };
	({ token } = await call<{ token: string }>(screen.page, "tokens.create", wanted));
	const env = { ...process.env, HOLDFAST_URL: origin, HOLDFAST_TOKEN: token, HOLDFAST_ENVIRONMENT: environment };
	application = spawn(process.execPath, [CHILD], { env, stdio: ["pipe", "pipe", "inherit"] });
	await tell("take");
}

/** Has the application do something, and waits until it has. */
async function tell(line: string): Promise<void> {
	application.stdin?.write(`${line}\n`);
	if (application.stdout) await once(application.stdout, "data");
}

const main = () => screen.page.getByRole("main");
const row = (text: string) => screen.page.getByRole("row").filter({ hasText: text });
const shownRevision = (revision: number) => screen.page.getByText(new RegExp(`^v.* · revision ${revision}$`));
const card = () => screen.page.getByRole("region", { name: "Google Gemini" });

/** A save as people do it, by keyboard, in the card that is open. */
async function saveInCard(value: string): Promise<void> {
	await card().getByLabel(NAME, { exact: true }).fill(value);
	await card().getByRole("button", { name: "Save", exact: true }).press("Enter");
}

const answer = (sentence: string) => card().getByRole("status").getByText(sentence, { exact: true });

test("a server alone is a row, and what would be another is said", async () => {
	const { page } = screen;
	await page.getByRole("link", { name: "Processes" }).press("Enter");
	await main().getByText("1 process holds saved values: 1 up to date.").waitFor();
	await main().getByText('import "@holdfast/config/register";').waitFor();
	await row("holdfast").getByText("Up to date").waitFor();
	await picture(page, "processes-alone");
	await expectAccessible(page);
	await expectFits(page, main(), "processes-alone");
});

test("each process is a row as it comes: host, pid, program, environment, revision, whether it is up to date", async () => {
	const { page } = screen;
	await save(NAME, "AIza-canary-one-0123456789");
	const { pid, url } = await project.startAnother();
	elsewhere = url;
	await startApplication("production");
	await row(`pid ${pid}`).getByText("Up to date").waitFor();
	const app = row("chat.mjs");
	await app.getByText("build-7.example").waitFor();
	await app.getByText(`pid ${application.pid}`).waitFor();
	await app.getByText("Application").waitFor();
	await app.getByText("production").waitFor();
	await app.getByText("just now").waitFor();
	await main().getByText("3 processes hold saved values: 3 up to date.").waitFor();
	const { revision } = await save(NAME, "AIza-canary-two-0123456789");
	await app.getByText("Behind").waitFor();
	await row(`pid ${pid}`)
		.getByText(new RegExp(`^(revision )?${revision}$`))
		.waitFor();
	await main().getByText("3 processes hold saved values: 2 up to date, 1 behind.").waitFor();
	await picture(page, "processes");
	await expectAccessible(page);
	await expectFits(page, main(), "processes");
});

test("the filter leaves the processes of one environment, and is in the address", async () => {
	const { page } = screen;
	await page.getByLabel("Environment").selectOption("staging");
	await app("chat.mjs", 0);
	await main().getByText("2 processes hold saved values: 2 up to date.").waitFor();
	expect(new URL(page.url()).searchParams.get("only")).toBe("staging");
	await page.getByLabel("Environment").selectOption("production");
	await app("chat.mjs", 1);
	await page.getByLabel("Environment").selectOption("all");
	await app("chat.mjs", 1);
	expect(new URL(page.url()).search).toBe("");
});

const app = (text: string, count: number) => expect.poll(() => row(text).count()).toBe(count);

test("from the history of a setting, each process says which version it has, or that it has one of its own", async () => {
	const { page } = screen;
	await page.goto(`${origin}/settings#google`);
	await card()
		.getByRole("button", { name: `History of ${NAME}` })
		.press("Enter");
	const link = page.getByRole("dialog", { name: "History" }).getByRole("link", { name: "Which processes hold it" });
	await expectAccessible(page);
	await link.press("Enter");
	await row("chat.mjs").getByText("Version 1, older").waitFor();
	expect(new URL(page.url()).search).toBe(`?name=${NAME}`);
	expect(await row("Server").getByText("Version 2", { exact: true }).count()).toBe(2);
	await picture(page, "processes-name");
	await expectAccessible(page);
	await expectFits(page, main(), "processes-name");
	await save(NAME, "AIza-canary-own-0123456789", "production");
	await page.getByLabel("Environment").selectOption("production");
	await row("Server").getByText("Version 1", { exact: true }).first().waitFor();
	await tell(`inherit ${NAME}`);
	await row("chat.mjs").getByText("Inherited", { exact: true }).waitFor();
	await picture(page, "processes-inherited");
	await expectAccessible(page);
	await page.getByRole("link", { name: `Leave out ${NAME}` }).press("Enter");
	await expect.poll(() => row("chat.mjs").getByText("Inherited").count()).toBe(0);
	expect(new URL(page.url()).search).toBe("?only=production");
});

test("the answer to a save counts on while processes take it up", async () => {
	const { page } = screen;
	await page.goto(`${origin}/settings#google`);
	await saveInCard("AIza-canary-three-0123456789");
	await answer("Saved. Live in 2 of 3 processes, mirrored to .env.").waitFor();
	await card().getByRole("link", { name: "See which" }).waitFor();
	await picture(page, "saved-behind");
	await expectAccessible(page);
	await expectFits(page, card(), "saved-behind");
	await tell("take");
	await answer("Saved. Live in 3 of 3 processes, mirrored to .env.").waitFor();
	expect(await card().getByRole("link", { name: "See which" }).count()).toBe(0);
	await picture(page, "saved-everywhere");
	await saveInCard("AIza-canary-four-0123456789");
	await answer("Saved. Live in 2 of 3 processes, mirrored to .env.").waitFor();
	await card().getByRole("link", { name: "See which" }).press("Enter");
	await row("chat.mjs").getByText("Behind").waitFor();
});

test("what is saved elsewhere, in whatever environment, is on the page at once, without asking every few seconds", async () => {
	const { page } = screen;
	const asked: string[] = [];
	page.on("request", (request) => asked.push(new URL(request.url()).pathname));
	const { revision } = await save("OTHER", "elsewhere", "staging");
	await shownRevision(revision).waitFor();
	await page.goto(`${origin}/settings#google`);
	await card()
		.getByRole("button", { name: `History of ${NAME}` })
		.click();
	const drawer = page.getByRole("dialog", { name: "History" });
	await drawer.getByText("Version 4").waitFor();
	await save(NAME, "AIza-canary-five-0123456789");
	await drawer.getByText("Version 5").waitFor();
	await page.keyboard.press("Escape");
	await card().getByText("6789").first().waitFor();
	const watches = asked.filter((path) => path === "/trpc/settings.watch");
	expect(watches.length).toBe(1);
});

test("an application that watches is up to date by itself, and gone when it has ended", async () => {
	const { page } = screen;
	const modules = join(project.folder, "node_modules", "@holdfast");
	mkdirSync(modules, { recursive: true });
	symlinkSync(CONFIG, join(modules, "config"));
	writeFileSync(join(project.folder, "watcher.mjs"), WATCHER);
	const watcher = spawn(process.execPath, ["watcher.mjs"], { cwd: project.folder, stdio: "inherit" });
	try {
		await page.getByRole("link", { name: "Processes" }).click();
		const own = row("watcher.mjs");
		await own.getByText(`pid ${watcher.pid}`).waitFor();
		const { revision } = await save("OTHER", "for all");
		await own.getByText(new RegExp(`^(revision )?${revision}$`)).waitFor();
		await own.getByText("Up to date").waitFor();
		await page.goto(`${origin}/settings#google`);
		await saveInCard("AIza-canary-watched-0123456789");
		await answer("Saved. Live in 3 of 4 processes, mirrored to .env.").waitFor();
	} finally {
		await killed(watcher);
	}
	await answer("Saved. Live in 2 of 3 processes, mirrored to .env.").waitFor();
});

test("a page out of sight holds no connection, and is up to date when it is seen again", async () => {
	const { page } = screen;
	const ended = page.waitForEvent("requestfailed", (request) => request.url().includes("/trpc/settings.watch"));
	await show(false);
	await ended;
	const { revision } = await save("OTHER", "out of sight", "staging");
	await show(true);
	await shownRevision(revision).waitFor();
});

/** Has the page believe that its tab was chosen or left. */
function show(isShown: boolean): Promise<void> {
	return screen.page.evaluate(
		(visibilityState) => {
			Object.defineProperty(document, "visibilityState", { value: visibilityState, configurable: true });
			document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
		},
		isShown ? "visible" : "hidden",
	);
}

test("who is signed out elsewhere is led to the sign-in by the watch's word", async () => {
	await using other = await newScreen();
	const { page } = other;
	await signIn(page, origin, "ann@example.com");
	await page.getByRole("link", { name: "Audit log" }).click();
	await page.getByText(/^v.* · revision \d+$/).waitFor();
	const out = await other.context.request.post(`${origin}/auth/sign-out`, { data: {}, headers: { origin } });
	expect(out.ok()).toBe(true);
	await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
	expect(other.complaints).toEqual([]);
});

test("a server that restarts is found again, and what was saved meanwhile is there", async () => {
	const { page } = screen;
	await project.kill();
	const lost = page.getByRole("status").getByText("Not connected; trying again");
	await lost.waitFor();
	await picture(page, "lost");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("banner"), "lost");
	const saved = await fetch(new URL("/trpc/settings.save", elsewhere), {
		method: "POST",
		headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
		body: JSON.stringify({ writes: [{ name: NAME, value: "AIza-canary-six-0123456789" }] }),
	});
	const { result } = (await saved.json()) as { result: { data: { revision: number } } };
	await project.start();
	await lost.waitFor({ state: "detached" });
	await shownRevision(result.data.revision).waitFor();
	await page.getByRole("link", { name: "Processes" }).click();
	await row("chat.mjs").getByText("Behind").waitFor();
	await killed(application);
	expect(screen.complaints).toEqual([]);
});
