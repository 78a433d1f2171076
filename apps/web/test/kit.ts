/**
 * What the browser tests stand on: the command as a user starts it, in a folder of its own, and a real Chromium that
 * remembers everything it was sent.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Role } from "@holdfast/contract";
import sparticuz from "@sparticuz/chromium";
import { type Browser, type BrowserContext, chromium, type Locator, type Page, type Request } from "playwright-core";
import { expect } from "vitest";

const COMMAND = fileURLToPath(new URL("../../cli/bin/holdfast.mjs", import.meta.url));

/** Switches for a machine without a display or a sandbox. Nothing here loosens what a page may do. */
const SWITCHES = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-dev-shm-usage",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--no-first-run",
	"--font-render-hinting=none",
];

export interface Project {
	folder: string;
	/** Everything the server has printed, over all its starts. */
	readonly log: string;
	/** Start the server and give its address, and the claim code while there is no owner. `more` goes into its environment. */
	start(more?: Record<string, string>): Promise<{ url: string; claimCode: string | null }>;
	/** Start one more server on the same data, at a port of its own. It ends with the project. */
	startAnother(): Promise<{ url: string; pid: number }>;
	/** End the first server without warning. */
	kill(): Promise<void>;
	/** Every file below the folder, with its bytes. */
	files(): Map<string, Buffer>;
	[Symbol.asyncDispose](): Promise<void>;
}

