/** Signing in, and proving oneself, with what one has: codes of an authenticator, recovery codes, passkeys. */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
	BEHIND_PROXY,
	claim,
	expectAccessible,
	expectFits,
	kept,
	moveElsewhere,
	newProject,
	newScreen,
	PASSWORD,
	type Project,
	picture,
	type Screen,
	spellings,
} from "./kit.ts";

let project: Project;
let screen: Screen;
let url: string;
/** Of the authenticator. */
let secret = "";
let recoveryCodes: string[] = [];

beforeAll(async () => {
	project = await newProject("");
	screen = await newScreen();
	const started = await project.start(BEHIND_PROXY);
	url = started.url;
	await claim(screen.page, url, started.claimCode ?? "");
	await screen.page.goto(`${url}/account`);
});

afterAll(async () => {
	await screen?.[Symbol.asyncDispose]();
	await project?.[Symbol.asyncDispose]();
});

const region = (name: string) => screen.page.getByRole("region", { name });
const dialog = (name: string) => screen.page.getByRole("dialog", { name });

function query(sql: string, ...values: number[]): void {
	using database = new DatabaseSync(join(project.folder, ".holdfast", "holdfast.db"), { timeout: 5_000 });
	database.prepare(sql).run(...values);
}

/** Date every proof to eleven minutes ago. */
const age = () => query("UPDATE session SET proven_at = ?", Date.now() - 11 * 60_000);

/** A code that the authenticator shows now (RFC 6238), which counts although one of this half minute was taken before. */
function code(): string {
	query("UPDATE two_factor SET last_step = 0");
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
	const step = Buffer.alloc(8);
	step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
	const digest = createHmac("sha1", key).update(step).digest();
	const at = (digest.at(-1) ?? 0) & 15;
	return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** The ten recovery codes that a dialog shows. */
async function shown(codes: Locator): Promise<string[]> {
	const items = codes.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
	await items.nth(9).waitFor();
	return items.allTextContents();
}

async function expectNoSecrets(): Promise<void> {
	const left = (await kept(screen)) + project.log;
	for (const each of [secret, ...recoveryCodes, PASSWORD])
		for (const spelling of spellings(each)) expect(left.includes(spelling)).toBe(false);
}

async function signOut(): Promise<void> {
	const { page } = screen;
	await moveElsewhere(page);
	await page.getByRole("button", { name: "Ann" }).click();
	await page.getByRole("menuitem", { name: "Sign out" }).click();
	await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

async function enterPassword(): Promise<void> {
	const { page } = screen;
	await page.getByLabel("Email").fill("ann@example.com");
	await page.getByLabel("Password").fill(PASSWORD);
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { name: "Enter a code" }).waitFor();
}

test("a second factor is set up after a proof, and counts once a code was right", async () => {
	const { page } = screen;
	age();
	await region("Two-factor sign-in").getByRole("button", { name: "Set up" }).press("Enter");
	await dialog("Confirm that it is you").getByLabel("Password").fill(PASSWORD);
	await page.keyboard.press("Enter");
	const setUp = dialog("Set up your authenticator");
	await setUp.getByRole("img", { name: "as a QR code" }).waitFor();
	secret = ((await setUp.locator("code").textContent()) ?? "").replace(/\s/g, "");
	expect(secret).toMatch(/^[A-Z2-7]{32}$/);
	await picture(page, "two-factor-set-up");
	await expectAccessible(page);
	await page.emulateMedia({ colorScheme: "dark" });
	await picture(page, "two-factor-set-up-dark");
	await page.emulateMedia({ colorScheme: "light" });
	await expectFits(page, setUp, "two-factor-set-up");
	await page.keyboard.type("12");
	await page.keyboard.press("Enter");
	await setUp.getByText("The code has 6 digits.").waitFor();
	await setUp.getByRole("textbox", { name: "Code" }).fill(wrong());
	await page.keyboard.press("Enter");
	await setUp.getByText("This code is wrong, too old, or was used before.").waitFor();
	await setUp.getByRole("textbox", { name: "Code" }).fill(code());
	await page.keyboard.press("Enter");
	const codes = dialog("Keep your recovery codes");
	recoveryCodes = await shown(codes);
	expect(new Set(recoveryCodes).size).toBe(10);
	const downloading = page.waitForEvent("download");
	await codes.getByRole("button", { name: "Download" }).click();
	const file = readFileSync(await (await downloading).path(), "utf8");
	for (const each of recoveryCodes) expect(file).toContain(each);
	expect(await codes.getByRole("button", { name: "Done" }).isDisabled()).toBe(true);
	await page.keyboard.press("Escape");
	await codes.getByText("nobody can see the codes again").waitFor();
	await picture(page, "recovery-codes");
	await expectAccessible(page);
	await expectFits(page, codes, "recovery-codes");
	await codes.getByRole("checkbox", { name: "I have kept them" }).press("Space");
	await codes.getByRole("button", { name: "Done" }).press("Enter");
	await page.locator("output:focus", { hasText: "Signing in asks for a code now." }).waitFor();
	await region("Two-factor sign-in").getByText("On", { exact: true }).waitFor();
	await picture(page, "two-factor-on");
	await expectAccessible(page);
	await expectNoSecrets();
});

test("signing in asks for a code after the password, and a wrong one opens nothing", async () => {
	const { page } = screen;
	await signOut();
	await picture(page, "sign-in");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "sign-in");
	await enterPassword();
	await picture(page, "sign-in-code");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "sign-in-code");
	await page.keyboard.type(wrong());
	await page.keyboard.press("Enter");
	await page.getByText("This code is wrong, too old, or was used before.").waitFor();
	expect(await page.getByRole("textbox", { name: "Code" }).inputValue()).toBe("");
	await page.keyboard.type(code());
	await page.keyboard.press("Enter");
	await page.getByRole("navigation", { name: "Main" }).waitFor();
	await expectNoSecrets();
});

test("a recovery code signs in once", async () => {
	const { page } = screen;
	const [first = "", second = ""] = recoveryCodes;
	await signOut();
	await enterPassword();
	await page.getByRole("button", { name: "Use a recovery code instead" }).press("Enter");
	await page.locator("input:focus").waitFor();
	await page.keyboard.type(first);
	await page.keyboard.press("Enter");
	await page.getByRole("navigation", { name: "Main" }).waitFor();
	await signOut();
	await enterPassword();
	await page.getByRole("button", { name: "Use a recovery code instead" }).press("Enter");
	await page.locator("input:focus").waitFor();
	await page.keyboard.type(first);
	await page.keyboard.press("Enter");
	await page.getByText("This code is wrong, too old, or was used before.").waitFor();
	await picture(page, "sign-in-recovery-refused");
	await expectAccessible(page);
	await page.locator("input:focus").waitFor();
	await page.keyboard.type(second);
	await page.keyboard.press("Enter");
	await page.getByRole("navigation", { name: "Main" }).waitFor();
	await expectNoSecrets();
});

test("a proof is by code, and a passkey is added, renamed, proves and signs in", async () => {
	const { page } = screen;
	await withAuthenticator(screen);
	await page.goto(`${url}/account`);
	age();
	await region("Passkeys").getByRole("button", { name: "Add a passkey" }).press("Enter");
	await page.locator("input:focus").waitFor();
	await page.keyboard.type("laptop");
	await page.keyboard.press("Enter");
	const proof = dialog("Confirm that it is you");
	await proof.getByRole("textbox", { name: "Code" }).waitFor();
	expect(await proof.getByLabel("Password").count()).toBe(0);
	await picture(page, "proof-code");
	await expectAccessible(page);
	await expectFits(page, proof, "proof-code");
	await proof.getByRole("textbox", { name: "Code" }).fill(code());
	await page.keyboard.press("Enter");
	await page.locator("output:focus", { hasText: "laptop is added." }).waitFor();
	await region("Passkeys").getByRole("button", { name: "Rename laptop" }).press("Enter");
	await dialog("Rename the passkey").getByLabel("Name").fill("old laptop");
	await page.keyboard.press("Enter");
	await page.locator("output:focus", { hasText: "old laptop is renamed." }).waitFor();
	await picture(page, "passkeys");
	await expectAccessible(page);
	await expectFits(page, page.getByRole("main"), "passkeys");
	age();
	await region("Two-factor sign-in").getByRole("button", { name: "New recovery codes" }).press("Enter");
	await picture(page, "proof-passkey");
	await expectAccessible(page);
	await proof.getByRole("button", { name: "Use a passkey" }).press("Enter");
	const codes = dialog("New recovery codes");
	const renewed = await shown(codes);
	expect(renewed.filter((each) => recoveryCodes.includes(each))).toEqual([]);
	await codes.getByRole("checkbox", { name: "I have kept them" }).check();
	await codes.getByRole("button", { name: "Done" }).press("Enter");
	recoveryCodes.push(...renewed);
	await signOut();
	await page.getByRole("button", { name: "Sign in with a passkey" }).press("Enter");
	await page.getByRole("navigation", { name: "Main" }).waitFor();
	await expectNoSecrets();
});