/** A project folder with a hand-written `.env` in it. */
export async function newProject(envFile: string): Promise<Project> {
	const folder = mkdtempSync(join(tmpdir(), "holdfast-project-"));
	writeFileSync(join(folder, ".env"), envFile, { mode: 0o600 });
	const port = await freePort();
	let first: ChildProcess | null = null;
	const others: ChildProcess[] = [];
	let log = "";

	/** Run the server until it says where it is. */
	async function serve(more: Record<string, string>) {
		const env = { ...process.env, HOLDFAST_LOG_LEVEL: "debug", ...more };
		const child = spawn(process.execPath, [COMMAND, "start"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
		let said = "";
		const url = await new Promise<string>((resolve, reject) => {
			const hear = (chunk: Buffer) => {
				log += chunk;
				said += chunk;
				const found = /Holdfast is at (\S+)[\s\S]*root key/.exec(said);
				if (found?.[1]) resolve(found[1]);
			};
			child.stdout.on("data", hear);
			child.stderr.on("data", hear);
			child.once("exit", () => reject(new Error(`the server ended: ${log}`)));
		});
		return { child, url, said };
	}

	return {
		folder,
		get log() {
			return log;
		},
		async start(more) {
			const { child, url, said } = await serve({ HOLDFAST_PORT: String(port), ...more });
			first = child;
			return { url, claimCode: /with the code (\S+)/.exec(said)?.[1] ?? null };
		},
		async startAnother() {
			const { child, url } = await serve({ HOLDFAST_PORT: "0" });
			others.push(child);
			return { url, pid: child.pid ?? 0 };
		},
		kill: () => killed(first),
		files: () =>
			new Map(
				readdirSync(folder, { recursive: true, withFileTypes: true })
					.filter((entry) => entry.isFile())
					.map((entry) => join(entry.parentPath, entry.name))
					.flatMap((path): [string, Buffer][] => {
						const bytes = readIfThere(path);
						return bytes ? [[path.slice(folder.length + 1), bytes]] : [];
					}),
			),
		async [Symbol.asyncDispose]() {
			for (const child of [first, ...others]) await killed(child);
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** End a process without warning. */
export async function killed(child: ChildProcess | null): Promise<void> {
	if (!child || child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, "exit");
	child.kill("SIGKILL");
	await gone;
}

/** A file of a server at work, a draft of a backup for one, may go before it is read. */
function readIfThere(path: string): Buffer | null {
	try {
		return readFileSync(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, "close");
	return port;
}

export interface Screen {
	page: Page;
	context: BrowserContext;
	/** What went wrong in the page: errors, violated policies. */
	complaints: string[];
	/** The text of every answer the page was sent. */
	answers: Promise<string>[];
	[Symbol.asyncDispose](): Promise<void>;
}

/**
 * A window of a fresh browser profile. Answers of 4xx that a test provokes are no complaints, nor that a page which asks
 * again every few seconds met no server while a test had ended it; anything else is.
 */
export async function newScreen(): Promise<Screen> {
	const browser: Browser = await chromium.launch({
		executablePath: await sparticuz.executablePath(),
		args: SWITCHES,
		headless: true,
	});
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
	const page = await context.newPage();
	const complaints: string[] = [];
	const answers: Promise<string>[] = [];
	page.on("pageerror", (error) => complaints.push(error.message));
	page.on("console", (message) => {
		const refused =
			/Failed to load resource: (the server responded with a status of 4\d\d|net::ERR_(CONNECTION|EMPTY|INCOMPLETE))/.test(
				message.text(),
			);
		if (["error", "warning"].includes(message.type()) && !refused) complaints.push(message.text());
	});
	// Once they are whole: the text of one that a navigation cut short would never come.
	page.on("requestfinished", (request) => {
		if (/\/(trpc|auth)\//.test(request.url())) answers.push(textOf(request));
	});
	return {
		page,
		context,
		complaints,
		answers,
		[Symbol.asyncDispose]: () => browser.close(),
	};
}

async function textOf(request: Request): Promise<string> {
	// What is under way when the page is closed is not answered any more.
	const response = await request.response().catch(() => null);
	return response ? response.text().catch(() => "") : "";
}

export const PASSWORD = "a long enough password";

/** Become the owner of a fresh instance, and say that the recovery kit is stored. */
export async function claim(page: Page, url: string, code: string): Promise<void> {
	await claimOnly(page, url, code);
	await page.getByRole("button", { name: "I stored it" }).click();
	await page.getByRole("navigation", { name: "Main" }).waitFor();
}

/** As far as the screen with the recovery kit, which is the answer. */
export async function claimOnly(page: Page, url: string, code: string): Promise<string> {
	await page.goto(url);
	await page.getByLabel("Claim code").fill(code);
	await page.getByLabel("Name").fill("Ann");
	await page.getByLabel("Email").fill("ann@example.com");
	await page.getByLabel("Password").fill(PASSWORD);
	await page.getByRole("button", { name: "Claim" }).click();
	await page.getByRole("heading", { name: "Keep this key" }).waitFor();
	return shownKit(page);
}

/** The recovery kit as the page shows it, in the form in which it is copied. */
export async function shownKit(page: Page): Promise<string> {
	const groups = page.locator(".sheet .font-mono.text-xl");
	await groups.first().waitFor({ state: "attached" });
	const kit = (await groups.allInnerTexts()).join("").replace(/\s/g, "");
	return ["HOLDFAST1", ...(kit.slice("HOLDFAST1".length).match(/.{1,5}/g) ?? [])].join("-");
}

/** A procedure, called as the page itself would. Gives its answer. */
export async function call<Answer = void>(page: Page, path: string, input: unknown): Promise<Answer> {
	const { ok, answer } = await page.evaluate(
		async ([to, body]) => {
			const headers = { "content-type": "application/json" };
			const response = await fetch(to, { method: "POST", headers, body });
			return { ok: response.ok, answer: (await response.json()) as { result: { data: unknown } } };
		},
		[`/trpc/${path}`, JSON.stringify(input)] as const,
	);
	expect(ok, path).toBe(true);
	return answer.result.data as Answer;
}

/** Everything a page could keep, put into one text: storage of every kind, caches, its address and what it shows. */
export async function kept({ page, context }: Screen): Promise<string> {
	const inPage = await page.evaluate(async () => {
		const cached: string[] = [];
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys())
				cached.push(request.url, (await (await cache.match(request))?.text()) ?? "");
		}
		const state: unknown = history.state;
		return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.title, state, cached]);
	});
	const stored = JSON.stringify(await context.storageState({ indexedDB: true }));
	return [inPage, stored, page.url(), await page.content()].join("\n");
}

/** Another person, with the owner's password, by a row in place of an invitation. */
export function addPerson({ folder }: Project, { name, role }: { name: string; role: Role }): { email: string } {
	const email = `${name.toLowerCase()}@example.com`;
	const at = Date.now();
	using database = new DatabaseSync(join(folder, ".holdfast", "holdfast.db"), { timeout: 5_000 });
	database
		.prepare(
			"INSERT INTO user (id, name, email, email_verified, created_at, updated_at, role, claimed) VALUES (?, ?, ?, 1, ?, ?, ?, 0)",
		)
		.run(name, name, email, at, at, role);
	database
		.prepare(
			"INSERT INTO account (id, account_id, provider_id, user_id, password, created_at, updated_at) SELECT ?, ?, provider_id, ?, password, ?, ? FROM account LIMIT 1",
		)
		.run(name, name, name, at, at);
	return { email };
}

export async function signIn(page: Page, url: string, email: string): Promise<void> {
	await page.goto(new URL("/sign-in", url).href);
	await page.getByLabel("Email").fill(email);
	await page.getByLabel("Password").fill(PASSWORD);
	await page.getByRole("button", { name: "Sign in", exact: true }).click();
	await page.getByRole("navigation", { name: "Main" }).waitFor();
}

/** For `start`: a server that believes what `moveElsewhere` says. */
export const BEHIND_PROXY = { HOLDFAST_TRUSTED_PROXIES: "127.0.0.1,::1" };

let places = 0;

/** From here on the page comes from an address that nobody had before. Tries to sign in are counted by address. */
export async function moveElsewhere(page: Page): Promise<void> {
	places++;
	await page.setExtraHTTPHeaders({ "x-forwarded-for": `192.0.2.${places}` });
}

/** On a screen of 320 pixels, a part of the page is seen whole and nothing scrolls sideways. */
export async function expectFits(page: Page, part: Locator, name: string): Promise<void> {
	await page.setViewportSize({ width: 320, height: 640 });
	const box = await part.boundingBox();
	expect([(box?.x ?? -1) >= 0, (box?.x ?? 0) + (box?.width ?? 999) <= 320]).toEqual([true, true]);
	const wider = await part.evaluate(
		(element) =>
			element.scrollWidth > element.clientWidth ||
			document.documentElement.scrollWidth > document.documentElement.clientWidth,
	);
	expect(wider, "it scrolls sideways").toBe(false);
	await picture(page, `${name}-narrow`);
	await page.setViewportSize({ width: 1280, height: 800 });
}

let pictures = 0;

/** With PICTURES naming a folder, what the screen looks like at each step. */
export async function picture(page: Page, name: string): Promise<void> {
	const folder = process.env.PICTURES;
	if (folder) await page.screenshot({ path: join(folder, `${String(pictures++).padStart(2, "0")}-${name}.png`) });
}

/** No violation of the accessibility rules, in light and in dark. */
export async function expectAccessible(page: Page): Promise<void> {
	for (const colorScheme of ["light", "dark"] as const) {
		await page.emulateMedia({ colorScheme });
		const { violations } = await new AxeBuilder({ page }).analyze();
		const found = violations.map(
			({ id, nodes }) => `${id} (${colorScheme}): ${nodes.map(({ html }) => html).join(" ")}`,
		);
		expect(found, page.url()).toEqual([]);
	}
	await page.emulateMedia({ colorScheme: "light" });
}

/** The ways a value could be written and still be found. */
export function spellings(value: string): string[] {
	const bytes = Buffer.from(value);
	const base64 = bytes.toString("base64");
	return [
		value,
		encodeURIComponent(value),
		base64,
		base64.replace(/=+$/, ""),
		bytes.toString("base64url"),
		bytes.toString("hex"),
	];
}