test("a removed passkey signs nobody in, and without the second factor the password does", async () => {
	const { page } = screen;
	await page.goto(`${url}/account`);
	await region("Passkeys").getByRole("button", { name: "Remove old laptop" }).press("Enter");
	await dialog("Remove old laptop?").getByRole("button", { name: "Remove" }).press("Enter");
	await page.locator("output:focus", { hasText: "old laptop is removed." }).waitFor();
	await region("Two-factor sign-in").getByRole("button", { name: "Turn off" }).press("Enter");
	await picture(page, "two-factor-off");
	await expectAccessible(page);
	await dialog("Turn off two-factor sign-in?").getByRole("button", { name: "Turn off" }).press("Enter");
	await page.locator("output:focus", { hasText: "Two-factor sign-in is off." }).waitFor();
	await signOut();
	await page.getByRole("button", { name: "Sign in with a passkey" }).press("Enter");
	await page.getByText("This passkey is not accepted.").waitFor();
	await picture(page, "sign-in-passkey-refused");
	await expectAccessible(page);
	await page.getByLabel("Email").fill("ann@example.com");
	await page.getByLabel("Password").fill(PASSWORD);
	await page.keyboard.press("Enter");
	await page.getByRole("navigation", { name: "Main" }).waitFor();
	await expectNoSecrets();
	expect(screen.complaints).toEqual([]);
});

test("what a provider's answer was refused for is said, and leaves the address", async () => {
	await using other = await newScreen();
	const { page } = other;
	await page.goto(`${url}/sign-in?error=LINK_INVALID`);
	await page.getByRole("alert").waitFor();
	await page.waitForURL(`${url}/sign-in`);
	await page.goto(`${url}/sign-in?error=%3Cscript%3E`);
	await page.getByText("That did not work at the provider.").waitFor();
	expect(page.url()).toBe(`${url}/sign-in`);
	expect(await page.getByRole("link", { name: "Forgot password?" }).count(), "no mail server").toBe(0);
	expect(other.complaints).toEqual([]);
});

/** Six digits that are not the code. */
function wrong(): string {
	return String((Number(code()) + 500_000) % 1_000_000).padStart(6, "0");
}

/** A device with a passkey store that knows its user. */
async function withAuthenticator({ context, page }: Screen): Promise<void> {
	const session = await context.newCDPSession(page);
	await session.send("WebAuthn.enable");
	await session.send("WebAuthn.addVirtualAuthenticator", {
		options: {
			protocol: "ctap2",
			transport: "internal",
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true,
		},
	});
}
